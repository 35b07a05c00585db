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
    """The operations that answer in JSON or text, and have no answer, or none in one of the texts."""
    document = json.loads((ROOT / "openapi" / "openapi.json").read_text(encoding="utf-8"))
    answers = json.loads(ANSWERS.read_text(encoding="utf-8"))
    return [
        operation["operationId"]
        for operations in document["paths"].values()
        for operation in operations.values()
        if lacks_answer(operation, answers.get(operation["operationId"], {}))
    ]


def lacks_answer(operation: dict[str, Any], answers: dict[str, Any]) -> bool:
    """Whether a success has no example, or one that is made of the schema alone."""
    contents = {
        media_type: content
        for status, answer in operation["responses"].items()
        if status < "300"
        for media_type, content in answer.get("content", {}).items()
    }
    in_json = [name for name in contents if "json" in name]
    in_text = [name for name in contents if name.startswith("text/")]
    return (bool(in_json) and not any(name in answers for name in in_json)) or any(
        "example" not in contents[name] for name in in_text
    )


if __name__ == "__main__":
    sys.exit(main())
