"""Why a case officer opened people with a protected address, as said on the page that asks (`reason_forms`).

Kept in a cookie until the browser is closed, for the person who said it alone. Each page of somebody named there hands
the reason to the API, which writes it to the access log with every look.
"""

import base64
import binascii
from collections.abc import Mapping
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, ValidationError

from app.http.access_reasons import Reason, StatedReason, is_reference
from app.http.identity_numbers import holds_identity_number
from app.security.roles import Actor

COOKIE = "__Host-vekstplass-grunn"
MOST_PEOPLE = 12
"""Of so many people, the latest, a cookie has room for the reason."""


class _Stated(BaseModel):
    """One reason, in the cookie."""

    model_config = ConfigDict(frozen=True)

    participant_id: UUID
    reason: Reason
    reference: str | None


class _Cookie(BaseModel):
    """Who said why, the latest last."""

    actor: str
    stated: list[_Stated]


def load_stated_reasons(request: Request, actor: Actor) -> Mapping[UUID, StatedReason]:
    """What this person has said, by participant."""
    return {one.participant_id: StatedReason(one.reason, one.reference) for one in _read(request, actor)}


def keep_stated_reason(
    request: Request, response: Response, actor: Actor, participant_id: UUID, reason: Reason, reference: str | None
) -> None:
    """Keep one more reason, in place of what was said of the same participant before."""
    before = [one for one in _read(request, actor) if one.participant_id != participant_id]
    stated = [*before, _Stated(participant_id=participant_id, reason=reason, reference=reference)][-MOST_PEOPLE:]
    value = _Cookie(actor=actor.name, stated=stated).model_dump_json().encode()
    response.set_cookie(COOKIE, base64.urlsafe_b64encode(value).decode(), secure=True, httponly=True, samesite="lax")


def _read(request: Request, actor: Actor) -> list[_Stated]:
    try:
        cookie = _Cookie.model_validate_json(base64.urlsafe_b64decode(request.cookies.get(COOKIE, "")))
    except (binascii.Error, ValidationError):
        return []
    if cookie.actor != actor.name:
        return []
    return [one for one in cookie.stated if one.reference is None or _may_be_kept(one.reference)]


def _may_be_kept(reference: str) -> bool:
    """Whether the log may have it: a cookie may be written by hand, past the form."""
    return is_reference(reference) and not holds_identity_number(reference)
