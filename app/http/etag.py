"""ETags and conditions (RFC 9110 § 8.8.3 and § 13.1): nobody overwrites a change they have not seen."""

import hashlib

from fastapi import Request, Response
from pydantic import BaseModel

from app.http.problems import PRECONDITION_FAILED, PRECONDITION_REQUIRED


def etag_of(representation: BaseModel) -> str:
    """A strong tag of the representation itself: it changes exactly when the answer does."""
    return _etag(representation.model_dump_json().encode())


def _etag(written: bytes) -> str:
    return f'"{hashlib.blake2b(written, digest_size=12).hexdigest()}"'


def _tags(request: Request, name: str) -> set[str] | None:
    """The tags that a condition lists, `*` among them, or None without one. Several fields are one list (§ 5.3)."""
    fields = request.headers.getlist(name)
    return {tag.strip() for field in fields for tag in field.split(",")} if fields else None


def require_match(request: Request, current: BaseModel) -> None:
    """Let a change through only when `If-Match` names the current representation.

    Raises 428 when the header is missing, 412 when it is stale. A weak tag never matches (strong comparison).
    """
    named = _tags(request, "if-match")
    if named is None:
        raise PRECONDITION_REQUIRED()
    if named.isdisjoint({"*", etag_of(current)}):
        raise PRECONDITION_FAILED()


def require_fresh(request: Request, current: BaseModel | None) -> None:
    """Let a PUT through unless a condition it has fails (RFC 9110 § 13.2.2); `current` is None where nothing is yet.

    Raises 412: `If-Match` names another version, or `If-None-Match` the present one (`*`: any).
    """
    known = set() if current is None else {"*", etag_of(current)}
    wanted, unwanted = _tags(request, "if-match"), _tags(request, "if-none-match")
    if (wanted is not None and wanted.isdisjoint(known)) or (unwanted is not None and not unwanted.isdisjoint(known)):
        raise PRECONDITION_FAILED()


def tagged(request: Request, response: Response, representation: BaseModel) -> None:
    """Put the tag on the answer, and turn it into 304 where `If-None-Match` names it (weak comparison)."""
    tag = etag_of(representation)
    response.headers["ETag"] = tag
    if _known(request, tag):
        response.status_code = 304


def answered(request: Request, representation: BaseModel) -> Response:
    """The whole answer, tagged, written once: for what is read at every other request.

    FastAPI would validate the representation anew and write it again, after the tag has needed it once.
    """
    written = representation.model_dump_json().encode()
    headers = {"ETag": _etag(written)}
    if _known(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(written, headers=headers, media_type="application/json")


def _known(request: Request, tag: str) -> bool:
    if request.method != "GET":  # HEAD too is a GET here: the outermost layer asks for what GET answers
        return False
    known = _tags(request, "if-none-match")
    return known is not None and not known.isdisjoint({"*", tag, f"W/{tag}"})
