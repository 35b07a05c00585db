"""Forms: what was typed, what is wrong with it, and how it becomes a call of the API."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl

import uuid_utils
from fastapi import Request
from python_multipart.exceptions import MultipartParseError
from starlette.datastructures import ImmutableMultiDict, UploadFile
from starlette.exceptions import HTTPException
from starlette.types import Message

from app.web.calls import Refused
from app.web.fields import Field, Invalid
from app.web.render import long_date

FORM = "application/x-www-form-urlencoded"
UPLOAD = "multipart/form-data"
FORM_BYTES = 256 * 1024
FORM_FIELDS = 1_000
UPLOAD_BYTES = 32 * 1024 * 1024

_API_NAME = re.compile(r" \(«[a-z0-9_/-]+»\)")
_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")

Typed = ImmutableMultiDict[str, str]
"""What a form sent: its values by name, of several with one name `get` has the last and `getlist` all."""


class CrossSite(Exception):
    """A form that another site's page sent."""


class Wrong(Exception):
    """What the page itself finds wrong: sentences by the field's name, "" for the form as a whole."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(errors)
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it is shown: its fields, what stands in them, and what is wrong.

    `key` is minted with the form and sent as `Idempotency-Key`: a double click, or «back» and «send again», is one act.
    `etag` is the version that is changed (`If-Match`).
    """

    fields: Mapping[str, Field]
    values: Mapping[str, Sequence[str]]
    key: str
    etag: str = ""
    prefix: str = ""
    """What begins the ids of its fields, where a page has several forms."""
    errors: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    detail: str = ""

    def __getitem__(self, name: str) -> Field:
        return self.fields[name]

    @property
    def has_failed(self) -> bool:
        """Whether it is shown since something is wrong."""
        return bool(self.errors or self.title or self.detail)

    @property
    def faults(self) -> list[tuple[str, str, str]]:
        """Field, label and sentence of everything that is wrong, in the order of the fields."""
        return [(name, one.label, self.errors[name]) for name, one in self.fields.items() if name in self.errors]

    def value(self, name: str) -> str:
        """What stands in a field."""
        values = self.values.get(name, ())
        return values[-1] if values else ""

    def has(self, name: str, value: str) -> bool:
        """Whether a choice is made."""
        return value in self.values.get(name, ())

    def fill(self, typed: Typed) -> "Form":
        """The same form with what was typed, the key it was shown with, and the version it was shown for."""
        values = {name: typed.getlist(name) for name in self.fields}
        return replace(self, values=values, key=typed.get("nokkel") or self.key, etag=typed.get("etag") or self.etag)

    def read(self) -> dict[str, Any]:
        """The API's body of what was typed, by `Field.to`. Raises `Wrong` with everything that is."""
        errors: dict[str, str] = {}
        body: dict[str, Any] = {}
        for name, one in self.fields.items():
            try:
                value = one.read(self.values.get(name, ()))
            except Invalid as invalid:
                errors[name] = invalid.sentence
                continue
            if value is None and one.required and one.widget != "upload":
                errors[name if one.widget != "hidden" else ""] = one.empty_sentence
            elif one.to and (value is not None or one.null):
                body[one.to] = value
        if errors:
            raise Wrong(errors)
        return body

    def with_errors(self, errors: Mapping[str, str], title: str = "", detail: str = "") -> "Form":
        """The same form with what is wrong, and a new key: what comes next is another act."""
        general = errors.get("", "")
        named = {name: sentence for name, sentence in errors.items() if name}
        return replace(self, errors=named, title=title, detail=detail or general, key=mint_key())

    def refuse(self, refused: Refused) -> "Form":
        """The same form with what the API says is wrong, each at the field it points at."""
        errors: dict[str, str] = {}
        rest: list[str] = []
        for error in refused.errors:
            name = self._find(error["pointer"])
            if name is None:
                rest.append(write_for_people(error["detail"]))
            else:
                errors.setdefault(name, _sentence(self.fields[name].label, error["detail"]))
        if not refused.errors or rest:
            return self.with_errors(errors, refused.title, " ".join(rest) or write_for_people(refused.detail))
        return self.with_errors(errors)

    def _find(self, pointer: str) -> str | None:
        """The field that a pointer is about: `#/attendees/0/role` is about what is sent as `attendees`."""
        path = pointer.removeprefix("#").removeprefix("/")
        for name, one in self.fields.items():
            for target in one.to.split():
                if f"{path}/".startswith(f"{target}/") or (path and target.startswith(f"{path}/")):
                    return name
        return None


def make_form(*fields: Field, etag: str = "", prefix: str = "", **initial: Any) -> Form:
    """A form to be filled in, with what stands in its fields at first: values of the API's, by the field's name."""
    values = {one.name: one.write(initial[one.name]) for one in fields if initial.get(one.name) is not None}
    return Form({one.name: one for one in fields}, values, mint_key(), etag, prefix)


def point_at(refused: Refused, fields: Mapping[str, str]) -> Refused | Wrong:
    """The refusal at a field, by its code, where it is about one and does not point at it itself."""
    name = fields.get(refused.code)
    return refused if name is None or refused.errors else Wrong({name: write_for_people(refused.detail)})


def nest(body: Mapping[str, Any]) -> dict[str, Any]:
    """A body whose `medication_agreement/agreed_on` stands in an object of its own."""
    found: dict[str, Any] = {}
    for name, value in body.items():
        head, _, tail = name.partition("/")
        if tail:
            found.setdefault(head, {})[tail] = value
        else:
            found[name] = value
    return found


def mint_key() -> str:
    """An `Idempotency-Key`."""
    return str(uuid_utils.uuid7())


async def read_form(request: Request) -> Typed:
    """The fields of a form as browsers send it. Raises `Invalid`."""
    if media_type(request) != FORM:
        raise Invalid("Skjemaet kom ikkje fram slik ein nettlesar sender det.")
    content = await _read_body(request, FORM_BYTES)
    try:
        return ImmutableMultiDict(
            parse_qsl(content.decode(), keep_blank_values=True, max_num_fields=FORM_FIELDS, errors="strict")
        )
    except ValueError:
        raise Invalid("Skjemaet har teikn som ikkje kan lesast.") from None


async def read_upload(request: Request) -> tuple[Typed, dict[str, bytes]]:
    """The fields and files of a form with a file. Raises `Invalid`."""
    if media_type(request) != UPLOAD:
        raise Invalid("Skjemaet kom ikkje fram slik ein nettlesar sender det.")
    content = await _read_body(request, UPLOAD_BYTES)

    async def receive() -> Message:
        return {"type": "http.request", "body": content, "more_body": False}

    fields: list[tuple[str, str]] = []
    files: dict[str, bytes] = {}
    try:
        async with Request(request.scope, receive).form(
            max_files=1, max_fields=FORM_FIELDS, max_part_size=FORM_BYTES
        ) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    files[name] = await value.read()
                else:
                    fields.append((name, value))
    except (HTTPException, MultipartParseError):
        raise Invalid("Skjemaet kom ikkje fram slik ein nettlesar sender det.") from None
    return ImmutableMultiDict(fields), files


async def _read_body(request: Request, most: int) -> bytes:
    """All that is sent, as long as it is not more than a form may be. Raises `Invalid`."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > most:
            raise Invalid("Skjemaet er for stort.")
    return bytes(content)


def media_type(request: Request) -> str:
    """What kind of form is sent."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def require_own_origin(request: Request) -> None:
    """A form is sent from a page of this site. Raises `CrossSite`; a browser that says nothing is told by the token."""
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise CrossSite


def write_for_people(text: str) -> str:
    """A sentence of the API's without the names that only programs need («første dag («starts_on»)»), and its days as
    people write them.
    """
    return _DAY.sub(_write_day, _API_NAME.sub("", text))


def _write_day(found: re.Match[str]) -> str:
    try:
        return long_date(found[0])
    except ValueError:
        return found[0]


def _sentence(label: str, detail: str) -> str:
    """The API's words of a field as a sentence that can stand alone: «er for liten» begins with the label."""
    detail = write_for_people(detail)
    return detail if detail[:1].isupper() else f"{label} {detail}{'' if detail.endswith('.') else '.'}"
