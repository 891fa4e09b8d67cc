#!/usr/bin/env python3
"""Holds names and texts to docs/glossary.md: one word, one meaning, and the trade's words.

    check_words.py [ROOT]     one line a complaint, 'path:line: what and how to fix it'; exit 1 if any

1. A class, struct or enum that headers of two folders of src/ declare under one name, at namespace scope.
   Nested types and forward declarations do not count; SHARED_NAMES has the exceptions, each with its reason.
2. A class that the glossary names ('Class: `folder::Name`') and that no header of that folder declares.
3. A private word in a comment or a page; PRIVATE_WORDS has the trade's word for each.

tools/check_words_test.py shows each complaint.
"""

import pathlib
import re

import checker

GLOSSARY = "docs/glossary.md"

# Names that two folders may both declare: name -> why.
SHARED_NAMES = {
    "CommandLine": "vigia and vigia-tools each parse their own; they are two programs",
    "Verb": "the commands of two programs, with each one's CommandLine",
    "Views": "track::Views is appearance::Views, charged to an account",
    "Machine": "load/ has its cores and workers, bench/ the description in its reports; neither folder sees the other's",
    "Observation": "soak's is a process's figures, camera's what its tests saw of a frame",
}

# Private words, whole words in any case -> what to write.
PRIVATE_WORDS = {
    r"dear(er|est)?": "expensive",
    r"nudg(e|es|ed|ing)": "wake",
    r"seats?": "slot",
    r"books": "counters or accounts",
    r"booked": "counted",
    r"obey(s|ed|ing)?": "apply or follow",
    r"(wind|winds|winding|wound)[ _]up": "stop or drain",
    r"mend(s|ed|ing)?": "fix or repair",
    r"reckon(s|ed|ing)?": "estimate",
    r"whosoever|nobody's news|tells? of lies": "a plain sentence",
}
# What may stand although a private word is in it: removed before the words are looked for.
ALLOWED_TEXT = re.compile(
    r"\.mend(ing|ed)\b"           # names of files beside an outbox; older versions left some
    r"|`[^`]*`",                  # code
    re.IGNORECASE)
# Paths, or their beginnings, whose texts are not ours or are about the words themselves.
NOT_READ = ("tools/check_words.py", "tools/check_words_test.py", "tools/train/", "models/", "LICENSE", "NOTICE")
COMMENTS = {".h": "//", ".cpp": "//", ".py": "#", ".sh": "#", ".cmake": "#", ".yaml": "#", ".yml": "#"}
PAGES = (".md",)
FOLDERS = ("src", "testing", "tests", "bench", "fuzz", "docs", "tools", "examples", "config", "cmake", "models")

# clang-format puts what a namespace holds into the first column, and what a class holds further in.
DECLARATION = re.compile(
    r"^(?:template\s*<[^{};]*>\s*)?(?:class|struct|enum(?:\s+class|\s+struct)?)\s+"
    r"(?:\[\[[^\]]*\]\]\s*)?(?:[A-Z_]+\([^)]*\)\s*)?(\w+)(?:\s+final)?\s*(?::[^:;{][^;{]*)?\{",
    re.MULTILINE)
ROW_CLASS = re.compile(r"Class: `(\w+)::(\w+)`")


def declarations(root):
    """(name, folder, path, line) of each type that a header of src/ declares at namespace scope."""
    src = root / "src"
    for path in sorted(src.rglob("*.h")):
        parts = path.relative_to(src).parts
        if len(parts) < 2:
            continue
        text = path.read_text(encoding="utf-8")
        for found in DECLARATION.finditer(text):
            yield found[1], parts[0], path.relative_to(root), text.count("\n", 0, found.start(1)) + 1


def check_names(types, report):
    first = {}
    for name, folder, path, line in types:
        other = first.setdefault(name, (folder, path))
        if other[0] != folder and name not in SHARED_NAMES:
            report(f"{path}:{line}: {name} is declared in {other[1]} too: give one of them a name of its own")



def check_shared_names(types, report):
    folders = {}
    for name, folder, _, _ in types:
        folders.setdefault(name, set()).add(folder)
    for name in SHARED_NAMES:
        if len(folders.get(name, ())) == 1:
            report(f"tools/check_words.py:1: {name} is declared in one folder only: take it out of SHARED_NAMES")


def check_glossary(root, types, report):
    path = root / GLOSSARY
    if not path.is_file():
        report(f"{GLOSSARY}:1: it is missing")
        return
    known = {(folder, name) for name, folder, _, _ in types}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        for folder, name in ROW_CLASS.findall(line):
            if (folder, name) not in known:
                report(f"{GLOSSARY}:{number}: no header of src/{folder}/ declares {name}: name the class of today")


def texts(path):
    """(line number, text) of the comments of a source, or of all lines of a page."""
    mark = COMMENTS.get(path.suffix)
    if path.name == "CMakeLists.txt":
        mark = "#"
    in_docstring = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if mark is None:
            yield number, line
        elif path.suffix == ".py" and (in_docstring or line.lstrip().startswith('"""')):
            if line.count('"""') % 2:
                in_docstring = not in_docstring
            yield number, line
        elif mark in line:
            yield number, line.split(mark, 1)[1]


def check_texts(root, report):
    words = [(re.compile(rf"(?<!\w){word}(?!\w)", re.IGNORECASE), better) for word, better in PRIVATE_WORDS.items()]
    paths = [path for path in root.glob("*.md")]
    for folder in FOLDERS:
        paths += (root / folder).rglob("*")
    for path in sorted(paths):
        name = path.relative_to(root).as_posix()
        is_read = path.suffix in COMMENTS or path.suffix in PAGES or path.name == "CMakeLists.txt"
        if not is_read or name.startswith(NOT_READ) or not path.is_file():
            continue
        for number, text in texts(path):
            rest = ALLOWED_TEXT.sub("", text)
            for word, better in words:
                if found := word.search(rest):
                    report(f"{name}:{number}: '{found[0]}' is a private word: write {better}")


def check(root):
    """All complaints about the tree below `root`."""
    root = pathlib.Path(root).resolve()
    complaints = []
    types = list(declarations(root))
    check_names(types, complaints.append)
    check_shared_names(types, complaints.append)
    check_glossary(root, types, complaints.append)
    check_texts(root, complaints.append)
    return complaints


if __name__ == "__main__":
    checker.run("check_words", check)
