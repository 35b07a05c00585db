"""Addresses that are themselves secrets (`/v1/calendars/{secret}.ics`): they stand in no trace and no problem."""

import re
from collections.abc import MutableMapping
from typing import Any

# Also where the rest of the address is wrong: a typed slash too many must not give the secret away.
_SECRET = re.compile(r"(/calendars/).+", re.IGNORECASE | re.DOTALL)


def conceal(path: str) -> str:
    """The path without what is secret in it."""
    return _SECRET.sub(r"\1secret", path)


def is_secret(scope: MutableMapping[str, Any]) -> bool:
    """Whether a request's address is a secret."""
    return scope["type"] == "http" and _SECRET.search(scope["path"]) is not None
