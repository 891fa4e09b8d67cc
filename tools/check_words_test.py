#!/usr/bin/env python3
"""Every rule of check_words.py is broken once, in a tree made for it, and has to be noticed."""

import unittest

import check_words
import checker

GLOSSARY = "| word | meaning |\n|---|---|\n| **pool** | buffers. Class: `memory::Pool` |\n"
GOOD = {
    "docs/glossary.md": GLOSSARY,
    "src/memory/pool.h": "// Leases buffers.\nnamespace vigia::memory {\n\nclass Pool {\n};\n\n}\n",
    "src/load/level.h": "namespace vigia::load {\n\nstruct Level {\n  int step = 1;\n};\n\n}\n",
}


class CheckWords(checker.TreeTest):
    def complaints(self, changes):
        return self.complaints_of(check_words.check, {**GOOD, **changes})

    def expect(self, changes, place, text):
        complaints = self.complaints(changes)
        self.assertEqual(len(complaints), 1, complaints)
        self.assertTrue(complaints[0].startswith(place), complaints[0])
        self.assertIn(text, complaints[0])

    def test_a_good_tree_has_none(self):
        self.assertEqual(self.complaints({}), [])

    def test_a_name_in_two_folders(self):
        for text in ("struct Level {\n};\n", "class Level final : public Other {\n};\n", "enum class Level { low };\n",
                     "template <class T>\nclass Level {\n};\n", "class CAPABILITY(\"x\") Level {\n};\n",
                     "class Level\n    : public Other,\n      public Third {\n};\n"):
            complaints = self.complaints({"src/memory/z.h": text})
            self.assertEqual(len(complaints), 1, text)
            self.assertIn("Level is declared in src/load/level.h too", complaints[0])

    def test_a_name_twice_in_one_folder_is_one_meaning(self):
        self.assertEqual(self.complaints({"src/load/other.h": "struct Level {\n};\n"}), [])

    def test_nested_types_and_forward_declarations_do_not_count(self):
        text = "class Level;\nstruct Other {\n  struct Level {\n  };\n  enum class Level { a };\n};\n"
        self.assertEqual(self.complaints({"src/memory/z.h": text}), [])

    def test_a_source_may_have_names_of_its_own(self):
        self.assertEqual(self.complaints({"src/memory/z.cpp": "struct Level {\n};\n"}), [])

    def test_an_allowed_name_may_be_in_two_folders_and_must_be(self):
        name = next(iter(check_words.SHARED_NAMES))
        one = {"src/load/a.h": f"struct {name} {{\n}};\n"}
        self.assertEqual(self.complaints({**one, "src/memory/a.h": f"struct {name} {{\n}};\n"}), [])
        self.expect(one, "tools/check_words.py:1:", f"{name} is declared in one folder only")

    def test_a_class_of_the_glossary_that_is_not_there(self):
        missing = GLOSSARY + "| **heap** | one. Class: `memory::Heap` |\n"
        self.expect({"docs/glossary.md": missing}, "docs/glossary.md:4:", "no header of src/memory/ declares Heap")
        elsewhere = GLOSSARY.replace("memory::Pool", "load::Pool")
        self.expect({"docs/glossary.md": elsewhere}, "docs/glossary.md:3:", "no header of src/load/ declares Pool")

    def test_private_words(self):
        for word in ("dear", "Dearer", "nudged", "seat", "books", "obeys", "winds up", "mended", "reckon"):
            self.expect({"src/load/a.cpp": f"int a;\n// It is {word}.\n"}, "src/load/a.cpp:2:", "is a private word")
            self.expect({"docs/page.md": f"It is {word}.\n"}, "docs/page.md:1:", "is a private word")
            self.expect({"README.md": f"It is {word}.\n"}, "README.md:1:", "is a private word")
            self.expect({"tools/a.py": f'"""A script.\n\nIt is {word}.\n"""\n'}, "tools/a.py:3:", "is a private word")
            self.expect({"src/load/CMakeLists.txt": f"# It is {word}.\n"}, "src/load/CMakeLists.txt:1:", "private")

    def test_code_and_other_words_are_left_alone(self):
        self.assertEqual(self.complaints({
            "src/load/a.cpp": "int seats = mend(books);\n// An idea is amended, and seated.\n",
            "docs/page.md": "`obey()` writes `<path>.mending` and vigia.db.mended.\n",
            "src/load/a.txt": "dear\n",
        }), [])


if __name__ == "__main__":
    unittest.main()
