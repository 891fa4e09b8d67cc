#!/usr/bin/env python3
"""Tests that the section '# run' of packages.txt lists exactly what the built programs need: packages_test.py PROGRAM...

These are the packages of the libraries that the programs link directly (other libraries come as dependencies of
those packages), and ca-certificates. Without dpkg, or on a system other than Debian 12, where packages have other
names, the test is skipped: exit code 77.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
OS_RELEASE = pathlib.Path("/etc/os-release")
PROGRAMS = []
SKIPPED = 77


def said_by(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def listed():
    text = (ROOT / "packages.txt").read_text(encoding="utf-8")
    section = re.search(r"(?ms)^# run\b.*?$(.*?)^# build\b", text)
    lines = (line.split("#")[0].strip() for line in section[1].splitlines()) if section else ()
    return {line for line in lines if line}


def libraries_of(program):
    """The files of the libraries that the program links directly."""
    asked = set(re.findall(r"\(NEEDED\).*\[(.+?)\]", said_by("readelf", "-d", program)))
    found = dict(re.findall(r"^\s*(\S+) => (/\S+)", said_by("ldd", program), re.M))
    return [found[name] for name in sorted(asked) if name in found]  # the loader itself has no '=>'


def packages_of(libraries):
    """The packages of these files. dpkg lists a file under /lib or /usr/lib, as its package does; both are one folder."""
    names = {path: (path, "/usr" + path, path.removeprefix("/usr")) for path in libraries}
    asked = sorted({name for some in names.values() for name in some})
    said = subprocess.run(["dpkg", "-S", *asked], capture_output=True, text=True).stdout
    owner = {line.rsplit(": ", 1)[1]: line.split(":")[0] for line in said.splitlines()}
    return {next((owner[name] for name in some if name in owner), f"no package has {path}")
            for path, some in names.items()}


class Packages(unittest.TestCase):
    def test_run_lists_just_what_the_programs_need(self):
        needed = packages_of({library for program in PROGRAMS for library in libraries_of(program)})
        self.assertGreater(len(needed), 10)
        self.assertEqual(sorted(listed()), sorted(needed | {"ca-certificates"}))


if __name__ == "__main__":
    system = OS_RELEASE.read_text(encoding="utf-8") if OS_RELEASE.exists() else ""
    if not shutil.which("dpkg") or "ID=debian\n" not in system or 'VERSION_ID="12"' not in system:
        print("packages_test: skipped: this is not Debian 12 with dpkg")
        sys.exit(SKIPPED)
    PROGRAMS = sys.argv[1:]
    unittest.main(argv=sys.argv[:1])
