#!/usr/bin/env python3
"""Tests the memory part as users get it: installed into an empty folder, with a program built against that.

    installed_memory.py --build DIR --example DIR --compiler C++ [--sanitize WHAT]

Nothing of the source tree may be needed: the example is copied out of it. Exit 1 and a line that says what
is wrong; 0 when the example ran and its accounts were even.
"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile


def run(*command, succeeds=True):
    """Both outputs of a command."""
    done = subprocess.run([str(word) for word in command], text=True, timeout=240, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if (done.returncode == 0) != succeeds:
        fail(f"'{' '.join(map(str, command))}' ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def fail(text):
    sys.exit(f"installed_memory: {text}")


def check_package(prefix, tree):
    """No path of the tree, no flags of ours in what users load."""
    files = sorted(prefix.rglob("*.cmake"))
    if not files:
        fail("no CMake package was installed")
    for file in files:
        text = file.read_text(encoding="utf-8")
        for unwanted in (str(tree), "-Werror", "-Wall", "vigia_flags"):
            if unwanted in text:
                fail(f"{file.name} passes '{unwanted}' on to users")
    for header in prefix.rglob("*.h"):
        if "test_support" in header.name:
            fail(f"{header.name} is for our tests and was installed")


def check_compiled(build, tree):
    """How the example was compiled: with its own flags, from what was installed."""
    for entry in json.loads((build / "compile_commands.json").read_text(encoding="utf-8")):
        for unwanted in (str(tree), "-Werror"):
            if unwanted in entry["command"]:
                fail(f"the example was compiled with '{unwanted}': {entry['command']}")


def check_unknown(folder, configure):
    """Components and versions that do not exist are refused, in words."""
    for wanted, said in (("0.1 REQUIRED COMPONENTS memory teleport", r"no component 'teleport';\s+it\s+has: memory"),
                         ("99 REQUIRED COMPONENTS memory", r"compatible\s+with\s+requested\s+version\s+\"99\"")):
        source = folder / re.sub(r"\W+", "-", wanted)
        source.mkdir()
        (source / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.25)\nproject(user LANGUAGES CXX)\n"
            f"find_package(vigia {wanted})\n", encoding="utf-8")
        output = run(*configure, "-S", source, "-B", source / "build", succeeds=False)
        if not re.search(said, output):
            fail(f"find_package(vigia {wanted}) does not say why it fails:\n{output}")


def check_output(output):
    numbers = {name: int(found[1]) if (found := re.search(rf"(\d+) {name}", output)) else None for name in
               ("blocks played", "objects collected", "pending", "MB of cache trimmed", "bytes still held")}
    wrong = [name for name in ("blocks played", "objects collected", "MB of cache trimmed") if not numbers[name]]
    wrong += [name for name in ("pending", "bytes still held") if numbers[name] != 0]
    if wrong:
        fail(f"the example's figures are wrong ({', '.join(wrong)}):\n{output}")


def main():
    parser = argparse.ArgumentParser()
    for flag in ("--build", "--example", "--compiler"):
        parser.add_argument(flag, required=True)
    parser.add_argument("--sanitize", default="")
    arguments = parser.parse_args()
    tree = pathlib.Path(__file__).resolve().parent.parent
    flags = f"-fsanitize={arguments.sanitize}" if arguments.sanitize else ""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        prefix, example, build = folder / "prefix", folder / "example", folder / "build"
        run("cmake", "--install", arguments.build, "--component", "memory", "--prefix", prefix)
        check_package(prefix, tree)
        shutil.copytree(arguments.example, example)
        configure = ("cmake", "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}", f"-DCMAKE_CXX_COMPILER={arguments.compiler}",
                     f"-DCMAKE_CXX_FLAGS={flags}", "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON")
        run(*configure, "-S", example, "-B", build)
        run("cmake", "--build", build)
        check_compiled(build, tree)
        check_output(run(build / "effect_box", "1500"))
        check_unknown(folder, configure)


if __name__ == "__main__":
    main()
