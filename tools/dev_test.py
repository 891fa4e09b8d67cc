#!/usr/bin/env python3
"""Tests ./dev in an empty project, where cmake, apt-get and the others are small scripts that record how
they were called. (That it sets up a bare machine can only be tested on one.)"""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
OS = pathlib.Path("/etc/os-release").read_text(encoding="utf-8") if os.path.exists("/etc/os-release") else ""
DEBIAN_12 = "ID=debian\n" in OS and 'VERSION_ID="12"' in OS

TOOLS = {
    "cmake": """
case $1 in
  --preset) mkdir -p build; touch build/build.ninja ;;
  --build) printf '#!/bin/sh\\necho "vigia: $*"\\nexit 7\\n' > "$2/vigia"; chmod +x "$2/vigia" ;;
esac""",
    "ctest": 'echo "100% tests passed"; exit "${CTEST_EXIT:-0}"',
    "ninja": "",
    "c++": "",
    "ccache": "",
    "dpkg-query": 'for p in $INSTALLED; do echo "$p installed"; done; echo "gone not-installed"',
    "apt-get": """
echo "dlstatus:1:50.0:Retrieving" >&3
echo "pmstatus:libx:amd64:100.0:Installed" >&3
echo "apt says something"
case "$*" in *install*) exit "${APT_EXIT:-0}" ;; esac""",
}


class Dev(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.folder.chmod(0o755)
        self.calls = self.folder / "calls"
        self.calls.touch()
        self.calls.chmod(0o666)
        shutil.copy(ROOT / "dev", self.folder / "dev")
        (self.folder / "packages.txt").write_text("# a comment\n# run\nalpha\n# build\n\nlibx # why\n# page\nnpm\n# tests\ngone\n", encoding="utf-8")
        (self.folder / "bin").mkdir()
        for name, script in TOOLS.items():
            tool = self.folder / "bin" / name
            tool.write_text(f'#!/bin/sh\necho "{name} $*" >> {self.calls}\n{script}\n', encoding="utf-8")
            tool.chmod(0o755)

    def dev(self, *arguments, before=(), **environment):
        environment = {"PATH": f"{self.folder}/bin:/usr/bin:/bin", "HOME": str(self.folder), **environment}
        return subprocess.run([*before, str(self.folder / "dev"), *arguments], env=environment, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=60)

    def called(self, tool):
        lines = self.calls.read_text(encoding="utf-8").splitlines()
        return [line.removeprefix(tool + " ") for line in lines if line.startswith(tool + " ")]

    # --- what it says ---

    def test_help_names_every_command(self):
        done = self.dev("help")
        self.assertEqual(done.returncode, 0)
        for command in "demo run check soak model build test bench fuzz fmt lint help".split():
            self.assertRegex(done.stdout, rf"(?m)^  {command}\b")

    def test_an_unknown_command_is_an_error_of_arguments(self):
        done = self.dev("biuld")
        self.assertEqual(done.returncode, 2)
        self.assertIn("biuld", done.stderr)

    # --- packages ---

    @unittest.skipUnless(DEBIAN_12, "packages are installed on Debian 12 only")
    def test_nothing_is_asked_of_apt_when_all_is_there(self):
        done = self.dev("build", INSTALLED="alpha libx gone")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("[1/3] packages: all there", done.stderr)
        self.assertEqual(self.called("apt-get"), [])

    @unittest.skipUnless(DEBIAN_12 and os.geteuid() == 0, "needs Debian 12 and root")
    def test_what_is_missing_is_installed_and_nothing_else(self):
        done = self.dev("build", INSTALLED="alpha")
        self.assertEqual(done.returncode, 0, done.stderr)
        update, install = self.called("apt-get")
        self.assertTrue(update.endswith(" update"), update)
        self.assertTrue(install.endswith(" install -y --no-install-recommends libx gone"), install)
        self.assertIn("packages: installing 2 of 3", done.stderr)
        self.assertIn("downloading 50 %", done.stderr)
        self.assertIn("installing 100 %", done.stderr)

    @unittest.skipUnless(DEBIAN_12 and os.geteuid() == 0, "needs Debian 12 and root")
    def test_the_program_alone_needs_nothing_of_the_tests(self):
        done = self.dev("check", INSTALLED="alpha")
        self.assertEqual(done.returncode, 7, done.stderr)
        self.assertTrue(self.called("apt-get")[1].endswith(" --no-install-recommends libx"))
        self.assertIn("-DVIGIA_TESTS=OFF -DVIGIA_BENCH=OFF", self.called("cmake")[0])
        (self.folder / "build/CMakeCache.txt").write_text("VIGIA_TESTS:BOOL=OFF\n", encoding="utf-8")
        self.dev("check", INSTALLED="alpha libx")
        self.assertEqual(sum(call.startswith("--preset") for call in self.called("cmake")), 1)
        self.dev("test", INSTALLED="alpha libx gone")
        self.assertIn("-DVIGIA_TESTS=ON -DVIGIA_BENCH=ON", self.called("cmake")[-2])

    @unittest.skipUnless(DEBIAN_12 and os.geteuid() == 0, "needs Debian 12 and root")
    def test_an_installation_that_fails_shows_what_apt_said(self):
        done = self.dev("build", INSTALLED="alpha", APT_EXIT="100")
        self.assertEqual(done.returncode, 1)
        self.assertIn("apt says something", done.stderr)
        self.assertEqual(self.called("cmake"), [])
        pathlib.Path(done.stderr.rsplit(" ", 1)[1].strip().rstrip(".")).unlink()  # the log it names is there

    @unittest.skipUnless(DEBIAN_12, "packages are installed on Debian 12 only")
    def test_without_root_or_sudo_it_names_the_one_command(self):
        (self.folder / "bin/sudo").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
        (self.folder / "bin/sudo").chmod(0o755)
        nobody = ["setpriv", "--reuid=65534", "--clear-groups"] if os.geteuid() == 0 else []
        done = self.dev("build", before=nobody, INSTALLED="alpha")
        self.assertEqual(done.returncode, 1)
        self.assertIn("apt-get update && apt-get install -y --no-install-recommends libx gone", done.stderr)
        self.assertEqual(self.called("apt-get"), [])

    # --- build, run, test ---

    def build_all_there(self, *arguments, **environment):
        return self.dev(*arguments, INSTALLED="alpha libx gone", **environment)

    def test_configured_once(self):
        self.build_all_there("build")
        self.build_all_there("build")
        self.assertEqual(sum(call.startswith("--preset release") for call in self.called("cmake")), 1)
        self.assertEqual(sum(call.startswith("--build") for call in self.called("cmake")), 2)

    def test_the_program_gets_the_arguments_and_gives_its_exit_code_and_output(self):
        done = self.build_all_there("demo", "--seconds", "20", "--summary", "a b.json")
        self.assertEqual(done.returncode, 7)
        self.assertEqual(done.stdout, "vigia: demo --seconds 20 --summary a b.json\n")
        self.assertTrue(self.called("cmake")[-1].endswith("--target vigia"), self.called("cmake"))

    def test_ctest_speaks_last_and_decides(self):
        done = self.build_all_there("test", "-R", "memory", CTEST_EXIT="8")
        self.assertEqual(done.returncode, 8)
        self.assertEqual(done.stdout, "100% tests passed\n")
        self.assertEqual(self.called("ctest"), ["--preset release --parallel 2 -R memory"])

    def test_presets(self):
        (self.folder / "build-asan").mkdir()
        (self.folder / "build-asan/build.ninja").touch()
        self.assertEqual(self.build_all_there("test", "--preset", "asan").returncode, 0)
        self.assertEqual(self.called("ctest"), ["--preset asan --parallel 2"])
        self.assertEqual(self.build_all_there("test", "--preset", "fast").returncode, 2)
        self.assertEqual(self.build_all_there("test", "--preset").returncode, 2)

    def test_only_benchmarks_that_exist(self):
        (self.folder / "build/bench").mkdir(parents=True)
        for name in ("retire", "pool"):
            program = self.folder / f"build/bench/vigia_{name}_bench"
            program.write_text(f'#!/bin/sh\necho "{name} $*"\n', encoding="utf-8")
            program.chmod(0o755)
        self.assertEqual(self.build_all_there("bench").stdout, "pool \nretire \n")
        self.assertEqual(self.build_all_there("bench", "retire", "--", "--x").stdout, "retire --x\n")
        done = self.build_all_there("bench", "retrie")
        self.assertEqual(done.returncode, 2)
        self.assertIn("pool retire", done.stderr)

    # --- the page ---

    def add_page(self, npm="", node=""):
        """A page, and an npm and a Node.js of these scripts."""
        page = self.folder / "page"
        (page / "src").mkdir(parents=True)
        for name in ("package-lock.json", "index.html", "vite.config.ts", "src/app.ts"):
            (page / name).touch()
        installs = 'case $1 in ci) mkdir -p node_modules ;; run) mkdir -p dist; touch dist/index.html ;; esac'
        for name, script in {"npm": f"{npm}\n{installs}", "node": node}.items():
            tool = self.folder / "bin" / name
            tool.write_text(f'#!/bin/sh\necho "{name} $*" >> {self.calls}\n{script}\n', encoding="utf-8")
            tool.chmod(0o755)
        return page

    def npm_commands(self):
        return [call.split()[0] for call in self.called("npm")]

    def test_the_page_is_built_before_the_program_and_only_again_when_it_changes(self):
        page = self.add_page()
        self.assertEqual(self.build_all_there("build").returncode, 0)
        calls = self.calls.read_text(encoding="utf-8")
        self.assertLess(calls.index("npm run"), calls.index("cmake --preset"))
        self.assertIn("--ignore-scripts", self.called("npm")[0])
        self.build_all_there("build")
        self.assertEqual(self.npm_commands(), ["ci", "run"])
        os.utime(page / "dist/index.html", (0, 0))  # older than the sources
        self.build_all_there("demo")
        self.assertEqual(self.npm_commands(), ["ci", "run", "run"])
        (page / "package-lock.json").write_text("other packages", encoding="utf-8")
        self.build_all_there("build")
        self.assertEqual(self.npm_commands()[3], "ci")

    def test_without_a_registry_one_line_says_so_and_the_program_is_built(self):
        self.add_page(npm="exit 1")
        done = self.build_all_there("build")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("page: npm could not get its packages", done.stderr)
        self.assertIn("the program gets a small start page", done.stderr)
        self.assertEqual(self.npm_commands(), ["ci"])
        self.assertEqual(sum(call.startswith("--build") for call in self.called("cmake")), 1)

    def test_a_page_that_does_not_compile_is_a_failed_build(self):
        self.add_page(npm='[ "$1" = ci ] || { echo "app.ts is wrong"; exit 1; }')
        done = self.build_all_there("build")
        self.assertEqual(done.returncode, 1)
        self.assertIn("app.ts is wrong", done.stderr)
        self.assertEqual(self.called("cmake"), [])

    @unittest.skipUnless(DEBIAN_12 and os.geteuid() == 0, "needs Debian 12 and root")
    def test_npm_is_installed_where_no_usable_one_is_there(self):
        self.add_page(node="exit 1")  # too old
        done = self.dev("check", INSTALLED="alpha libx", APT_EXIT="100")
        self.assertEqual(done.returncode, 7, done.stderr)
        self.assertTrue(self.called("apt-get")[1].endswith(" --no-install-recommends npm"), self.called("apt-get"))
        self.assertIn("page: npm with Node.js 18 or newer is not there", done.stderr)
        self.assertEqual(self.npm_commands(), [])
        for log in re.findall(r"everything is in (\S+)\.$", done.stderr, re.MULTILINE):
            pathlib.Path(log).unlink()

    def test_the_page_can_be_left_out(self):
        self.add_page()
        self.assertEqual(self.build_all_there("build", DEV_PAGE="off").returncode, 0)
        self.assertEqual(self.npm_commands(), [])

    # --- the model ---

    def test_the_model_is_tried_once_and_its_failure_is_nobodys(self):
        for _ in range(2):
            done = self.build_all_there("run", "-c", "my.yaml")
            self.assertEqual(done.returncode, 7)
            self.assertEqual(done.stdout, "vigia: run -c my.yaml\n")
        self.assertNotIn("model", done.stderr)
        (self.folder / "build/.model-tried").unlink()
        done = self.build_all_there("demo")
        self.assertEqual(done.returncode, 7)
        self.assertEqual(done.stdout, "vigia: demo\n")
        self.assertIn("      vigia: model --if-none --within 5\n", done.stderr)

    def test_only_demo_and_run_try_the_model(self):
        for command in ("check", "events", "soak", "model"):
            self.assertEqual(self.build_all_there(command).stdout, f"vigia: {command}\n")
        self.assertFalse((self.folder / "build/.model-tried").exists())


if __name__ == "__main__":
    unittest.main()
