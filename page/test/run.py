#!/usr/bin/env python3
"""Runs a part of the page's tests: run.py types | unit [NAME...] | e2e --vigia PROGRAM [...] [NAME...]

Where Node.js, the page's packages, the built page or chromium is not there, it says so and is skipped: exit code 77.
With TESTS_NEED_DATA in the environment, as continuous integration has it, that is a failure: exit code 1.
"""

import os
import pathlib
import shutil
import sys

PAGE = pathlib.Path(__file__).resolve().parent.parent
CHROMIUM = pathlib.Path("/usr/bin/chromium")
PARTS = {"types": "node_modules/typescript/bin/tsc", "unit": "test/unit/run.mjs", "e2e": "test/e2e/run.mjs"}
SKIPPED, FAILED, WRONG_USE = 77, 1, 2


def missing(part, node):
    """What this part needs and is not there, in one line; empty: all is there."""
    if not node:
        return "Node.js is not there"
    if not (PAGE / "node_modules/.package-lock.json").exists():
        return "page/node_modules is not there: './dev build' or 'npm ci' installs it"
    if part != "types" and not (PAGE / "dist/index.html").exists():
        return "page/dist is not there: './dev build' builds it"
    if part == "e2e" and not CHROMIUM.exists():
        return f"{CHROMIUM} is not there: Debian's package chromium has it"
    return ""


def main(arguments):
    part, node = arguments[0] if arguments else "", shutil.which("node")
    if part not in PARTS:
        print(__doc__, file=sys.stderr)
        return WRONG_USE
    if lack := missing(part, node):
        is_needed = "TESTS_NEED_DATA" in os.environ
        print(f"page.{part}: {'failed' if is_needed else 'skipped'}: {lack}")
        return FAILED if is_needed else SKIPPED
    more = ["--noEmit", "--project", str(PAGE)] if part == "types" else arguments[1:]
    sys.stdout.flush()
    os.execv(node, [node, str(PAGE / PARTS[part]), *more])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
