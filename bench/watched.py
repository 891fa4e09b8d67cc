#!/usr/bin/env python3
"""What it costs to be watched: people, frames and latency of a run, without and with viewers of its page.

    python3 bench/watched.py --cameras 8 --viewers 0,1,5
    python3 bench/watched.py --cameras 8 --viewers 0,5 --repeat 5

`vigia bench pipeline --people` plays a painted scene whose people are known on all cameras, in real time. Each viewer
takes what the page takes: the moving pictures of all cameras, and the stream of changes; with the first comes a scrape
of /metrics each second. Rounds alternate, so that a drift of the machine meets all; medians are printed. The viewers
run on the same machine: their own CPU time is printed too, and is not Vigia's.
"""
import argparse
import json
import pathlib
import socket
import statistics
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Viewers:
    """The page's requests, of several viewers, until close()."""

    def __init__(self, port, count, cameras):
        self.port, self.bytes, self.over, self.threads = port, 0, threading.Event(), []
        names = "&".join(f"camera=cam{i + 1}" for i in range(min(cameras, 64)))
        for _ in range(count):
            self.begin(self.follow, f"/api/v1/pictures?{names}")
            self.begin(self.follow, "/api/v1/stream")
        if count > 0:
            self.begin(self.scrape)

    def begin(self, what, *arguments):
        self.threads.append(threading.Thread(target=what, args=arguments, daemon=True))
        self.threads[-1].start()

    def ask(self, path):
        while not self.over.is_set():
            try:
                server = socket.create_connection(("127.0.0.1", self.port), timeout=1)
                server.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nConnection: close\r\n\r\n".encode())
                return server
            except OSError:
                self.over.wait(0.05)  # it has not begun
        return None

    def follow(self, path):
        while not self.over.is_set():
            if server := self.ask(path):
                self.read(server)

    def scrape(self):
        while not self.over.wait(1):
            if server := self.ask("/metrics"):
                self.read(server)

    def read(self, server):
        with server:
            while not self.over.is_set():
                try:
                    got = server.recv(1 << 16)
                except socket.timeout:
                    continue
                except OSError:
                    return
                self.bytes += len(got)
                if not got:
                    return

    def close(self):
        self.over.set()
        for thread in self.threads:
            thread.join()


def run_once(options, viewers, folder):
    port = free_port()
    out = folder / "run.json"
    command = [str(options.build / "vigia"), "bench", "pipeline", "--people", "--clip", options.scene, "--cameras",
               str(options.cameras), "--set", f"web.listen=127.0.0.1:{port}", "--json", str(out)]
    watching = Viewers(port, viewers, options.cameras)
    begun, used = time.monotonic(), time.process_time()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    seconds, used = time.monotonic() - begun, time.process_time() - used
    watching.close()
    run = json.loads(out.read_text())["runs"][0]
    job, people = run["job"], run["people"]
    if viewers > 0 and watching.bytes == 0:
        raise SystemExit("watched: the viewers got nothing")
    return {"lost": people["lost"], "people": people["people"], "again": people["again"],
            "dropped": job["frames_dropped"], "p50": job["latency_ms"]["p50"], "p99": job["latency_ms"]["p99"],
            "cores": job["cores"], "MB": job["rss_peak_bytes"] / 1e6, "stall": job["hot_stall_max_us"],
            "MB/s": watching.bytes / seconds / 1e6, "viewers' cores": used / seconds}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cameras", type=int, default=8)
    parser.add_argument("--viewers", type=lambda text: [int(one) for one in text.split(",")], default=[0, 1, 5])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--scene", default="sim:scene=walk&faces=4&size=1280x720&fps=30&cycles=2")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    options = parser.parse_args()
    runs = {count: [] for count in options.viewers}
    with tempfile.TemporaryDirectory(prefix="vigia-watched-") as folder:
        for turn in range(options.repeat):
            for count in options.viewers:
                runs[count].append(run_once(options, count, pathlib.Path(folder)))
                print(f"[{turn + 1}/{options.repeat}] {count} viewers: {runs[count][-1]}", flush=True)
    keys = list(runs[options.viewers[0]][0])
    print(" ".join(f"{key:>14}" for key in ["viewers", *keys]))
    for count, rows in runs.items():
        medians = [statistics.median(row[key] for row in rows) for key in keys]
        print(" ".join(f"{value:>14.2f}" for value in [count, *medians]))


if __name__ == "__main__":
    main()
