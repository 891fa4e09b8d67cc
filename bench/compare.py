#!/usr/bin/env python3
"""Runs Vigia and another program that watches the same clips, in turn, and tells by how much they differ.

    compare.py --vigia build/vigia --reference PATH/ref.py --clips A.mp4 B.mp4 [--json FILE]

The reference is a Python program that takes --videos A,B --cameras N --mode M --pacing P --seconds S --warmup S
--model FILE --input N --fps F --findface URL and prints one JSON object as its last line; Vigia runs as
'vigia bench pipeline' does. A round is Vigia, then each of --modes; rounds follow each other, so that what
changes on the machine meets all of them. Both deliver over HTTP to the same stand-in for a FindFace server,
which this program is, too, and which answers after --reply-delay.
Exit codes: 0 done; 1 a run failed, or stopped by Ctrl+C: what there is is told; 2 wrong arguments.
"""

import argparse
import http.server
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

MODULES = {"cv2": "python3-opencv", "numpy": "python3-numpy", "requests": "python3-requests"}
MB = 1e6
# What is told of each run: name, unit, and whether more of it is better.
FIGURES = {
    "fps": ("frames/s", True),
    "p50_ms": ("latency p50, ms", False),
    "p99_ms": ("latency p99, ms", False),
    "memory_mb": ("memory, MB", False),
    "cores": ("cores", False),
    "core_ms": ("core-ms a frame", False),
    "dropped": ("dropped, %", False),
    "delivered": ("delivered", True),
}
# By how many times Vigia is better; cores in use and deliveries are no merit by themselves.
RATIOS = ("fps", "p50_ms", "p99_ms", "memory_mb", "core_ms")


class Wrong(Exception):
    """A line for the user; exit code 2."""


class Failed(Exception):
    """A line for the user; exit code 1."""


# ---- a stand-in for FindFace ----

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
    """Takes faces until the end of the with block; url is where."""

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


# ---- arithmetic ----

def per(of, each):
    return of / each if each else 0.0


def figures_of_vigia(report):
    """Of the JSON of 'vigia bench pipeline --no-bound' with one run."""
    job = report["runs"][0]["job"]
    return {"fps": job["fps"], "p50_ms": job["latency_ms"]["p50"], "p99_ms": job["latency_ms"]["p99"],
            "memory_mb": job["rss_peak_bytes"] / MB, "cores": job["cores"], "core_ms": job["core_ms"],
            "dropped": 100 * (1 - per(job["frames_processed"], job["frames_offered"])),
            "delivered": job["faces_posted"]}


def figures_of_reference(report):
    """Of the last line of the reference's output."""
    counts, latency = report["counts"], report["latency_ms"] or {"p50": 0.0, "p99": 0.0}
    offered = counts.get("captured", 0) + counts.get("missed", 0)
    return {"fps": report["detected_fps"], "p50_ms": latency["p50"], "p99_ms": latency["p99"],
            "memory_mb": report["rss_mb"]["peak"] * 2**20 / MB, "cores": report["cpu_cores"],
            "core_ms": report["cpu_ms_per_detected"],
            "dropped": max(0.0, 100 * (1 - per(counts.get("detected", 0), offered))),
            "delivered": counts.get("sent", 0)}


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def times_better(figure, ours, theirs):
    """By how many times ours is better; 0 where there is nothing to divide by."""
    return per(ours, theirs) if FIGURES[figure][1] else per(theirs, ours)


def ratios(ours, theirs):
    """Round by round: the two ran one after the other."""
    return {figure: spread([times_better(figure, a[figure], b[figure]) for a, b in zip(ours, theirs)])
            for figure in RATIOS}


# ---- running ----

def last_line(text):
    lines = text.strip().splitlines()
    return lines[-1] if lines else ""


def run(who, command, environment=None):
    """Its standard output. A Ctrl+C is the child's too; it gets time to end in order."""
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                             stdin=subprocess.DEVNULL, env=environment)
    try:
        out, err = child.communicate()
    except KeyboardInterrupt:
        child.send_signal(signal.SIGTERM)
        try:
            child.communicate(timeout=15)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
        raise
    if child.returncode != 0:
        raise Failed(f"{who} ended with {child.returncode}: {last_line(err) or last_line(out)}")
    return out


def run_vigia(arguments, stub, folder):
    file = pathlib.Path(folder, "vigia.json")
    command = [arguments.vigia, "bench", "pipeline", "--no-bound", "--cameras", str(arguments.cameras),
               "--pace", arguments.pace, "--input", arguments.input, "--precision", arguments.precision,
               "--seconds", str(arguments.seconds), "--warm-up", str(arguments.warm_up), "--json", str(file),
               "--model", arguments.model, "--set", f"delivery.findface.url={stub.url}", "--clip", *arguments.clips]
    environment = {**os.environ, "FINDFACE_USER": "bench", "FINDFACE_PASSWORD": "bench"}
    run("vigia", command, environment)
    try:
        report = json.loads(file.read_text(encoding="utf-8"))
        return figures_of_vigia(report), report
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise Failed(f"vigia gave no figures: {error!r}") from error


def run_reference(arguments, mode, stub, fps):
    command = [arguments.python, arguments.reference, "--videos", ",".join(arguments.clips), "--cameras",
               str(arguments.cameras), "--mode", mode, "--pacing", arguments.pace, "--seconds",
               str(arguments.seconds), "--warmup", str(arguments.warm_up), "--model", arguments.model, "--input",
               arguments.input.split("x")[0], "--fps", f"{fps:g}", "--findface", stub.url]
    out = run(f"the reference ({mode})", command)
    try:
        return figures_of_reference(json.loads(last_line(out)))
    except (ValueError, KeyError, TypeError) as error:
        raise Failed(f"the reference ({mode}) gave no figures: {error!r}") from error


def compare(arguments, results):
    """Fills results: of each program, its figures round by round."""
    names = ["vigia"] + [f"reference {mode}" for mode in arguments.modes]
    total, done = arguments.repeat * len(names), 0
    with tempfile.TemporaryDirectory() as folder, Stub(arguments.reply_delay) as stub:
        for _ in range(arguments.repeat):
            fps = arguments.fps
            for name in names:
                done += 1
                print(f"[{done}/{total}] {name}", file=sys.stderr, flush=True)
                if name == "vigia":
                    figures, report = run_vigia(arguments, stub, folder)
                    results["detector"] = report["runs"][0]["job"]["detector"]
                    results["machine"] = report["machine"]
                    fps = fps or report["clips"][0]["fps"]
                else:
                    figures = run_reference(arguments, name.split()[1], stub, fps)
                results["runs"].setdefault(name, []).append(figures)


# ---- telling ----

def summarize(results):
    """Medians with their spread, and by how many times Vigia is better, of the rounds that were finished."""
    runs = results["runs"]
    results["medians"] = {name: {figure: spread([one[figure] for one in rounds]) for figure in FIGURES}
                          for name, rounds in runs.items()}
    results["ratios"] = {name: ratios(runs["vigia"], rounds) for name, rounds in runs.items() if name != "vigia"}


def shown(value):
    return f"{value['median']:.2f} ({value['min']:.2f}..{value['max']:.2f})"


def table(results):
    lines = []
    names = list(results["medians"])
    width = 32
    lines.append(f"{'median (min..max)':<20}" + "".join(f"{name:>{width}}" for name in names))
    for figure, (title, _) in FIGURES.items():
        lines.append(f"{title:<20}" + "".join(f"{shown(results['medians'][name][figure]):>{width}}" for name in names))
    if results["ratios"]:
        lines.append("")
        lines.append(f"{'Vigia, times better':<20}" + "".join(f"{name:>{width}}" for name in results["ratios"]))
    for figure in RATIOS if results["ratios"] else ():
        lines.append(f"{FIGURES[figure][0]:<20}" +
                     "".join(f"{shown(of[figure]):>{width}}" for of in results["ratios"].values()))
    return "\n".join(lines)


def describe(arguments, results):
    machine = results.get("machine", {})
    return (f"{machine.get('cpu', 'unknown CPU')}, {machine.get('cores', '?')} cores; {arguments.cameras} cameras, "
            f"{arguments.pace}, input {arguments.input}, {pathlib.Path(arguments.model).name}, "
            f"{arguments.seconds:g} s of each run\nVigia: {results.get('detector', '?')}; the reference computes "
            f"in f32; faces go to the same stub server")


# ---- arguments ----

def python_of_the_system():
    return shutil.which("python3", path="/usr/bin:/bin") or sys.executable


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--vigia", default="build/vigia", help="the program")
    add("--reference", required=True, metavar="REF.PY", help="the other one")
    add("--clips", nargs="+", required=True, metavar="FILE", help="the cameras take them in turn")
    add("--model", required=True, metavar="FILE", help="a YuNet .onnx file, for both")
    add("--cameras", type=int, default=8, metavar="N")
    add("--seconds", type=float, default=60, metavar="S", help="that are measured, of each run")
    add("--warm-up", type=float, default=5, metavar="S", help="before them")
    add("--repeat", type=int, default=3, metavar="N", help="rounds")
    add("--input", default="320x320", metavar="WxH", help="square: the reference knows no other")
    add("--precision", default="auto", choices=("auto", "f32", "bf16"), help="Vigia's")
    add("--pace", default="realtime", choices=("realtime", "free"))
    add("--modes", nargs="+", default=["inline", "background"], metavar="M", help="the reference's")
    add("--fps", type=float, metavar="F", help="of a camera, for the reference; without: as the first clip")
    add("--reply-delay", type=float, default=0.02, metavar="S", help="of the stub server")
    add("--python", default=python_of_the_system(), help="runs the reference")
    add("--json", metavar="FILE", help="write all figures there")
    return parser.parse_args()


def check(arguments):
    for file, flag in [(arguments.vigia, "--vigia"), (arguments.reference, "--reference"),
                       (arguments.model, "--model"), *((clip, "--clips") for clip in arguments.clips)]:
        if not os.path.isfile(file):
            raise Wrong(f"{flag}: there is no file {file}")
    arguments.vigia, arguments.reference = os.path.abspath(arguments.vigia), os.path.abspath(arguments.reference)
    sides = arguments.input.split("x")
    if len(sides) != 2 or sides[0] != sides[1] or not sides[0].isdigit() or int(sides[0]) % 32:
        raise Wrong(f"--input: {arguments.input} is no square of a multiple of 32, as 320x320 is")
    for flag, value in (("--cameras", arguments.cameras), ("--seconds", arguments.seconds),
                        ("--repeat", arguments.repeat)):
        if value <= 0:
            raise Wrong(f"{flag}: {value} is not above 0")
    if any("," in clip for clip in arguments.clips):
        raise Wrong("--clips: the reference cannot be told a name with a comma in it")
    check_modules(arguments.python)


def check_modules(python):
    try:
        done = subprocess.run([python, "-c", "import importlib.util, sys\n"
                               "print(*[m for m in sys.argv[1:] if importlib.util.find_spec(m) is None])", *MODULES],
                              capture_output=True, text=True, timeout=60)
    except OSError as error:
        raise Wrong(f"--python: {python}: {error.strerror}") from error
    missing = done.stdout.split()
    if missing:
        packages = " ".join(MODULES[module] for module in missing)
        raise Wrong(f"the reference needs {', '.join(missing)}, which {python} has not: apt-get install {packages}, "
                    "or name another --python")


def main():
    arguments = parse()
    results = {"options": dict(vars(arguments)), "runs": {}}
    status = 0
    try:
        check(arguments)
        compare(arguments, results)
    except Wrong as wrong:
        print(f"compare: {wrong}", file=sys.stderr)
        return 2
    except (Failed, KeyboardInterrupt) as failed:
        print(f"compare: {str(failed) or 'stopped'}", file=sys.stderr)
        status = 1
    summarize(results)
    if results["runs"]:
        print(describe(arguments, results) + "\n\n" + table(results))
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main())
