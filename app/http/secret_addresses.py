"""Addresses that are themselves secrets (`/v1/calendars/{secret}.ics`) stand in no trace and no problem, and those that
say whom they look for in no trace: a span has the whole address.
"""

import re
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import parse_qsl

from app.http.identity_numbers import holds_identity_number

# By what a person is looked for, at the API and on the page.
_PERSONAL = frozenset({"name", "birth_date", "external_value"})
# Also where the rest of the address is wrong: a typed slash too many must not give the secret away.
_SECRET = re.compile(r"(/calendars/).+", re.IGNORECASE | re.DOTALL)


def conceal(path: str) -> str:
    """The path without what is secret in it."""
    return _SECRET.sub(r"\1secret", path)


def is_untraced(scope: MutableMapping[str, Any]) -> bool:
    """Whether a request's address is a secret, or says whom it looks for."""
    if scope["type"] != "http":
        return False
    path: str = scope["path"]
    asked = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return (
        _SECRET.search(path) is not None
        or not _PERSONAL.isdisjoint(name for name, _ in asked)
        or any(map(holds_identity_number, (path, *(part for pair in asked for part in pair))))
    )
