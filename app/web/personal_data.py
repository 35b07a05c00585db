"""Everything that is held about a person, to read, print and take along (GDPR art. 15 and 20)."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Response

from app.http.personal_data_words import KINDS
from app.web.codes import load_code_lists
from app.web.names import Person, load_own_data_of, load_providers
from app.web.pages import Page, View, load_callers
from app.web.personal_data_words import (
    AMOUNTS,
    FREE,
    PERCENTAGES,
    find_codes,
    is_actor,
    is_shown,
    label_field,
)
from app.web.render import NBSP, amount, count, long_date, moment, month_name, number

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DECIMAL = re.compile(r"-?\d+\.\d+")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\S+")
# Which of the API's code lists hold a field's codes.
LISTS: Mapping[str, tuple[str, ...]] = {
    "called_by": ("attendee_roles",),
    "content_areas": ("content_areas",),
    "role": ("attendee_roles",),
    "themes": ("conversation_themes", "cooperation_themes", "system_themes"),
}

Fact = tuple[str, str]
"""A field's label, and what stands in it."""


@dataclass(frozen=True, slots=True)
class Held:
    """Rows of one kind: what they are called, how many there are, and what stands in each."""

    kind: str
    title: str
    number: str
    rows: list[list[Fact]]


@dataclass(frozen=True, slots=True)
class _Names:
    """What stands for the ids and codes that only the API can explain."""

    providers: Mapping[str, str]
    callers: Mapping[str, str]
    codes: Mapping[str, Mapping[str, str]]


async def show_personal_data(view: View) -> Response:
    """Everything, without the identity number; the log has it as one look."""
    person = await load_own_data_of(view)
    export = await view.api.get(f"/v1/participants/{person.id}/export")
    return await _render(view, person, export)


async def show_access_copy(view: View) -> Response:
    """The copy that the person has a right to, with the identity number; the log names it as what it is."""
    person = await load_own_data_of(view)
    copy = await view.api.get(f"/v1/participants/{person.id}/access-copy")
    return await _render(view, person, copy, number=copy["identity_number"] or "", is_copy=True)


async def _render(
    view: View, person: Person, export: Mapping[str, Any], *, number: str = "", is_copy: bool = False
) -> Response:
    held = export["held"]
    lists = await load_code_lists(view.api)
    service_types = await view.api.list("/v1/service-types") if held["service_hours"] else []
    names = _Names(
        await load_providers(view.api),
        await load_callers(view, _list_callers(held)),
        {
            name: {option.value: option.text for one in sources for option in lists[one]}
            for name, sources in LISTS.items()
        }
        | {"service_type": {one["code"]: one["name"] for one in service_types}},
    )
    return view.render(
        "opplysningar.html",
        person=person,
        made_at=export["exported_at"],
        has_number=export["identity_number_held"],
        number=number,
        is_copy=is_copy,
        held=[_describe_kind(kind, held[kind], names) for kind in sorted(held, key=_place) if held[kind]],
        empty=[title.lower() for kind, title in KINDS.items() if held.get(kind) == []],
    )


async def download_personal_data(view: View) -> Response:
    """The same as a file that a machine reads, with the ids."""
    return await _download(view, "export", "opplysningar")


async def download_access_copy(view: View) -> Response:
    """The copy as a file that a machine reads (GDPR art. 20)."""
    return await _download(view, "access-copy", "innsynskopi")


async def _download(view: View, source: str, name: str) -> Response:
    id_ = str(view.request.path_params["participant_id"])
    export = await view.api.get(f"/v1/participants/{id_}/{source}")
    content = json.dumps(export, ensure_ascii=False, indent=2).encode()
    # No name stands in the file's: it is left in download folders.
    headers = {"Content-Disposition": f'attachment; filename="{name}-{id_}.json"'}
    return Response(content, media_type="application/json", headers=headers)


def _list_callers(held: Mapping[str, Iterable[Mapping[str, Any]]]) -> set[str]:
    return {row[name] for rows in held.values() for row in rows for name in row if is_actor(name, row[name])}


def _place(kind: str) -> int:
    """Where a kind of rows stands on the page; what has no name yet comes last, since nothing may be left out."""
    return list(KINDS).index(kind) if kind in KINDS else len(KINDS)


def _describe_kind(kind: str, rows: list[Mapping[str, Any]], names: _Names) -> Held:
    described = [_describe_row(kind, one, names) for one in rows]
    return Held(kind, KINDS.get(kind, kind), count(len(rows), "post", "postar"), described)


def _describe_row(kind: str, row: Mapping[str, Any], names: _Names) -> list[Fact]:
    """The fields that hold something, but for keys."""
    return [
        (label_field(name), _describe(kind, name, value, names))
        for name, value in row.items()
        if is_shown(name) and value not in (None, [], "")
    ]


def _describe(kind: str, name: str, value: Any, names: _Names) -> str:
    """A value in words."""
    if isinstance(value, bool):
        return "Ja" if value else "Nei"
    if isinstance(value, list):
        return "; ".join(_describe(kind, name, one, names) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{label.lower()}: {text}" for label, text in _describe_row(name, value, names))
    return _describe_number(name, value) or _describe_text(kind, name, str(value), names)


def _describe_number(name: str, value: Any) -> str:
    if name in AMOUNTS:
        return f"{amount(value)} kroner"
    if name in PERCENTAGES:
        return f"{value}{NBSP}%"
    return number(value) if name == "full_time_equivalents" else ""


def _describe_text(kind: str, name: str, text: str, names: _Names) -> str:
    if name == "provider_id":
        return names.providers.get(text, text)
    if is_actor(name, text):
        return names.callers.get(text, text)
    if name in FREE:
        return text
    if _DECIMAL.fullmatch(text):
        return amount(text)
    if _MOMENT.fullmatch(text):
        return moment(text)
    if _DAY.fullmatch(text):
        return f"{month_name(text)} {text[:4]}" if name == "month" else long_date(text)
    codes = names.codes.get(name) or find_codes(kind, name)
    return codes.get(text, text)


_PAGE = "/deltakarar/{participant_id:uuid}/opplysningar"

ROUTES = (
    Page(_PAGE, show_personal_data, "case_officer"),
    Page(f"{_PAGE}/fil", download_personal_data, "case_officer"),
    Page(f"{_PAGE}/kopi", show_access_copy, "case_officer"),
    Page(f"{_PAGE}/kopi/fil", download_access_copy, "case_officer"),
)
