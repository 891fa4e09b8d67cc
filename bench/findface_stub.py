"""A stand-in for a FindFace server: it takes faces and forgets them."""

import http.server
import json
import threading
import time


class StubHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if "/events/" in self.path:
            time.sleep(self.server.reply_delay)
            answer = {"events": ["1"]}
        else:
            answer = {"token": "of-the-bench", "token_expiration_datetime": "2099-01-01T00:00:00Z"}
        self.answer(answer)

    def do_GET(self):
        self.answer({"results": []})

    def answer(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Stub:
    """Takes faces until the end of the with block; url is where. Each is answered after reply_delay seconds."""

    def __init__(self, reply_delay):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), StubHandler)
        self.server.daemon_threads = True
        self.server.reply_delay = reply_delay
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()
