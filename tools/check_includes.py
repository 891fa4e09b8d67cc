#!/usr/bin/env python3
"""Holds the sources to the arrows of docs/architecture.md, and to a few rules a compiler cannot see.

    check_includes.py [ROOT]     one line a complaint, 'path:line: what and how to mend it'; exit 1 if any

Of src/: who may include whom; includes by folder and name; a source's own header first; '#pragma once';
testing/ only in tests, and what ARROWS names; the length of files and of what a header says before its code; no path of
somebody's machine. tools/check_includes_test.py shows each complaint.
"""

import pathlib
import re
import sys

# A -> B: A may include B (and itself). The table of docs/architecture.md; a test compares the two.
ARROWS = {
    "base": "",
    "memory": "base",
    "domain": "base memory",
    "camera": "base memory domain",
    "detect": "base memory domain",
    "appearance": "base memory domain",
    "track": "base memory domain appearance",
    "shot": "base memory domain",
    "sqlite": "base",
    "http": "base",
    "ledger": "base memory domain sqlite",
    "outbox": "base memory domain sqlite",
    "findface": "base domain http outbox/courier.h",
    "sinks": "base domain http outbox/courier.h outbox/shot_json.h outbox/safe_name.h",
    "cluster": "base domain",
    "web": "base",
    "settings": "base domain *_options.h",
    "orchestrator": "base memory domain camera detect track shot http ledger outbox findface sinks cluster web settings",
    "bench": "base memory domain camera detect track shot settings orchestrator",
    # A test that users run: it has the servers of the tests too.
    "soak": "base memory domain camera bench/plot.h testing/fake_findface.h testing/http_loop.h",
    "": "base memory/allocator.h settings orchestrator bench soak",  # main.cpp
}
SOURCES = (".h", ".cpp")
MAX_LINES = 299       # of a file that is no test
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
        if rule in (target_folder, target):
            return True
        if rule == "*_options.h" and target.endswith("_options.h"):
            return True
    return False


def check_include(path, folder, kind, target, src, complain):
    if target in ARROWS[folder].split() and target.startswith("testing/"):
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
        where = f"src/{folder}/" if folder else "src/"
        complain(f'"{target}" is against the arrows: {where} may include {may}')


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
    if len(lines) > MAX_LINES and not is_test(path):
        report(f"{name}:{len(lines)}: {len(lines)} lines; {MAX_LINES} at most: which part can stand alone?")


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


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent
    if not (pathlib.Path(root) / "src").is_dir():
        sys.exit(f"check_includes: there is no src/ in {root}")
    complaints = check(root)
    for line in complaints:
        print(line)
    print(f"check_includes: {len(complaints)} complaints")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
