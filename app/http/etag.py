"""ETags and conditions (RFC 9110 § 8.8.3 and § 13.1): nobody overwrites a change they have not seen.

`app.http.endpoint` puts the tag on every answer that is a single object, and makes it a 304 where it is known.
"""

import hashlib

from fastapi import Request
from pydantic import BaseModel

from app.http.problems import PRECONDITION_FAILED, PRECONDITION_REQUIRED


def etag_of(content: bytes) -> str:
    """A strong tag of the representation itself: it changes exactly when the answer does."""
    return f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'


def require_match(request: Request, current: BaseModel) -> None:
    """Let a change through only when `If-Match` names the current representation.

    Raises 428 when the header is missing, 412 when it is stale. A weak tag never matches (strong comparison).
    """
    named = _tags(request, "if-match")
    if named is None:
        raise PRECONDITION_REQUIRED()
    if named.isdisjoint({"*", tag_of(current)}):
        raise PRECONDITION_FAILED()


def names_version(request: Request, current: BaseModel) -> bool:
    """Whether `If-Match` names this very representation, and not any: whoever sent it has seen it."""
    named = _tags(request, "if-match")
    return named is not None and tag_of(current) in named


def require_fresh(request: Request, current: BaseModel | None) -> None:
    """Let a PUT through unless a condition it has fails (RFC 9110 § 13.2.2); `current` is None where nothing is yet.

    Raises 412: `If-Match` names another version, or `If-None-Match` the present one (`*`: any).
    """
    known = set() if current is None else {"*", tag_of(current)}
    wanted, unwanted = _tags(request, "if-match"), _tags(request, "if-none-match")
    if (wanted is not None and wanted.isdisjoint(known)) or (unwanted is not None and not unwanted.isdisjoint(known)):
        raise PRECONDITION_FAILED()


def is_known(request: Request, tag: str) -> bool:
    """Whether a read names this tag in `If-None-Match` (weak comparison). HEAD is a GET here."""
    if request.method != "GET":
        return False
    known = _tags(request, "if-none-match")
    return known is not None and not known.isdisjoint({"*", tag, f"W/{tag}"})


def tag_of(representation: BaseModel) -> str:
    """The tag of an object as it is read by itself; for an answer that says more of it, so that its tag holds."""
    return etag_of(representation.model_dump_json(by_alias=True).encode())


def _tags(request: Request, name: str) -> set[str] | None:
    """The tags that a condition lists, `*` among them, or None without one. Several fields are one list (§ 5.3)."""
    fields = request.headers.getlist(name)
    return {tag.strip() for field in fields for tag in field.split(",")} if fields else None
