"""Swagger UI from our own address, the explanation of every problem type, and their security headers."""

import json
from importlib.metadata import distribution
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi import Path as PathParameter
from fastapi.responses import FileResponse, HTMLResponse

from app.http.content_negotiation import JSON
from app.http.endpoint import Route
from app.http.openapi import DOCUMENT
from app.http.problems import NOT_FOUND, TYPES
from app.http.schemas import Shape, describe_pattern

_PROBLEM_CODE = describe_pattern(r"^[a-z0-9-]{1,64}$", "må vere ein feilkode, til dømes «validation»")
router = APIRouter(route_class=Route)
# Served unless the settings say otherwise.
pages = APIRouter(route_class=Route)

_POLICY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cache-Control": "no-cache",
}
_STATIC = Path(__file__).parent / "static"
_SWAGGER = Path(str(distribution("fastapi-offline").locate_file("fastapi_offline/static")))
_ASSETS = {
    "swagger-ui-bundle.js": _SWAGGER / "swagger-ui-bundle.js",
    "swagger-ui.css": _SWAGGER / "swagger-ui.css",
    "docs.js": _STATIC / "docs.js",
    "icon.svg": _STATIC / "icon.svg",
}
# The document's one server.
_SERVER = b'"url": "/"'
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Vekstplass API</title>
<link rel="icon" href="docs/assets/icon.svg">
<link rel="stylesheet" href="docs/assets/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/assets/swagger-ui-bundle.js"></script>
<script src="docs/assets/docs.js"></script>
</body>
</html>
"""


class ProblemExplanation(Shape):
    """What a problem type means, in nynorsk and English."""

    type: str
    title: str
    status: int
    nn: str
    en: str


@pages.get("/openapi.json", include_in_schema=False)
async def serve_document(request: Request) -> Response:
    """The OpenAPI document; below a proxy's prefix, of that server."""
    content = DOCUMENT.read_bytes()
    prefix: str = request.scope.get("root_path", "").rstrip("/")
    if prefix:
        content = content.replace(_SERVER, b'"url": ' + json.dumps(prefix).encode(), 1)
    return Response(content, media_type=JSON)


@pages.get("/docs", include_in_schema=False)
async def serve_docs_page() -> HTMLResponse:
    """The Swagger UI page."""
    return HTMLResponse(_PAGE, headers=_POLICY)


@pages.get("/docs/assets/{asset_name}", include_in_schema=False)
async def serve_asset(asset_name: str) -> FileResponse:
    """One of the page's own files."""
    if asset_name not in _ASSETS:
        raise NOT_FOUND()
    return FileResponse(_ASSETS[asset_name], headers={"Cache-Control": "public, max-age=86400"})


@router.get("/problems/{problem_code}", summary="Explain a problem type", tags=["service"])
async def get_problem_type(
    problem_code: Annotated[str, PathParameter(max_length=64, pattern=_PROBLEM_CODE, examples=["validation"])],
) -> ProblemExplanation:
    """The `type` of every problem points here. The explanation is in nynorsk and English."""
    type_ = TYPES.get(problem_code)
    if type_ is None:
        raise NOT_FOUND()
    return ProblemExplanation(
        type=f"/problems/{type_.code}", title=type_.title, status=type_.status, nn=type_.nn, en=type_.en
    )
