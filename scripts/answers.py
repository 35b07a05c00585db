#!/usr/bin/env python3
"""Keeps app/http/demo_answers.json complete: scripts/answers.py [--fix]

Every answer in openapi/openapi.json is one that the demo gave, so that a new operation needs one. --fix asks
the demo for all of them (tests/http/test_examples.py) and writes both files.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ANSWERS = ROOT / "app" / "http" / "demo_answers.json"
WRITE = ("pytest", "-q", "-c", "pyproject.toml", "tests/http/test_examples.py", "--write-answers")


def main() -> int:
    """Answers 1 when an operation has no answer."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--fix", action="store_true", help="ask the demo, and write the files")
    missing = list_missing()
    if missing and parser.parse_args().fix:
        for arguments in (WRITE, ("app", "openapi")):
            if status := subprocess.call([sys.executable, "-m", *arguments], cwd=ROOT):
                return status
        missing = list_missing()
    if missing:
        print(f"without an answer of the demo: {', '.join(missing)}; run ./scripts/check --fix")
    return 1 if missing else 0


def list_missing() -> list[str]:
    """The operations that answer in JSON or text, and have no answer."""
    document = json.loads((ROOT / "openapi" / "openapi.json").read_text(encoding="utf-8"))
    answers = json.loads(ANSWERS.read_text(encoding="utf-8"))
    return [
        operation["operationId"]
        for operations in document["paths"].values()
        for operation in operations.values()
        if answers_in_text(operation) and operation["operationId"] not in answers
    ]


def answers_in_text(operation: dict[str, Any]) -> bool:
    """Whether a success can be shown."""
    contents = [
        name
        for status, answer in operation["responses"].items()
        if status < "300"
        for name in answer.get("content", {})
    ]
    return any("json" in name or name.startswith("text/") for name in contents)


if __name__ == "__main__":
    sys.exit(main())
