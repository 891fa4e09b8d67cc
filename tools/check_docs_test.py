#!/usr/bin/env python3
"""Tests check_docs.py with documents that have one fault each: it must report every one."""

import pathlib
import tempfile
import unittest

import check_docs

# Stand-ins for the programs, with the answers that check_docs.py needs.
VIGIA = """#!/bin/sh
case "$*" in
  --help) echo "Commands: run demo" ;;
  *--help*) echo "-c,--config FILE  --seconds N" ;;
  "demo --seconds 1") exit 0 ;;
  "run -c my.yaml") grep -q gate my.yaml ;;
  *) echo "unexpected: $*" >&2; exit 3 ;;
esac
"""
SETTINGS = """#!/bin/sh
! grep -q 'wrong' "$1" || { echo "$1:1: wrong"; exit 2; }
"""
DEV = """#!/bin/sh
[ "$1" = help ] || exit 4
echo "  demo  [--seconds N]"
echo "  test  [--preset P]"
"""
TREE = {
    "dev": DEV,
    "vigia": VIGIA,
    "settings": SETTINGS,
    "config/vigia.yaml": "cameras: []\nmemory:\n  gc_interval: 5.0  # seconds\n",
    "src/base/clock.h": "class Clock {\n  now();\n  later();\n};\n",
    "docs/other.md": "# Other page\n\n## A part: of it\n",
}


class CheckDocs(unittest.TestCase):
    def complaints(self, document, **more):
        with tempfile.TemporaryDirectory() as root:
            root = pathlib.Path(root)
            for name, text in {**TREE, "README.md": document, **more}.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
                path.chmod(0o755)
            check_docs.run_for_text.cache_clear()
            return check_docs.Checker(root, str(root / "vigia"), str(root / "settings")).check()

    def expect(self, document, complaint, line):
        found = self.complaints(document)
        self.assertEqual(len(found), 1, found)
        self.assertIn(complaint, found[0])
        self.assertTrue(found[0].startswith(f"README.md:{line}:"), found[0])

    def expect_good(self, document):
        self.assertEqual(self.complaints(document), [])

    def test_scripts_of_the_project(self):
        script = {"bench/it.py": "import argparse\np = argparse.ArgumentParser()\np.add_argument('--far')\np.parse_args()\n",
                  "bench/it.sh": "#!/bin/sh\n"}
        good = "<!-- not run: long -->\n```sh\npython3 bench/it.py --far 3\nbench/it.sh a b\n```\n"
        self.assertEqual(self.complaints(good, **script), [])
        for wrong, complaint in (("python3 bench/it.py --near 3", "bench/it.py has no flag '--near'"),
                                 ("bench/none.sh a", "there is no bench/none.sh"),
                                 ("python3 it.py", "'python3' is no command that a reader has")):
            found = self.complaints(f"<!-- not run: long -->\n```sh\n{wrong}\n```\n", **script)
            self.assertEqual(found, [f"README.md:3: {complaint}"])

    def test_a_good_document(self):
        self.expect_good("""# Title
See [other](docs/other.md), [its part](docs/other.md#a-part-of-it), [above](#title), [web](https://example.org).
`src/base/clock.h`, `src/base/`, `src/*/clock.h`, `memory.gc_interval`, `./dev demo --seconds 5`, `vigia run -c FILE`.

```yaml
# my.yaml
cameras: [{name: gate}]
```
```yaml
memory: {gc_interval: 2}
```
```sh
./dev demo --seconds 20   # shortened
./dev run -c my.yaml
```
1. In a list, indented:

   <!-- not run: it builds everything -->
   ```sh
   ./dev test --preset asan
   VIGIA_DATA=x vigia run -c my.yaml --seconds 3
   ```
<!-- in: src/base/clock.h -->
```cpp
class Clock {
  later();
```
```json
{"a": 1}
```
```text
anything
```
""")

    # --- translations ---

    ORIGINAL = ("# Vigia\n\n[Andere](README.de.md), [other](docs/other.md).\n\n## Try it\n\n```sh\n./dev demo --seconds 9  # now\n```\n\n"
                "| a | b |\n|---|---|\n| 1 | 2 |\n")
    TRANSLATED = ("# Vigia\n\n[English](README.md), [andere](docs/other.md).\n\n## Probieren\n\n```sh\n./dev demo --seconds 9  # jetzt\n```\n\n"
                  "| ein A | b |\n|---|---|\n| 1 | 2 |\n")

    def test_a_translation_in_step(self):
        self.assertEqual(self.complaints(self.ORIGINAL, **{"README.de.md": self.TRANSLATED}), [])

    def test_a_translation_out_of_step(self):
        for old, new, complaint in (("## Prob", "### Prob", "README.de.md:5: the original has a heading in line 5"),
                                    ("--seconds 9", "--seconds 8", "README.de.md:7: the original has a block in line 7"),
                                    ("| 1 | 2 |\n", "", "README.de.md:12: the original has a row of a table in line 13"),
                                    ("docs/other.md", "dev", "README.de.md:1: the link to dev is only in the translation")):
            found = self.complaints(self.ORIGINAL, **{"README.de.md": self.TRANSLATED.replace(old, new)})
            self.assertTrue(found and found[0].startswith(complaint), (complaint, found))

    def test_yaml_that_is_not_valid(self):
        self.expect("\n```yaml\nwrong: 1\n```\n", "not valid settings: block.yaml:1: wrong", 2)

    def test_yaml_files_of_config(self):
        found = self.complaints("", **{"config/examples/a.yaml": "cameras: wrong\n"})
        self.assertEqual(found, ["config/examples/a.yaml:0: not valid settings: a.yaml:1: wrong"])

    def test_a_command_that_fails(self):
        self.expect("```sh\n./dev demo --secs 20\n```\n", "end with 3: unexpected: demo --secs 20", 1)

    def test_a_command_that_fails_before_one_that_does_not(self):
        self.expect("```sh\nfalse\ntrue\n```\n", "end with 1", 1)

    def test_a_command_that_is_not_run_is_looked_up(self):
        before = "<!-- not run: it needs a camera -->\n```sh\n"
        self.expect(before + "./dev tset\n```\n", "./dev has no command 'tset'", 3)
        self.expect(before + "\n./dev test --present asan\n```\n", "./dev has no flag '--present'", 4)
        self.expect(before + "vigia watch\n```\n", "vigia has no command 'watch'", 3)
        self.expect(before + "./dev demo --minutes 1\n```\n", "vigia demo has no flag '--minutes'", 3)
        self.expect(before + "vigia run -c your.yaml\n```\n", "there is no 'your.yaml'", 3)
        self.expect(before + "frobnicate\n```\n", "no command that a reader has", 3)
        self.expect_good(before + "vigia run -c config/vigia.yaml\n```\n")

    def test_not_run_needs_a_reason(self):
        self.expect("<!-- not run: -->\n```sh\nls\n```\n", "needs a reason", 2)

    def test_a_remark_counts_for_the_next_block_only(self):
        self.expect("<!-- not run: no -->\n```sh\nls\n```\nText.\n```sh\nfalse\n```\n", "end with 1", 6)
        self.expect("<!-- not run: no -->\nText.\n```sh\nfalse\n```\n", "end with 1", 3)

    def test_cpp_that_stands_nowhere(self):
        self.expect("```cpp\nint x;\n```\n", "needs '<!-- in: path -->'", 1)
        self.expect("<!-- in: src/base/clock.h -->\n```cpp\nnow();\nclass Clock {\n```\n", "or not here", 4)

    def test_json_that_is_none(self):
        self.expect("```json\n{a: 1}\n```\n", "not JSON", 1)

    def test_a_block_that_does_not_say_what_it_is(self):
        self.expect("```\nls\n```\n", "a block of ''", 1)

    def test_links(self):
        self.expect("\n[x](docs/none.md)\n", "the link leads nowhere", 2)
        self.expect("[x](docs/other.md#none)\n", "no heading '#none'", 1)

    def test_paths_commands_and_keys_in_prose(self):
        self.expect("See `src/base/none.h`.\n", "there is no src/base/none.h", 1)
        self.expect("Say `./dev tset`.\n", "no command 'tset'", 1)
        self.expect("Say `vigia run --minutes 3`.\n", "no flag '--minutes'", 1)
        self.expect("Set `memory.interval`.\n", "no key memory.interval", 1)
        self.expect_good("`std.h` and `a.b` are no keys.\n")
        beside = {"src/memory/README.md": "See `memory.h`.\n", "src/memory/memory.h": ""}
        self.assertEqual(self.complaints("", **beside), [])


if __name__ == "__main__":
    unittest.main()
