"""What is said after an act, on the page that follows: kept in a cookie until that page is shown, and nowhere else."""

import base64
import binascii

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

COOKIE = "__Host-vekstplass-melding"
SECONDS = 60
MOST_BYTES = 2_000


def go_on(address: str, notice: str = "") -> RedirectResponse:
    """After an act: 303 to the page that comes next, which says `notice`."""
    response = RedirectResponse(address, 303)
    if notice:
        value = base64.urlsafe_b64encode(notice.encode()[:MOST_BYTES]).decode()
        response.set_cookie(COOKIE, value, max_age=SECONDS, secure=True, httponly=True, samesite="lax")
    return response


def read_message(request: Request) -> str:
    """What is to be said on this page."""
    try:
        return base64.urlsafe_b64decode(request.cookies.get(COOKIE, "")).decode(errors="ignore")
    except binascii.Error:
        return ""


def forget_message(request: Request, response: Response) -> None:
    """It has been said, once a page has been shown."""
    if COOKIE in request.cookies and response.headers.get("content-type", "").startswith("text/html"):
        response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="lax")
