#!/usr/bin/env python3
"""compare.py: its arithmetic, its stand-in server, and what it says, with small made-up programs."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import urllib.request

import compare
import compare_figures
import findface_stub

PROGRAM = pathlib.Path(__file__).resolve().with_name("compare.py")

# Both post one face, as the real ones do, and count their runs in a file beside them.
VIGIA = """#!{python}
import json, pathlib, sys, urllib.request
words = sys.argv[1:]
OTHERS = 0.5
assert words[:2] == ["bench", "pipeline"] and "--no-bound" in words, words
value = lambda flag: words[words.index(flag) + 1]
url = value("--set").split("=", 1)[1]
assert "detector.min_detection_score=0.6" in words, words
posted = json.load(urllib.request.urlopen(url + "/events/faces/add/", b"x"))["events"]
runs = pathlib.Path(__file__).with_name("vigia.runs")
runs.write_text((runs.read_text() if runs.exists() else "") + "v")
fps = 100 * len(runs.read_text())
json.dump({{"machine": {{"cpu": "made up", "cores": 2}}, "clips": [{{"fps": 30.0 if "30" in clip else 25.0}} for clip in words[words.index("--clip") + 1:]], "runs": [{{"job": {{
    "detector": "yunet 320x320", "fps": fps, "latency_ms": {{"p50": 4.0, "p99": 8.0}},
    "rss_peak_bytes": 100000000, "cores": 1.0, "core_ms": 5.0, "frames_processed": 90, "frames_offered": 100,
    "faces_posted_measured": len(posted), "seconds": 10, "foreign_cpu_seconds": OTHERS}}}}]}}, open(value("--json"), "w"))
"""
REFERENCE = """
import json, sys, urllib.request
words = sys.argv[1:]
value = lambda flag: words[words.index(flag) + 1]
assert value("--conf") == "0.6" and value("--fps") == "25", words
if value("--mode") == "broken":
    sys.exit("no camera")
if value("--mode") == "silent":
    sys.exit(0)
urllib.request.urlopen(value("--findface") + "/events/faces/add/", b"x").read()
print("noise before")
print(json.dumps({"detected_fps": 20.0 if value("--mode") == "inline" else 50.0,
                  "latency_ms": {"p50": 40.0, "p99": 80.0}, "rss_mb": {"peak": 1000}, "cpu_cores": 2.0,
                  "cpu_ms_per_detected": 50.0, "seconds": 10.0, "foreign_cpu_s": 4.0,
                  "counts": {"captured": 90, "missed": 10, "detected": 25, "sent": 1, "fps": value("--fps")}}))
"""


class Arithmetic(unittest.TestCase):
    def test_more_is_better_of_frames_and_worse_of_the_rest(self):
        self.assertEqual(compare_figures.times_better("fps", 240, 80), 3)
        self.assertEqual(compare_figures.times_better("p99_ms", 10, 400), 40)
        self.assertEqual(compare_figures.times_better("memory_mb", 200, 100), 0.5)
        self.assertIsNone(compare_figures.times_better("p99_ms", 0, 400))

    def test_ratios_are_of_rounds_that_ran_one_after_the_other(self):
        row = {figure: 1.0 for figure in compare_figures.FIGURES}
        ours = [{**row, "fps": 300}, {**row, "fps": 200}, {**row, "fps": 100}]
        theirs = [{**row, "fps": 100}, {**row, "fps": 100}, {**row, "fps": 20}]
        self.assertEqual(compare_figures.ratios(ours, theirs)["fps"], {"median": 3, "min": 2, "max": 5})

    def test_a_round_that_was_cut_off_is_not_compared(self):
        row = {figure: 1.0 for figure in compare_figures.FIGURES}
        results = {"runs": {"vigia f32": [row, row], "reference inline": [row]}}
        compare_figures.summarize(results)
        self.assertEqual(results["ratios"]["vigia f32"]["reference inline"]["fps"]["median"], 1)

    def test_figures_of_the_reference(self):
        figures = compare_figures.figures_of_reference({
            "detected_fps": 20.0, "latency_ms": None, "rss_mb": {"peak": 1000}, "cpu_cores": 1.5,
            "cpu_ms_per_detected": 50.0, "seconds": 10.0, "foreign_cpu_s": 1.0,
            "counts": {"captured": 90, "missed": 10, "detected": 25}})
        self.assertEqual(figures["dropped"], 75)
        self.assertAlmostEqual(figures["memory_mb"], 1048.576)
        self.assertEqual(figures["delivered"], 0)
        self.assertEqual(compare.less_own(figures, 0.3, 10)["others"], 0.1 - 0.03)

    def test_a_reference_that_looked_at_nothing_has_no_ratios(self):
        nothing = compare_figures.figures_of_reference({
            "detected_fps": 0.0, "latency_ms": None, "rss_mb": {"peak": 1000}, "cpu_cores": 1.5,
            "cpu_ms_per_detected": 9000.0, "seconds": 10.0, "foreign_cpu_s": 0.0, "counts": {}})
        self.assertIsNone(nothing["core_ms"])
        ours = {**{figure: 1.0 for figure in compare_figures.FIGURES}, "fps": 240}
        results = {"runs": {"vigia f32": [ours], "reference inline": [nothing]}}
        compare_figures.summarize(results)
        self.assertIsNone(results["ratios"]["vigia f32"]["reference inline"]["fps"])
        self.assertIsNone(results["medians"]["reference inline"]["p50_ms"])
        self.assertIn("-", compare_figures.table(results))


class Programs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.write("vigia", VIGIA.format(python=sys.executable)).chmod(0o755)
        for name, text in (("ref.py", REFERENCE), ("a.mp4", ""), ("m.onnx", "")):
            self.write(name, text)
        for module in compare.MODULES:  # so that it has them, wherever this runs
            self.write(f"{module}.py", "")

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def run_compare(self, *words, modules=True):
        environment = {**os.environ, "PYTHONPATH": str(self.folder) if modules else ""}
        return subprocess.run([sys.executable, PROGRAM, "--vigia", "vigia", "--reference", "ref.py", "--clips", "a.mp4",
                               "--model", "m.onnx", "--python", sys.executable, *words], cwd=self.folder,
                              env=environment, capture_output=True, text=True, timeout=60)

    def test_rounds_in_turn_and_their_ratios(self):
        done = self.run_compare("--repeat", "3", "--json", "out.json")
        self.assertEqual(done.returncode, 0, done.stderr)
        order = [line.split("] ")[1] for line in done.stderr.splitlines()]
        self.assertEqual(order, ["vigia f32", "reference inline", "reference background"] * 3)
        out = json.loads((self.folder / "out.json").read_text())
        self.assertEqual(out["medians"]["vigia f32"]["fps"], {"median": 200, "min": 100, "max": 300})
        self.assertEqual(out["medians"]["vigia f32"]["delivered"]["min"], 1)
        self.assertEqual(out["ratios"]["vigia f32"]["reference inline"]["fps"], {"median": 10, "min": 5, "max": 15})
        self.assertEqual(out["ratios"]["vigia f32"]["reference background"]["p99_ms"]["median"], 10)
        self.assertIn("10.00 (5.00..15.00)", done.stdout)
        self.assertIn("made up, 2 cores", done.stdout)
        self.assertIn("warning: other programs used 0.", done.stdout)
        self.assertIn("cores during reference inline", done.stdout)
        self.assertNotIn("during vigia f32", done.stdout)

    def test_both_precisions_are_rows(self):
        done = self.run_compare("--precision", "both", "--repeat", "1", "--modes", "inline", "--json", "out.json")
        self.assertEqual(done.returncode, 0, done.stderr)
        out = json.loads((self.folder / "out.json").read_text())
        self.assertEqual(list(out["ratios"]), ["vigia f32", "vigia bf16"])

    def test_clips_of_several_rates_are_refused_in_real_time(self):
        self.write("b30.mp4", "")
        done = self.run_compare("--clips", "a.mp4", "b30.mp4")
        self.assertEqual(done.returncode, 2)
        self.assertIn("compare: --clips: of several rates, 25 to 30 frames a second", done.stderr)

    def test_what_is_wrong_is_one_line(self):
        for words, line in (
                (["--vigia", "none"], "--vigia: there is no file none"),
                (["--reference", "none.py"], "--reference: there is no file none.py"),
                (["--clips", "a.mp4", "b.mp4"], "--clips: there is no file b.mp4"),
                (["--model", "none.onnx"], "--model: there is no file none.onnx"),
                (["--input", "640x384"], "--input: 640x384 is no square of a multiple of 32, as 320x320 is"),
                (["--repeat", "0"], "--repeat: 0 is not above 0"),
                (["--python", "./none"], "--python: ./none: No such file or directory")):
            done = self.run_compare(*words)
            self.assertEqual(done.returncode, 2, words)
            self.assertEqual(done.stderr, f"compare: {line}\n")
            self.assertEqual(done.stdout, "")

    def test_missing_packages_are_named(self):
        for module in compare.MODULES:
            self.folder.joinpath(f"{module}.py").unlink()
        self.write("sitecustomize.py", "import sys\nsys.path[:] = [p for p in sys.path if 'packages' not in p]\n")
        done = self.run_compare()
        self.assertEqual(done.returncode, 2)
        self.assertIn("apt-get install python3-opencv python3-numpy python3-requests", done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1)

    def test_a_run_that_fails_is_told_with_what_there_is(self):
        done = self.run_compare("--modes", "inline", "broken", "--repeat", "1", "--json", "out.json")
        self.assertEqual(done.returncode, 1)
        self.assertIn("compare: the reference (broken) ended with 1: no camera", done.stderr)
        out = json.loads((self.folder / "out.json").read_text())
        self.assertEqual(list(out["ratios"]["vigia f32"]), ["reference inline"])
        done = self.run_compare("--modes", "silent", "--repeat", "1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("compare: the reference (silent) gave no figures", done.stderr)

    def test_the_server_speaks_both_dialects(self):
        with findface_stub.Stub(0) as stub:
            login = json.load(urllib.request.urlopen(stub.url + "/auth/login/", b"{}"))
            self.assertTrue(login["token"])
            self.assertEqual(json.load(urllib.request.urlopen(stub.url + "/events/faces/add/", b"x")), {"events": ["1"]})


if __name__ == "__main__":
    unittest.main()
