"""What people type: dates and amounts as they are written in Norway."""

import re
from datetime import date
from urllib.parse import parse_qsl

from fastapi import Request

FORM = "application/x-www-form-urlencoded"
FORM_BYTES = 64 * 1024

_WRITTEN = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{2}|\d{4})", re.ASCII)


class Invalid(Exception):
    """Something that was typed, or stands in an address, cannot be understood; `sentence` says why, in nynorsk."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class CrossSite(Exception):
    """A form that another site's page sent."""


def parse_date(typed: str) -> date:
    """A day as people type it: `31.08.2022`, `31.8.22` or `2022-08-31`. Raises `Invalid`."""
    typed = typed.strip()
    written = _WRITTEN.fullmatch(typed)
    try:
        if written is None:
            day = date.fromisoformat(typed)
        else:
            number, month, year = (int(part) for part in written.groups())
            day = date(year + 2000 if year < 100 else year, month, number)
    except ValueError:
        raise Invalid("Skriv datoen som dag, månad og år: 31.08.2022.") from None
    if not 1900 <= day.year <= 2099:
        raise Invalid("Året må vere mellom 1900 og 2099.")
    return day


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form as browsers send it; of several with one name the last. Raises `Invalid`."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise Invalid("Skjemaet kom ikkje fram slik ein nettlesar sender det.")
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > FORM_BYTES:
            raise Invalid("Skjemaet er for stort.")
    try:
        return dict(parse_qsl(content.decode(), keep_blank_values=True, max_num_fields=200, errors="strict"))
    except ValueError:
        raise Invalid("Skjemaet har teikn som ikkje kan lesast.") from None


def require_own_origin(request: Request) -> None:
    """A form is sent from a page of this site. Raises `CrossSite`; a browser that says nothing is told by the token."""
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise CrossSite
