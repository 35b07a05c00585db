"""Screen 15, pages about the page itself: accessibility, and what is stored about whom."""

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from app.web import sessions
from app.web.render import render


async def show_accessibility(request: Request) -> Response:
    """The accessibility statement that the law asks for (forskrift om universell utforming av IKT-løysingar § 4)."""
    return HTMLResponse(render(request, "tilgjenge.html", await sessions.resume_session(request)))


async def show_privacy(request: Request) -> Response:
    """What is stored, why, and where to turn."""
    return HTMLResponse(render(request, "personvern.html", await sessions.resume_session(request)))
