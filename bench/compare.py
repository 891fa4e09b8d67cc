#!/usr/bin/env python3
"""Runs Vigia and another program that watches the same clips, in turn, and prints by how much they differ.

    compare.py --vigia build/vigia --reference PATH/ref.py --clips A.mp4 B.mp4 [--json FILE]

The reference is a Python program that takes --videos A,B --cameras N --mode M --pacing P --seconds S --warmup S
--model FILE --input N --fps F --findface URL and prints one JSON object as its last line; Vigia runs as
'vigia bench pipeline' does. A round is Vigia, then each of --modes; rounds follow each other, so that what
changes on the machine meets all of them. Both deliver over HTTP to the same stand-in for a FindFace server,
which answers after --reply-delay (findface_stub.py), and take a face from the same score on.
Exit codes: 0 done; 1 a run failed, or stopped by Ctrl+C, after printing what there is; 2 wrong arguments.
"""

import argparse
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from compare_figures import figures_of_reference, figures_of_vigia, per, summarize, table
from findface_stub import Stub

MODULES = {"cv2": "python3-opencv", "numpy": "python3-numpy", "requests": "python3-requests"}
SCORE = "0.6"  # detector.min_detection_score as vigia run has it; the reference's --conf
SAME_RATE = 0.01  # clips whose frames a second differ by no larger part are of one rate


class Wrong(Exception):
    """A line for the user; exit code 2."""


class Failed(Exception):
    """A line for the user; exit code 1."""


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


def run_vigia(arguments, precision, stub, folder):
    file = pathlib.Path(folder, "vigia.json")
    command = [arguments.vigia, "bench", "pipeline", "--no-bound", "--cameras", str(arguments.cameras),
               "--pace", arguments.pace, "--input", arguments.input, "--precision", precision,
               "--seconds", str(arguments.seconds), "--warm-up", str(arguments.warm_up), "--json", str(file),
               "--model", arguments.model, "--set", f"delivery.findface.url={stub.url}", "--set",
               f"detector.min_detection_score={SCORE}", "--clip", *arguments.clips]
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
               arguments.input.split("x")[0], "--fps", f"{fps:g}", "--conf", SCORE, "--findface", stub.url]
    out = run(f"the reference ({mode})", command)
    try:
        return figures_of_reference(json.loads(last_line(out)))
    except (ValueError, KeyError, TypeError) as error:
        raise Failed(f"the reference ({mode}) gave no figures: {error!r}") from error


def rate_of(arguments, clips):
    """The reference gives all its cameras one rate in real time: so must the clips have."""
    rates = [clip["fps"] for clip in clips]
    if arguments.pace == "realtime" and max(rates) > min(rates) * (1 + SAME_RATE):
        raise Wrong(f"--clips: of several rates, {min(rates):g} to {max(rates):g} frames a second: the reference "
                    "knows one for all its cameras; compare them rate by rate")
    return arguments.fps or rates[0]


def less_own(figures, cpu, seconds):
    """Other programs' cores without the stub server's, which are this one's: about, as it is of the whole run."""
    figures["others"] = max(0.0, figures["others"] - per(cpu, seconds))
    return figures


def compare(arguments, results):
    """Fills results: of each program, its figures round by round."""
    precisions = ["f32", "bf16"] if arguments.precision == "both" else [arguments.precision]
    names = [f"vigia {precision}" for precision in precisions] + [f"reference {mode}" for mode in arguments.modes]
    total, done = arguments.repeat * len(names), 0
    with tempfile.TemporaryDirectory() as folder, Stub(arguments.reply_delay) as stub:
        for _ in range(arguments.repeat):
            fps = None
            for name in names:
                done += 1
                print(f"[{done}/{total}] {name}", file=sys.stderr, flush=True)
                began, cpu = time.monotonic(), time.process_time()
                if name.startswith("vigia "):
                    figures, report = run_vigia(arguments, name.split()[1], stub, folder)
                    results.setdefault("detectors", {})[name] = report["runs"][0]["job"]["detector"]
                    results["machine"] = report["machine"]
                    fps = rate_of(arguments, report["clips"])
                else:
                    figures = run_reference(arguments, name.split()[1], stub, fps)
                figures = less_own(figures, time.process_time() - cpu, time.monotonic() - began)
                results["runs"].setdefault(name, []).append(figures)


# ---- telling ----

def describe(arguments, results):
    machine = results.get("machine", {})
    return (f"{machine.get('cpu', 'unknown CPU')}, {machine.get('cores', '?')} cores; {arguments.cameras} cameras, "
            f"{arguments.pace}, input {arguments.input}, {pathlib.Path(arguments.model).name}, "
            f"{arguments.seconds:g} s of each run\nVigia: {', '.join(results.get('detectors', {}).values())}; "
            f"the reference computes in f32; faces go to the same stub server")


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
    add("--precision", default="f32", choices=("f32", "bf16", "both"),
        help="Vigia's; the reference computes in f32")
    add("--pace", default="realtime", choices=("realtime", "free"))
    add("--modes", nargs="+", default=["inline", "background"], metavar="M", help="the reference's")
    add("--fps", type=float, metavar="F", help="of a camera, for the reference; without: as the clips")
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
        raise Wrong("--clips: the reference cannot take a name with a comma in it")
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
