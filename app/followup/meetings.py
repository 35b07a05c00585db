"""Minutes: filed by a party, refused where the guideline would not accept them, corrected by new versions (M3–M7)."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.database.unit_of_work import UnitOfWork
from app.followup.filing import (
    own_for_change,
    party_of,
    placement_of,
    require_codes,
    require_no_identity_number,
    require_past,
)
from app.followup.schemas import CorrectionIn, MeetingIn, MeetingVersionOut, Minutes
from app.followup.tables import Meeting, MeetingVersion
from app.http.lookup import find_reference
from app.http.problems import ROLE_REQUIRED, problem_type
from app.outbox.events import MeetingEvent
from app.outbox.publish import publish
from app.participants.consents import consents_of
from app.placements.tables import Placement
from app.providers.tables import Provider
from app.rules.minutes import (
    INDIVIDUAL_MEETINGS,
    MeetingKind,
    find_services_without_consent,
    is_absence_unexplained,
    is_required_meeting,
    list_themes,
)
from app.security.tokens import Actor

ABSENCE_REASON_MISSING = problem_type(
    "absence-reason-missing",
    422,
    title="Grunn til fråvær manglar i referatet",
    nn="Deltakaren var ikkje med, og referatet seier ikkje kvifor («participant_absence_reason»).",
    en="The participant was not there, and the minutes do not hold the reason (M5).",
)
CONSENT_MISSING = problem_type(
    "consent-missing",
    409,
    title="Samtykke manglar",
    nn="Ei anna teneste var med utan at deltakaren eller verja hadde samtykt den dagen.",
    en="Another service was present without a consent in force on that day; `services` names which (M6).",
)
THEME_MISSING = problem_type(
    "theme-missing",
    422,
    title="Tema manglar",
    nn="Referatet frå ein samtale eller eit samarbeidsmøte må ha minst eitt tema.",
    en="The minutes of a conversation or a cooperation meeting have one theme at least (M3, M4).",
)
MEETING_SUBJECT = problem_type(
    "meeting-subject",
    422,
    title="Møtet gjeld ikkje det rette",
    nn="Samtalar og samarbeidsmøte gjeld ein plass, tosidige møte ei vekstbedrift, og fellesmøte ingen av delane.",
    en="A conversation or cooperation meeting is about a placement, a bilateral one about one provider, a joint one"
    " about neither (M3, M4, M7).",
)
ATTENDEE_UNKNOWN = problem_type(
    "attendee-unknown",
    422,
    title="Ukjend vekstbedrift",
    nn="Ingen registrert vekstbedrift har dette organisasjonsnummeret eller namnet.",
    en="No registered provider has this organisation number or name (M7).",
)


async def file_minutes(unit: UnitOfWork, actor: Actor, body: MeetingIn, today: date) -> Meeting:
    """M3–M7: the minutes of a meeting, if the guideline accepts them.

    Raises `absence-reason-missing` (M5), `consent-missing` (M6), `theme-missing`, `code-unknown`, `meeting-subject`,
    `attendee-unknown`, `date-in-future`, `identity-number-in-text`; `role-required` where a provider files a joint
    meeting.
    """
    if body.kind == "system" and party_of(actor) != "case_office":
        raise ROLE_REQUIRED("Referat frå fellesmøte krev rolla «case_officer».")
    placement, provider_id = await _subject(unit, actor, body)
    content = await _accepted(unit, body.kind, placement, body, today)
    meeting = Meeting.model_validate(
        {
            **content,
            "held_on": body.held_on,
            "kind": body.kind,
            "placement_id": None if placement is None else placement.id,
            "provider_id": provider_id,
            "filed_by": party_of(actor),
            "version": 1,
        }
    )
    unit.session.add(meeting)
    await unit.session.flush()
    await _keep_version(unit, meeting, content, None)
    await publish(
        unit,
        MeetingEvent("meeting.filed", meeting.id, meeting.kind, meeting.placement_id, meeting.provider_id),
    )
    return meeting


async def correct(unit: UnitOfWork, actor: Actor, meeting_id: UUID, body: CorrectionIn, today: date) -> Meeting:
    """M5, M6: the party that filed the minutes files them anew; the version before is kept as it was.

    Raises what `file_minutes` raises of their content, `not-owner`, or `not-found`.
    """
    require_no_identity_number(today, {"correction": body.correction})
    meeting = await own_for_change(unit, actor, Meeting, meeting_id)
    placement = None if meeting.placement_id is None else await placement_of(unit, meeting.placement_id)
    content = await _accepted(unit, _kind(meeting), placement, body, today)
    meeting.sqlmodel_update({**content, "held_on": body.held_on, "version": meeting.version + 1})
    await unit.session.flush()
    await _keep_version(unit, meeting, content, body.correction)
    await publish(
        unit,
        MeetingEvent("meeting.corrected", meeting.id, meeting.kind, meeting.placement_id, meeting.provider_id),
    )
    return meeting


def shown_version(row: MeetingVersion) -> MeetingVersionOut:
    """A version as it goes out."""
    content = {name: value for name, value in row.content.items() if name != "counts"}
    held_on = date.fromisoformat(content.pop("held_on"))
    stored = row.model_dump(exclude={"content"})
    return MeetingVersionOut.model_validate({**stored, **content, "held_on": held_on})


async def _subject(unit: UnitOfWork, actor: Actor, body: MeetingIn) -> tuple[Placement | None, UUID | None]:
    """What the meeting is about: a placement, a provider, or everyone (M3, M4, M7)."""
    if body.kind == "system":
        for name in ("placement_id", "provider_id"):
            if getattr(body, name) is not None:
                raise MEETING_SUBJECT(
                    "Eit fellesmøte gjeld korkje ein plass eller éi vekstbedrift.", pointer=f"#/{name}"
                )
        return None, None
    if body.placement_id is not None:
        placement = await placement_of(unit, body.placement_id)
        if body.provider_id not in (None, placement.provider_id):
            raise MEETING_SUBJECT("Plassen er hjå ei anna vekstbedrift.", pointer="#/provider_id")
        return placement, placement.provider_id
    if body.kind in INDIVIDUAL_MEETINGS:
        raise MEETING_SUBJECT("Møtet må gjelde ein plass.", pointer="#/placement_id")
    if body.provider_id is not None:
        return None, (await find_reference(unit, Provider, body.provider_id, "#/provider_id")).id
    return None, await _bilateral_with(unit, actor, body)


async def _bilateral_with(unit: UnitOfWork, actor: Actor, body: MeetingIn) -> UUID:
    """The one provider that a bilateral meeting is with: the caller itself, or the one that the attendees name."""
    named = {_key(attendee.organisation) for attendee in body.attendees if attendee.role == "provider"}
    found = [
        provider.id
        for provider in await unit.session.scalars(select(Provider))
        if provider.organisation_number == actor.organisation or not named.isdisjoint(names_of(provider))
    ]
    if len(found) != 1:
        raise MEETING_SUBJECT("Møtet må gjelde éi vekstbedrift.", pointer="#/provider_id")
    return found[0]


async def _accepted(
    unit: UnitOfWork, kind: MeetingKind, placement: Placement | None, body: Minutes, today: date
) -> dict[str, Any]:
    """The content of minutes that the guideline accepts, ready to be kept as a version."""
    roles = {attendee.role for attendee in body.attendees}
    require_past(today, held_on=body.held_on)
    texts = {"minutes": body.minutes, "participant_absence_reason": body.participant_absence_reason}
    written = {f"attendees/{number}/organisation": one.organisation for number, one in enumerate(body.attendees)}
    require_no_identity_number(today, {**texts, **written})
    themes = require_codes(body.themes, list_themes(kind), "themes")
    if kind in INDIVIDUAL_MEETINGS and not themes:
        raise THEME_MISSING(pointer="#/themes")
    if is_absence_unexplained(kind, roles, body.participant_absence_reason):
        raise ABSENCE_REASON_MISSING(pointer="#/participant_absence_reason")
    if kind == "system":
        await _require_known_providers(unit, body)
    if placement is not None:
        consents = await consents_of(unit, placement.participant_id)
        without = find_services_without_consent(roles, placement.service_area, consents, body.held_on)
        if without:
            raise CONSENT_MISSING(services=without)
    return {
        **body.model_dump(mode="json", include={"held_on", "called_by", "attendees", "participant_absence_reason"}),
        "minutes": body.minutes,
        "themes": themes,
        "participant_present": "participant" in roles,
        "counts": is_required_meeting(kind, roles),
    }


async def _require_known_providers(unit: UnitOfWork, body: Minutes) -> None:
    """M7: the year's status names who was missing, so a provider at a joint meeting must be one that is known."""
    known = {name for provider in await unit.session.scalars(select(Provider)) for name in names_of(provider)}
    for number, attendee in enumerate(body.attendees):
        if (
            attendee.role == "provider"
            and attendee.organisation is not None
            and _key(attendee.organisation) not in known
        ):
            raise ATTENDEE_UNKNOWN(pointer=f"#/attendees/{number}/organisation")


def names_of(provider: Provider) -> set[str | None]:
    """What an attendee's `organisation` may say for a provider."""
    return {str(provider.id), provider.organisation_number, _key(provider.name)}


def providers_present(attendees: Sequence[dict[str, str | None]], providers: Sequence[Provider]) -> set[UUID]:
    """M7: which of the providers were at a joint meeting."""
    named = {_key(one["organisation"]) for one in attendees if one["role"] == "provider"} - {None}
    return {provider.id for provider in providers if not named.isdisjoint(names_of(provider))}


def _key(organisation: str | None) -> str | None:
    return None if organisation is None else " ".join(organisation.split()).casefold()


async def _keep_version(unit: UnitOfWork, meeting: Meeting, content: dict[str, Any], correction: str | None) -> None:
    unit.session.add(
        MeetingVersion(meeting_id=meeting.id, version=meeting.version, correction=correction, content=content)
    )
    await unit.session.flush()


def _kind(meeting: Meeting) -> MeetingKind:
    kinds: dict[str, MeetingKind] = {
        "conversation": "conversation",
        "cooperation": "cooperation",
        "system": "system",
        "bilateral": "bilateral",
    }
    return kinds[meeting.kind]
