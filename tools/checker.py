"""Shared by check_includes.py and check_words.py, which check that a source tree follows rules."""

import pathlib
import sys
import tempfile
import unittest


def run(name, check):
    """Runs check(root) on the tree that the command line names, or on this one. Prints each complaint; exit 1 if any."""
    root = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent
    if not (pathlib.Path(root) / "src").is_dir():
        sys.exit(f"{name}: there is no src/ in {root}")
    complaints = check(root)
    for line in complaints:
        print(line)
    print(f"{name}: {len(complaints)} complaints")
    sys.exit(1 if complaints else 0)


class TreeTest(unittest.TestCase):
    """A base for the tests of such a script, which run its check on a tree of given files."""

    def complaints_of(self, check, files):
        with tempfile.TemporaryDirectory() as root:
            for name, text in files.items():
                path = pathlib.Path(root, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return check(root)
