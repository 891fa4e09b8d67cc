#!/usr/bin/env python3
"""Tries every example in the documents: readers must be able to copy them.

    check_docs.py --vigia PROGRAM --settings PROGRAM [ROOT]

One line per complaint, 'path:line: what'; exit 1 if any. Reads every *.md and config/**/*.yaml.

  ```yaml    loaded by the settings program ('PROGRAM FILE' says what is wrong and exits 2). A first line
             '# name.yaml' names the file for the commands of the same document.
  ```sh      run, in an empty folder with the document's YAML files, 'config/' and a './dev' whose demo,
             run, check, status, top, events, discover, model and soak are PROGRAM's, '--seconds' cut to 1. Must exit 0.
             Not run after '<!-- not run: reason -->'; then commands, flags and files are looked up instead,
             also those of the project's own scripts.
  ```cpp     after '<!-- in: path -->': its lines occur in that file, in that order.
  ```json    parsed.   ```text  free: output, drawings.
  links      lead to files and headings that exist; so do paths, commands, and settings' keys in `code`.

NAME.LANGUAGE.md (README.pt-BR.md) is a translation of NAME.md: its headings' depths, its blocks but for their
comments, its links and the length of its tables have to be the same, so its examples are not tried again.
"""

import argparse
import functools
import itertools
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

FENCE = re.compile(r"^(\s*)```(\S*)\s*$")
COMMENT = re.compile(r"^\s*<!--\s*(not run|in):\s*(.*?)\s*-->\s*$")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`]+)`")
PATH = re.compile(r"^(src|docs|config|testing|tests|tools|bench|cmake)/[\w./*-]*$")
KEY = re.compile(r"^[a-z_]+(\.[a-z_]+)+$")
TRANSLATION = re.compile(r"^(.+)\.[a-z]{2}(-[A-Z]{2})?\.md$")
# What a reader's shell has anyway.
SHELL = {"cd", "export", "cp", "mkdir", "ls", "cat", "kill", "sudo", "git", "apt-get", "ffprobe", "ffmpeg",
         "curl", "openssl", "jq", "sqlite3", "journalctl", "systemctl", "chmod", "df", "free", "nproc", "cmake",
         "node", "npm"}
DEV = """#!/usr/bin/env bash
arguments=() before=
for argument in "$@"; do
  case $argument in --seconds=*) argument=--seconds=1 ;; esac
  [[ $before != --seconds ]] || argument=1
  arguments+=("$argument") before=$argument
done
case ${1:-} in
  demo | run | check | status | top | events | discover | model | soak) exec "$VIGIA" "${arguments[@]}" ;;
  *) exec "$VIGIA_ROOT/dev" "$@" ;;
esac
"""


class Block:
    def __init__(self, line, language, remark):
        self.line, self.language, self.remark, self.lines = line, language, remark, []

    @property
    def text(self):
        return "\n".join(self.lines) + "\n"


def read_document(text):
    """Its fenced blocks, and its other lines with their numbers."""
    blocks, prose, block, indent, remark = [], [], None, 0, None
    for number, line in enumerate(text.splitlines(), 1):
        fence = FENCE.match(line)
        if block is not None:
            if fence and not fence[2]:
                blocks.append(block)
                block = None
            else:
                block.lines.append(line[indent:] if line[:indent].isspace() else line)
        elif fence:
            block, indent, remark = Block(number, fence[2], remark), len(fence[1]), None
        else:
            if found := COMMENT.match(line):
                remark = (found[1], found[2])
            elif line.strip():
                remark = None
            prose.append((number, line))
    if block is not None:
        blocks.append(block)
    return blocks, prose


def heading_anchors(text):
    """GitHub's names of the headings."""
    titles = [line.lstrip("#") for line in text.splitlines() if re.match(r"#{1,6} ", line)]
    return {re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-") for title in titles}


def outline(text):
    """What a translation has in common with its original, in order: [(line, what, what it is)]."""
    blocks, prose = read_document(text)
    parts = [(block.line, "block", block.language + "\n" + re.sub(r"(?m)(^|\s+)#.*$", "", block.text)) for block in blocks]
    for number, line in prose:
        if heading := re.match(r"#{1,6} ", line):
            parts.append((number, "heading", heading[0]))
        if line.startswith("|"):
            parts.append((number, "row of a table", str(line.count("|"))))
    return sorted(parts)


def linked(text):
    """Where its links lead, without those within the document and to its translation."""
    prose = " ".join(CODE.sub("", line) for _, line in read_document(text)[1])
    return [target for target in LINK.findall(prose) if not target.startswith("#") and not target.startswith("README")]


def settings_keys(root):
    """Every key of config/vigia.yaml, with dots."""
    keys, above = set(), []
    file = root / "config/vigia.yaml"
    for line in file.read_text(encoding="utf-8").splitlines() if file.is_file() else []:
        if found := re.match(r"^(\s*)([a-z_]+):", line):
            above = [(depth, name) for depth, name in above if depth < len(found[1])]
            above.append((len(found[1]), found[2]))
            keys.add(".".join(name for _, name in above))
    return keys


class Checker:
    def __init__(self, root, vigia, settings):
        self.root, self.vigia, self.settings = pathlib.Path(root).resolve(), vigia, settings
        self.complaints = []
        self.keys = settings_keys(self.root)

    def complain(self, path, line, text):
        self.complaints.append(f"{path.relative_to(self.root)}:{line}: {text}")

    def check(self):
        for path in self.documents("*.md"):
            self.check_document(path)
        for path in self.documents("*.yaml"):
            if path.is_relative_to(self.root / "config"):
                self.check_settings(path, 0, path.read_text(encoding="utf-8"))
        return self.complaints

    def documents(self, pattern):
        others = (".", "build", "node_modules")  # what is not ours: tools' folders, builds, packages
        skipped = lambda path: any(part.startswith(others) for part in path.relative_to(self.root).parts)
        return sorted(path for path in self.root.rglob(pattern) if not skipped(path))

    def check_document(self, path):
        text = path.read_text(encoding="utf-8")
        blocks, prose = read_document(text)
        original = path.with_name(found[1] + ".md") if (found := TRANSLATION.match(path.name)) else None
        if original is not None and original.is_file():
            self.check_translation(path, text, original.read_text(encoding="utf-8"))
            blocks = []
        files = {}
        for block in blocks:
            if block.language == "yaml" and (name := re.match(r"#\s*([\w.-]+\.ya?ml)\b", block.text)):
                files[name[1]] = block.text
        for block in blocks:
            self.check_block(path, block, files)
        for number, line in prose:
            for target in LINK.findall(CODE.sub("", line)):
                self.check_link(path, number, target)
            for code in CODE.findall(line):
                self.check_code(path, number, code)

    def check_block(self, path, block, files):
        kind, value = block.remark or (None, None)
        if block.language == "yaml":
            self.check_settings(path, block.line, block.text)
        elif block.language == "sh" and kind == "not run":
            if not value:
                self.complain(path, block.line, "'not run' needs a reason")
            for offset, line in enumerate(block.lines, 1):
                self.look_up_command(path, block.line + offset, line, files)
        elif block.language == "sh":
            self.run_block(path, block, files)
        elif block.language == "json":
            try:
                json.loads(block.text)
            except ValueError as error:
                self.complain(path, block.line, f"this is not JSON: {error}")
        elif block.language == "cpp":
            self.check_excerpt(path, block, value if kind == "in" else None)
        elif block.language != "text":
            self.complain(path, block.line, f"a block of '{block.language}': sh, yaml, json, cpp or text")

    # --- translations ---

    def check_translation(self, path, text, original):
        """Complains about the first place where it differs: what follows is mostly the same difference."""
        for own, theirs in itertools.zip_longest(outline(text), outline(original)):
            if own and theirs and own[1:] == theirs[1:]:
                continue
            here = own[0] if own else len(text.splitlines())
            same = own and theirs and own[1] == theirs[1]
            wanted = f"the original has a {theirs[1]} in line {theirs[0]}" if theirs else "the original has ended"
            self.complain(path, here, f"{wanted}; this is {('another ' if same else 'a ') + own[1] if own else 'the end'}")
            return
        extra, lack = set(linked(text)) - set(linked(original)), set(linked(original)) - set(linked(text))
        for target in sorted(extra | lack):
            self.complain(path, 1, f"the link to {target} is only in the {'translation' if target in extra else 'original'}")

    # --- yaml ---

    def check_settings(self, path, line, text):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, path.name if path.suffix == ".yaml" else "block.yaml")
            file.write_text(text, encoding="utf-8")
            done = subprocess.run([self.settings, str(file)], capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            said = (done.stderr + done.stdout).strip().replace(folder + "/", "")
            self.complain(path, line, f"not valid settings: {said}")

    # --- sh ---

    def run_block(self, path, block, files):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                pathlib.Path(folder, name).write_text(text, encoding="utf-8")
            os.symlink(self.root / "config", pathlib.Path(folder, "config"))
            dev = pathlib.Path(folder, "dev")
            dev.write_text(DEV, encoding="utf-8")
            dev.chmod(0o755)
            environment = {**os.environ, "HOME": folder, "VIGIA": self.vigia, "VIGIA_ROOT": str(self.root)}
            environment.pop("XDG_DATA_HOME", None)
            try:
                done = subprocess.run(["bash", "-eu", "-c", block.text], cwd=folder, env=environment, text=True,
                                      stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
            except subprocess.TimeoutExpired:
                self.complain(path, block.line, "these commands did not end within two minutes")
                return
        if done.returncode != 0:
            said = " | ".join((done.stderr or done.stdout).strip().splitlines()[-5:])
            self.complain(path, block.line, f"these commands end with {done.returncode}: {said}")

    def look_up_command(self, path, line, text, files):
        try:
            words = shlex.split(text, comments=True)
        except ValueError as error:
            self.complain(path, line, f"not a command: {error}")
            return
        while words and re.match(r"^[A-Z_]+=", words[0]):
            words = words[1:]
        if not words:
            return
        program = words[0]
        if program == "./dev":
            self.look_up_dev(path, line, words[1:], files)
        elif pathlib.PurePath(program).name == "vigia":
            self.look_up_vigia(path, line, words[1:], files)
        elif found := re.match(r"(python3 )?((bench|tools)/\S+)", " ".join(words)):
            self.look_up_script(path, line, found[2], words[2 if found[1] else 1:])
        elif program not in SHELL:
            self.complain(path, line, f"'{program}' is no command that a reader has")

    def look_up_script(self, path, line, script, words):
        if not (self.root / script).is_file():
            self.complain(path, line, f"there is no {script}")
        elif script.endswith(".py"):
            self.look_up_flags(path, line, words, run_for_text(sys.executable, str(self.root / script), "--help"), script)

    def look_up_dev(self, path, line, words, files):
        known = run_for_text(str(self.root / "dev"), "help")
        command = words[0] if words else ""
        if not re.search(rf"^  {re.escape(command)}\b", known, re.MULTILINE) or not command:
            self.complain(path, line, f"./dev has no command '{command}'")
        elif command in ("demo", "run", "check", "status", "top", "events", "discover", "model", "soak"):
            self.look_up_vigia(path, line, words, files)
        else:
            self.look_up_flags(path, line, words[1:], known, "./dev")

    def look_up_vigia(self, path, line, words, files):
        commands = list(itertools.takewhile(re.compile("[a-z]+").fullmatch, words))[:2]
        for depth, command in enumerate(commands):  # the second word of 'bench memory'
            if not re.search(rf"\b{re.escape(command)}\b", run_for_text(self.vigia, *commands[:depth], "--help")):
                self.complain(path, line, f"vigia has no command '{' '.join(commands[:depth + 1])}'")
                return
        known = run_for_text(self.vigia, *commands, "--help")
        self.look_up_flags(path, line, words, known, " ".join(["vigia", *commands]))
        for flag, value in zip(words, words[1:]):
            if flag in ("-c", "--config") and value not in files and not (self.root / value).is_file():
                self.complain(path, line, f"there is no '{value}', here or in the project")

    def look_up_flags(self, path, line, words, known, whose):
        for word in words:
            if word == "--":
                return
            flag = word.split("=", 1)[0]
            if re.match(r"^--?[a-z]", flag) and not re.search(rf"(?<![\w-]){re.escape(flag)}(?![\w-])", known):
                self.complain(path, line, f"{whose} has no flag '{flag}'")

    # --- cpp ---

    def check_excerpt(self, path, block, source):
        if source is None or not (self.root / source).is_file():
            self.complain(path, block.line, "C++ needs '<!-- in: path -->' before it, the source it stands in")
            return
        rest = iter(line.strip() for line in (self.root / source).read_text(encoding="utf-8").splitlines())
        for offset, line in enumerate(block.lines, 1):
            if line.strip() and line.strip() not in rest:  # 'in' reads on from where it was
                self.complain(path, block.line + offset, f"this line does not stand in {source}, or not here")
                return

    # --- prose ---

    def check_link(self, path, line, target):
        if re.match(r"[a-z]+:", target):
            return
        name, _, anchor = target.partition("#")
        file = (path.parent / name).resolve() if name else path
        if not file.exists():
            self.complain(path, line, f"the link leads nowhere: {target}")
        elif anchor and anchor not in heading_anchors(file.read_text(encoding="utf-8")):
            self.complain(path, line, f"{name or 'this document'} has no heading '#{anchor}'")

    def check_code(self, path, line, code):
        if re.match(r"^(\./dev|vigia) [a-z]", code):
            # 'FILE', 'N', '[...]' stand for something: only flags and commands are looked up
            self.look_up_command(path, line, re.sub(r"(-c|--config)\s+\S+|[\[\]|]|\.\.\.", " ", code), {})
        elif PATH.match(code):
            if not any(True for _ in self.root.glob(code.rstrip("/"))):
                self.complain(path, line, f"there is no {code}")
        elif KEY.match(code) and code.split(".")[0] in {key.split(".")[0] for key in self.keys}:
            if code not in self.keys and not (path.parent / code).exists():
                self.complain(path, line, f"config/vigia.yaml has no key {code}")


@functools.cache
def run_for_text(*command):
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
    return done.stdout + done.stderr


def main():
    parser = argparse.ArgumentParser(description="Tries every example in the documents.")
    parser.add_argument("--vigia", required=True, help="the program")
    parser.add_argument("--settings", required=True, help="a program that loads the settings file it is given")
    parser.add_argument("root", nargs="?", default=pathlib.Path(__file__).resolve().parent.parent)
    arguments = parser.parse_args()
    checker = Checker(arguments.root, os.path.abspath(arguments.vigia), os.path.abspath(arguments.settings))
    for line in checker.check():
        print(line)
    print(f"check_docs: {len(checker.complaints)} complaints")
    sys.exit(1 if checker.complaints else 0)


if __name__ == "__main__":
    main()
