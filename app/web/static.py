"""The stylesheet, the script and the icon, served from memory under an address that names their content."""

import gzip
import hashlib
from pathlib import Path

from fastapi import Request, Response
from starlette.exceptions import HTTPException
from starlette.routing import Route

_MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_FILES = {path.name: path.read_bytes() for path in sorted((Path(__file__).parent / "static").iterdir())}
_PACKED = {name: gzip.compress(content, 9, mtime=0) for name, content in _FILES.items()}
_VERSION = hashlib.sha256(b"".join(_FILES.values())).hexdigest()[:12]
_HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}


def address_of(name: str) -> str:
    """Where a file is; it changes with the files' content, so that browsers may keep it for ever."""
    return f"/static/{_VERSION}/{name}"


async def serve_file(request: Request) -> Response:
    """One of the files. An older version's address is gone."""
    name = request.path_params["name"]
    if name not in _FILES or request.path_params["version"] != _VERSION:
        raise HTTPException(404)
    headers = dict(_HEADERS)
    content = _FILES[name]
    if "gzip" in request.headers.get("accept-encoding", ""):
        content = _PACKED[name]
        headers["Content-Encoding"] = "gzip"
    return Response(content, media_type=_MEDIA_TYPES[Path(name).suffix], headers=headers)


ROUTE = Route("/static/{version}/{name}", serve_file, methods=["GET"], name="static_file")
