#!/usr/bin/env python3
"""Keeps docs/rules.md true to the code: scripts/rules.py [--fix]

A rule of the guideline has a heading there (`### C6 ...`). Below it stand two generated lines: the files that carry the
rule and the tests that prove it, found by the rule's id in docstrings and comments. --fix writes those lines.
"""

import argparse
import ast
import io
import re
import sys
import tokenize
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = Path("docs/rules.md")
CARRIED = "- Carried in: "
PROVEN = "- Proven by: "

_HEADING = re.compile(r"^### ([A-Z]\d{1,2}) ", re.MULTILINE)
_NOT_CARRIED = re.compile(r"^\| ([A-Z]\d{1,2}) \|", re.MULTILINE)
_RULE = re.compile(r"^### [A-Z]\d{1,2} .*?(?=^##|\Z)", re.MULTILINE | re.DOTALL)
_ID = re.compile(r"(?<![\w%.-])([A-Z])(\d{1,2})(?:[–-]\1(\d{1,2}))?(?!\w)")
_SQL_COMMENT = re.compile(r"--(.*)$", re.MULTILINE)

Mentions = Mapping[str, list[Path]]


def main() -> int:
    """Answers 1 when the document and the code disagree."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--fix", action="store_true", help="write the generated lines")
    fix = parser.parse_args().fix
    document = (ROOT / DOCUMENT).read_text(encoding="utf-8")
    ids = _HEADING.findall(document) + _NOT_CARRIED.findall(document)
    letters = {rule[0] for rule in ids}
    carried = find_mentions([*ROOT.glob("app/**/*.py"), *ROOT.glob("migrations/sql/**/*.sql")], letters)
    proven = find_mentions(ROOT.glob("tests/**/*.py"), letters)
    faults = find_faults(document, carried, proven)
    written = write_lines(document, carried, proven)
    if written != document:
        if fix:
            (ROOT / DOCUMENT).write_text(written, encoding="utf-8")
        else:
            faults.append(f"{DOCUMENT} is out of date: run ./scripts/check --fix")
    for fault in faults:
        print(fault)
    return 1 if faults else 0


def find_mentions(files: Iterable[Path], letters: set[str]) -> Mentions:
    """Which of the files name each rule in a docstring or a comment."""
    found: defaultdict[str, list[Path]] = defaultdict(list)
    for file in sorted(files):
        text = file.read_text(encoding="utf-8")
        prose = read_prose(text) if file.suffix == ".py" else "\n".join(_SQL_COMMENT.findall(text))
        for rule in find_ids(prose, letters):
            found[rule].append(file.relative_to(ROOT))
    return found


def read_prose(source: str) -> str:
    """The docstrings and comments of a Python file. A string that is a statement of its own is a docstring."""
    comments = [
        token.string
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    ]
    docstrings = [
        node.value.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    ]
    return "\n".join([*comments, *docstrings])


def find_ids(prose: str, letters: set[str]) -> set[str]:
    """The rule ids in a text. A range such as `C6–C8` names every id in it."""
    return {
        f"{letter}{number}"
        for letter, first, last in _ID.findall(prose)
        if letter in letters
        for number in range(int(first), int(last or first) + 1)
    }


def find_carriers(carried: Mentions, rule: str) -> list[Path]:
    """The files that carry a rule. The docstring of a package is about its files and carries nothing itself."""
    return [file for file in carried.get(rule, ()) if file.name != "__init__.py"]


def find_faults(document: str, carried: Mentions, proven: Mentions) -> list[str]:
    """What the document and the code do not agree on, a sentence each."""
    documented, not_carried = _HEADING.findall(document), _NOT_CARRIED.findall(document)
    named = {rule: [*carried.get(rule, ()), *proven.get(rule, ())] for rule in {*carried, *proven}}
    return [
        *(f"{rule} stands twice in {DOCUMENT}" for rule in sorted({*documented}) if documented.count(rule) > 1),
        *(f"{rule} is carried in no file of app/" for rule in documented if not find_carriers(carried, rule)),
        *(f"{rule} is proven by no test" for rule in documented if not proven.get(rule)),
        *(
            f"{rule} is listed as not carried yet, but is named in {named[rule][0]}"
            for rule in not_carried
            if rule in named
        ),
        *(
            f"{rule} is named in {files[0]}, but is not in {DOCUMENT}"
            for rule, files in sorted(named.items())
            if rule not in documented and rule not in not_carried
        ),
    ]


def write_lines(document: str, carried: Mentions, proven: Mentions) -> str:
    """The document with its generated lines as the code has them."""

    def write_rule(match: re.Match[str]) -> str:
        rule = match[0].split(maxsplit=2)[1]
        kept = [
            line for line in match[0].rstrip().split("\n") if not line.startswith((CARRIED.rstrip(), PROVEN.rstrip()))
        ]
        generated = [
            CARRIED + ", ".join(map(link, find_carriers(carried, rule))),
            PROVEN + ", ".join(map(link, proven.get(rule, ()))),
        ]
        # A list that is there goes on; after a paragraph the list needs an empty line.
        gap = [] if kept[-1].startswith(("- ", "  ")) else [""]
        while not kept[-1]:
            kept.pop()
        return "\n".join([*kept, *gap, *generated]) + "\n\n"

    return _RULE.sub(write_rule, document).rstrip("\n") + "\n"


def link(file: Path) -> str:
    """A link from the document to a file, whose text leaves `app` or `tests` out."""
    shown = Path(*file.parts[1:]) if file.parts[0] in ("app", "tests") else file
    return f"[{shown}](../{file})"


if __name__ == "__main__":
    sys.exit(main())
