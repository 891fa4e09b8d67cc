#!/usr/bin/env python3
"""Holds the sources to the arrows of docs/architecture.md, and to a few rules a compiler cannot see.

    check_includes.py [ROOT]     one line a complaint, 'path:line: what and how to fix it'; exit 1 if any

Of src/: who may include whom; includes by folder and name; a source's own header first; '#pragma once';
testing/ only in tests and where ARROWS names it; the length of what a header says before its code; no path of
somebody's machine. tools/check_includes_test.py shows each complaint.
"""

import pathlib
import re

import checker

# A -> B: A may include B (and itself). The table of docs/architecture.md; a test compares the two.
ARROWS = {
    "base": "",
    "memory": "base",
    "status": "base memory",
    "domain": "base memory",
    "sqlite": "base",
    "http": "base",
    "sim": "base domain",
    "camera": "base memory domain http sim",
    "detect": "base memory domain",
    "appearance": "base memory domain",
    "track": "base memory domain appearance",
    "shot": "base memory domain",
    "ledger": "base memory domain sqlite",
    "outbox": "base memory status domain sqlite",
    "delivery": "base memory status domain outbox",
    "findface": "base domain http delivery",
    "sinks": "base domain http delivery",
    "closeup": "base memory domain camera detect shot",
    "pipeline": "base memory status domain camera detect track shot closeup ledger outbox",
    "load": "base memory status domain detect pipeline",
    "health": "base memory status camera domain",
    "fleet": "base memory status domain camera findface pipeline load",
    "discover": "base http",
    "web": "base memory status domain camera shot ledger pipeline",
    "settings": "base domain *_options.h",
    "orchestrator": "base memory status domain http camera detect shot ledger outbox delivery findface sinks "
                    "pipeline load fleet health web settings",
    "app": "base memory status domain http sim camera detect closeup ledger outbox findface pipeline load discover "
           "web settings orchestrator",
    "plot": "base",
    # Rooms of vigia-tools, which measures and tries: with the servers and folders of the tests.
    "bench": "base memory status domain sim camera detect track shot pipeline settings orchestrator plot testing",
    "soak": "base memory camera plot testing",
    "tools": "base memory settings bench soak",
}
SOURCES = (".h", ".cpp")
MAX_PROLOGUE = 30     # lines of a header before '#pragma once'
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
# Home folders and temporary files: what works here only.
MACHINE_PATH = re.compile(r"(?<![\w.-])(/home/\w|/root/|/Users/\w|/tmp/)")


def is_test(path):
    return path.stem.endswith(("_test", "_bench", "_fuzz", "test_support"))


def allowed(folder, target):
    """May a file of `folder` include `target`, 'folder/file.h'?"""
    target_folder = target.split("/", 1)[0]
    if folder == target_folder:
        return True
    for rule in ARROWS[folder].split():
        if rule == target_folder:
            return True
        if rule == "*_options.h" and target.endswith("_options.h"):
            return True
    return False


def check_include(path, folder, kind, target, src, complain):
    if target.startswith("testing/") and "testing" in ARROWS[folder].split():
        return
    if kind == "<":
        if target.split("/", 1)[0] in ARROWS and (src / target).is_file():
            complain(f'"{target}" is our own: write it in quotes')
        return
    if (target.startswith("testing/") or is_test(pathlib.PurePath(target))) and not is_test(path):
        complain(f'"{target}": only tests may include testing/, and what tests share (*test_support.h)')
        return
    if target.startswith("testing/"):
        return
    if not (src / target).is_file():
        complain(f'there is no src/{target}: write "folder/file.h", from src/')
    elif not allowed(folder, target):
        may = ARROWS[folder] or "nothing but itself"
        complain(f'"{target}" is against the arrows: src/{folder}/ may include {may}')


def check_file(path, src, report):
    name = path.relative_to(src.parent)
    lines = path.read_text(encoding="utf-8").splitlines()
    folder = "" if path.parent == src else path.relative_to(src).parts[0]
    if folder not in ARROWS:
        report(f"{name}:1: no arrow is drawn for src/{folder}/: add it to docs/architecture.md and here")
        return

    includes = []
    for number, line in enumerate(lines, 1):
        def complain(text, number=number):
            report(f"{name}:{number}: {text}")

        if found := INCLUDE.match(line):
            includes.append((number, found[2]))
            check_include(path, folder, found[1], found[2], src, complain)
        if (found := MACHINE_PATH.search(line)) and not is_test(path):
            complain(f"{found[1]}... is a path of one machine: take it from a setting or the environment")

    if path.suffix == ".h":
        check_header(name, lines, report)
    elif path.with_suffix(".h").exists():
        own = str(path.with_suffix(".h").relative_to(src))
        if not includes or includes[0][1] != own:
            report(f'{name}:{includes[0][0] if includes else 1}: include "{own}" first: '
                   "that proves that it stands alone")


def check_header(name, lines, report):
    once = [number for number, line in enumerate(lines, 1) if line.strip() == "#pragma once"]
    if not once:
        report(f"{name}:1: '#pragma once' is missing")
    elif once[0] > MAX_PROLOGUE + 1:
        report(f"{name}:{once[0]}: {once[0] - 1} lines before the code; {MAX_PROLOGUE} at most")


def check(root):
    """All complaints about the tree below `root`, sorted."""
    src = pathlib.Path(root).resolve() / "src"
    complaints = []
    for path in sorted(src.rglob("*")):
        if path.suffix in SOURCES:
            check_file(path, src, complaints.append)
    return complaints


if __name__ == "__main__":
    checker.run("check_includes", check)
