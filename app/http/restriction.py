"""A person whose data may only be stored (G1, GDPR art. 18): what an answer about them is replaced by."""

from collections.abc import Collection
from typing import Any

import msgspec
from fastapi import Response

from app.http.content_negotiation import JSON
from app.http.problems import RESTRICTED


def leave_out(response: Response, hidden: Collection[str]) -> Response:
    """A list without the items in which one of these ids stands.

    An answer of another form cannot be parted, and is refused as a whole. Raises `RESTRICTED`.
    """
    if response.media_type != JSON or not 200 <= response.status_code < 300:
        raise RESTRICTED()
    content = msgspec.json.decode(bytes(response.body))
    if not isinstance(content, dict) or not isinstance(content.get("items"), list):
        raise RESTRICTED()
    items = [item for item in content["items"] if not _names_one(item, hidden)]
    return Response(msgspec.json.encode({**content, "items": items}), response.status_code, media_type=JSON)


def _names_one(value: Any, ids: Collection[str]) -> bool:
    if isinstance(value, dict):
        return any(_names_one(part, ids) for part in value.values())
    if isinstance(value, list):
        return any(_names_one(part, ids) for part in value)
    return value in ids
