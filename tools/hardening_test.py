#!/usr/bin/env python3
"""The programs are built as Debian hardens its own: hardening_test.py PROGRAM..."""

import re
import subprocess
import sys
import unittest

PROGRAMS = []


def readelf(program, *options):
    return subprocess.run(["readelf", "-W", *options, program], check=True, capture_output=True, text=True).stdout


class Hardening(unittest.TestCase):
    def for_each(self, check):
        for program in PROGRAMS:
            with self.subTest(program):
                check(program)

    def test_loads_at_any_address(self):
        self.for_each(lambda program: self.assertRegex(readelf(program, "-h"), r"Type:\s+DYN"))

    def test_relocations_are_read_only_once_it_runs(self):
        def check(program):
            self.assertIn("GNU_RELRO", readelf(program, "-l"))
            self.assertRegex(readelf(program, "-d"), r"BIND_NOW|Flags:.*NOW")

        self.for_each(check)

    def test_stack_is_not_executable(self):
        def check(program):
            stack = re.search(r"GNU_STACK.*", readelf(program, "-l"))
            self.assertIsNotNone(stack)
            self.assertNotIn("RWE", stack[0])

        self.for_each(check)

    def test_overflows_of_the_stack_and_of_buffers_are_noticed(self):
        def check(program):
            symbols = readelf(program, "--dyn-syms")
            self.assertIn("__stack_chk_fail", symbols)
            self.assertRegex(symbols, r"__(mem|str|s|vs|f|read)\w*_chk")

        self.for_each(check)


if __name__ == "__main__":
    PROGRAMS = sys.argv[1:]
    unittest.main(argv=sys.argv[:1])
