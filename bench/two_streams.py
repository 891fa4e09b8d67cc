#!/usr/bin/env python3
"""How many people Vigia delivers from cameras with two streams, and what that costs.

    python3 bench/two_streams.py --cameras 16 --busy 16 --presence 0.25
    python3 bench/two_streams.py --cameras 32 --busy 3 --mode main      # the main streams alone, decoded

A film of a painted scene, whose people are known, is served over RTSP in real time: 1080p30 of 4 Mbit/s, and 640x360 of
0.5 Mbit/s. `busy` of the cameras show it, from places spread over the film; the others show the empty room. With
--presence somebody is in view for about that share of the time. Modes: two (detect_url), main (the main stream alone),
small (the small one alone).

Printed: people who were to be seen, delivered, lost, delivered again, and posts of nobody; cores of the whole program
and of the server; memory; the width of the delivered faces in pixels; the delay from a picture's capture to its file.
"""
import argparse
import datetime
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


def call(command):
    subprocess.run(command, shell=True, check=True, stdin=subprocess.DEVNULL)


def make_films(folder, options):
    """film.json, main.mp4 and small.mp4, and the same of an empty room."""
    faces = max(1, round(options.seconds * options.presence / 4.5))
    for name, count in (("film", faces), ("empty", 0)):
        if (folder / f"{name}_small.mp4").exists():
            continue
        url = f"sim:faces={count}&size=1920x1080&fps=30&seconds={options.seconds}&seed={options.seed}&cycles=1"
        call(f"{options.build}/testing/film '{url}' {folder}/{name}.h264 {folder}/{name}.json")
        source = f"ffmpeg -v error -nostdin -y -f h264 -r 30 -i {folder}/{name}.h264"
        coding = f"-c:v libx264 -bf 0 -g {options.group} -keyint_min {options.group} -sc_threshold 0 -pix_fmt yuv420p"
        call(f"{source} {coding} -preset ultrafast -b:v 4M -maxrate 4M -bufsize 4M {folder}/{name}_main.mp4")
        call(f"{source} -vf scale=640:360 {coding} -preset veryfast -b:v 500k {folder}/{name}_small.mp4")


def settings(options, port, folder):
    lines = ["cameras:"]
    for i in range(options.cameras):
        film = "film" if i < options.busy else "empty"
        at = f"rtsp://127.0.0.1:{port}/{film}"
        url = f'url: "{at}_main", detect_url: "{at}_small"' if options.mode == "two" else f'url: "{at}_{options.mode}"'
        lines.append(f"  - {{name: c{i:02}, {url}}}")
    lines += [f"delivery: {{directory: {folder}/faces}}", f"outbox: {{path: {folder}/o.db}}",
              f"ledger: {{path: {folder}/l.db}}"]
    lines += options.extra
    (folder / "v.yaml").write_text("\n".join(lines) + "\n")
    (folder / "v.yaml").chmod(0o600)


def cpu_of(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def overlap(a, b):
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    common = width * height if width > 0 and height > 0 else 0
    return common / (a[2] * a[3] + b[2] * b[3] - common)


def person_at(truth, event, scale):
    face = event["face"]
    box = [face[key] * scale for key in ("left", "top", "width", "height")]
    middle = round(event["stream_time"] * truth["fps"])
    best = (0.1, None)
    for at in range(max(0, middle - 2), min(len(truth["pictures"]), middle + 3)):
        for number, *place, _ in truth["pictures"][at]:
            best = max(best, (overlap(box, place), number), key=lambda pair: pair[0])
    return best[1]


def to_be_seen(truth, until):
    """People whose face was clear for 0.7 s on end before that time."""
    shown, run = set(), {}
    need = int(0.7 * truth["fps"])
    for seen in truth["pictures"][:int(until * truth["fps"])]:
        clear = {person[0] for person in seen if person[5]}
        run = {number: run.get(number, 0) + 1 for number in clear}
        shown |= {number for number, length in run.items() if length >= need}
    return shown


def score(truth, events, streams, options):
    lost = again = nobody = shown = delivered = 0
    for i in range(options.busy):
        name = f"c{i:02}"
        scale = 3 if options.mode == "small" else 1
        posts = {}
        for event in events:
            if event["camera"] == name:
                # The face's size tells which stream the picture is of.
                person = person_at(truth, event, scale)
                if person is None and options.mode == "two":
                    person = person_at(truth, event, 3)
                posts[person] = posts.get(person, 0) + 1
        nobody += posts.pop(None, 0)
        must = to_be_seen(truth, streams[name] - 6)  # tracks of the last seconds may still be open at the end
        shown += len(must)
        delivered += len(must & posts.keys())
        lost += len(must - posts.keys())
        again += sum(count - 1 for count in posts.values())
    nobody += sum(int(event["camera"][1:]) >= options.busy for event in events)
    return f"people {shown}, delivered {delivered}, lost {lost}, again {again}, nobody {nobody}"


def seconds_of(text):
    return datetime.datetime.fromisoformat(text.rstrip("Z")[:26]).replace(tzinfo=datetime.timezone.utc).timestamp()


def report(folder, options, cores_of_server):
    summary = json.loads((folder / "s.json").read_text())
    truth = json.loads((options.films / "film.json").read_text())
    lines = (folder / "faces" / "events.jsonl")
    events = [json.loads(line) for line in lines.read_text().splitlines()] if lines.exists() else []
    streams = {camera["name"]: summary["seconds"] for camera in summary["cameras"]}
    frames = {key: sum(camera[key] for camera in summary["cameras"])
              for key in ("frames_decoded", "frames_processed", "frames_dropped", "frames_overload_skipped")}
    print(f"--- {options.cameras} cameras, {options.busy} busy, mode {options.mode}, {summary['seconds']:.0f} s")
    print(score(truth, events, streams, options))
    print(f"cores {summary['cpu_seconds'] / summary['seconds']:.2f} (server {cores_of_server:.2f}), "
          f"memory {summary['memory']['rss_peak_bytes'] / 1e6:.0f} MB at most, "
          f"latency p99 {summary['latency_ms']['p99']:.0f} ms, {frames}")
    owners = summary["memory"]["owners"]
    for kind in ("packets", "frames"):
        print(f"  {kind}: {sum(owner['bytes'] for owner in owners if owner['kind'] == kind) / 1e6 / options.cameras:.1f}"
              " MB a camera at the end")
    widths = [event["face"]["width"] for event in events]
    if widths:
        print(f"faces {len(widths)}: width p50 {statistics.median(widths):.0f}, smallest {min(widths):.0f} pixels")
    delays = [os.stat(folder / "faces" / event["file"]).st_mtime - seconds_of(event["captured"]) for event in events]
    if delays:
        print(f"from capture to file: p50 {statistics.median(delays):.1f}, longest {max(delays):.1f} s")
    mains = [camera["main_stream"] for camera in summary["cameras"] if "main_stream" in camera]
    if mains:
        reasons = {}
        for main in mains:
            for reason, count in main["shots_from_detect_url"].items():
                reasons[reason] = reasons.get(reason, 0) + count
        print(f"main streams: {sum(main['shots_taken'] for main in mains)} shots, from detect_url {reasons or 'none'}, "
              f"not found again {sum(main['shots_not_found_again'] for main in mains)}, "
              f"{100 * sum(main['pictures_decoded'] for main in mains) / sum(main['packets'] for main in mains):.1f} % "
              f"of {sum(main['packets'] for main in mains)} pictures decoded, "
              f"{statistics.mean(main['kept_bytes'] for main in mains) / 1e6:.1f} MB kept")
    print("overload:", summary["overload"])


def run(options):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="two_streams"))
    make_films(options.films, options)
    streams = [f"{name}_{size}={options.films}/{name}_{size}.mp4" for name in ("film", "empty")
               for size in ("main", "small")]
    server = subprocess.Popen([options.build / "testing/rtsp_server", "--loop", "0", *streams], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    port = int(server.stdout.readline().split()[-1])
    settings(options, port, folder)
    began, server_began = time.time(), cpu_of(server.pid)
    vigia = subprocess.Popen([options.build / "vigia", "run", "-c", "v.yaml", "--seconds", str(options.seconds),
                              "--summary", "s.json"], cwd=folder, stderr=open(folder / "log", "w"),
                             stdout=subprocess.DEVNULL)
    code = vigia.wait()
    cores_of_server = (cpu_of(server.pid) - server_began) / (time.time() - began)
    server.send_signal(signal.SIGTERM)
    server.wait()
    if code != 0:
        sys.exit(f"vigia ended with {code}: {(folder / 'log').read_text()[-500:]}")
    report(folder, options, cores_of_server)
    print(f"(log and faces: {folder})\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--films", type=pathlib.Path, help="where the films are made, and found again")
    parser.add_argument("--cameras", type=int, default=4)
    parser.add_argument("--busy", type=int, help="cameras with people; default: all")
    parser.add_argument("--presence", type=float, default=0.25)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--group", type=int, default=60, help="pictures from one key frame to the next")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mode", choices=("two", "main", "small"), default="two")
    parser.add_argument("--extra", action="append", default=[], help="a line for the settings file")
    options = parser.parse_args()
    options.busy = options.cameras if options.busy is None else options.busy
    options.films = options.films or pathlib.Path(tempfile.mkdtemp(prefix="films"))
    options.films.mkdir(parents=True, exist_ok=True)
    run(options)


if __name__ == "__main__":
    main()
