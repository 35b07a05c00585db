"""ETags and conditions (RFC 9110 § 8.8.3 and § 13.1): nobody overwrites a change they have not seen."""

import hashlib

from fastapi import Request, Response
from pydantic import BaseModel

from app.http.problems import PRECONDITION_FAILED, PRECONDITION_REQUIRED


def etag_of(representation: BaseModel) -> str:
    """A strong tag of the representation itself: it changes exactly when the answer does."""
    digest = hashlib.blake2b(representation.model_dump_json().encode(), digest_size=12).hexdigest()
    return f'"{digest}"'


def _tags(header: str) -> list[str]:
    return [tag.strip() for tag in header.split(",") if tag.strip()]


def require_match(request: Request, current: BaseModel) -> None:
    """Let a change through only when `If-Match` names the current representation.

    Raises 428 when the header is missing, 412 when it is stale. A weak tag never matches (strong comparison).
    """
    header = request.headers.get("if-match")
    if header is None:
        raise PRECONDITION_REQUIRED()
    if header.strip() != "*" and etag_of(current) not in _tags(header):
        raise PRECONDITION_FAILED()


def tagged(request: Request, response: Response, representation: BaseModel) -> None:
    """Put the tag on the answer, and turn it into 304 where `If-None-Match` names it (weak comparison)."""
    tag = etag_of(representation)
    response.headers["ETag"] = tag
    header = request.headers.get("if-none-match")
    if header is not None and request.method in {"GET", "HEAD"}:
        known = {name.removeprefix("W/") for name in _tags(header)}
        if tag in known or header.strip() == "*":
            response.status_code = 304
