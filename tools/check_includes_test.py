#!/usr/bin/env python3
"""Every rule of check_includes.py is broken once, in a tree made for it, and has to be noticed."""

import pathlib
import unittest

import check_includes
import checker

GOOD = {
    "src/base/clock.h": "#pragma once\n#include <chrono>\n",
    "src/base/clock.cpp": '#include "base/clock.h"\n\n#include <ctime>\n',
    "src/base/clock_test.cpp": '#include "base/clock.h"\n#include "testing/fake_clock.h"\n',
    "src/memory/pool.h": '#pragma once\n#include "base/clock.h"\n',
    "src/domain/frame.h": '#pragma once\n#include "memory/pool.h"\n',
    "src/delivery/courier.h": '#pragma once\n#include "domain/frame.h"\n',
    "src/outbox/outbox.h": "#pragma once\n",
    "src/outbox/outbox_options.h": "#pragma once\n",
    "src/camera/camera.h": '#pragma once\n#include "domain/frame.h"\n',
    "src/findface/client.h": '#pragma once\n#include "delivery/courier.h"\n',
    "src/settings/settings.h": '#pragma once\n#include "outbox/outbox_options.h"\n',
    "src/orchestrator/orchestrator.h": '#pragma once\n#include "camera/camera.h"\n',
    "src/app/main.cpp": '#include "orchestrator/orchestrator.h"\n#include "settings/settings.h"\n',
}


class CheckIncludes(checker.TreeTest):
    def complaints(self, changes):
        return self.complaints_of(check_includes.check, {**GOOD, **changes})

    def expect(self, path, text, complaint, line=None):
        found = self.complaints({path: text})
        self.assertEqual(len(found), 1, found)
        self.assertIn(complaint, found[0])
        self.assertTrue(found[0].startswith(f"{path}:{line}:" if line else path), found[0])

    def test_a_good_tree_has_no_complaint(self):
        self.assertEqual(self.complaints({}), [])

    def test_an_include_against_the_arrows(self):
        self.expect("src/camera/a.h", '#pragma once\n#include "delivery/courier.h"\n', "against the arrows", 2)
        self.expect("src/base/a.h", '#pragma once\n#include "memory/pool.h"\n', "nothing but itself", 2)
        self.expect("src/findface/client.h", '#pragma once\n#include "outbox/outbox.h"\n', "against the arrows")

    def test_settings_see_options_only(self):
        self.expect("src/settings/settings.h", '#pragma once\n#include "outbox/outbox.h"\n', "against the arrows")

    def test_tests_obey_the_arrows_too(self):
        self.expect("src/base/a_test.cpp", '#include "domain/frame.h"\n', "against the arrows")

    def test_testing_in_the_program(self):
        self.expect("src/base/a.cpp", '#include "testing/fake_clock.h"\n', "only tests")
        support = {"src/base/test_support.h": '#pragma once\n#include "testing/fake_clock.h"\n'}
        self.assertEqual(self.complaints(support), [])
        found = self.complaints({**support, "src/base/a.cpp": '#include "base/test_support.h"\n'})
        self.assertEqual(len(found), 1, found)

    def test_testing_where_an_arrow_leads_there(self):
        includes = '#pragma once\n#include "testing/fake_findface.h"\n'
        self.assertEqual(self.complaints({"src/soak/a.h": includes}), [])
        self.expect("src/camera/a.h", includes, "only tests")

    def test_own_header_not_first(self):
        self.expect("src/base/clock.cpp", '#include <ctime>\n#include "base/clock.h"\n', "first", 1)
        self.expect("src/base/clock.cpp", "int x;\n", "first", 1)

    def test_header_without_pragma_once(self):
        self.expect("src/base/a.h", "int x;\n", "#pragma once")

    def test_include_that_does_not_name_its_folder(self):
        self.expect("src/base/a.cpp", '#include "clock.h"\n', "there is no src/clock.h")

    def test_own_header_in_angle_brackets(self):
        self.expect("src/base/a.cpp", "#include <base/clock.h>\n", "in quotes")

    def test_folder_without_an_arrow(self):
        self.expect("src/extra/a.h", "#pragma once\n", "no arrow is drawn")
        self.expect("src/extra.h", "#pragma once\n", "no arrow is drawn")

    def test_length_of_what_a_header_says_first(self):
        self.expect("src/base/a.h", "//\n" * 31 + "#pragma once\n", "31 lines before")
        self.assertEqual(self.complaints({"src/base/a.h": "//\n" * 30 + "#pragma once\n"}), [])

    def test_paths_of_a_machine(self):
        self.expect("src/base/a.cpp", 'auto p = "/home/ana/x";\n', "path of one machine", 1)
        self.expect("src/base/a.cpp", "\n// see /tmp/x\n", "path of one machine", 2)
        self.assertEqual(self.complaints({"src/base/a.cpp": 'auto u = "http://h/tmp/x";  // a/home/b\n'}), [])

    def test_the_table_is_the_one_in_the_document(self):
        document = pathlib.Path(__file__).resolve().parent.parent / "docs/architecture.md"
        drawn = {}
        for line in document.read_text(encoding="utf-8").splitlines():
            name, arrow, rest = line.rpartition("->")
            words = name.split()
            if arrow and words and words[0].startswith("src/"):
                folder = words[0].removeprefix("src/").rstrip("/")
                drawn[folder] = " ".join(rest.split())
        self.assertEqual(drawn, check_includes.ARROWS)


if __name__ == "__main__":
    unittest.main()
