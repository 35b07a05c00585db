"""Minutes: filed by a party, refused where the guideline would not accept them, corrected by new versions (M3–M7)."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal, cast
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from app.database.unit_of_work import UnitOfWork
from app.followup import problems
from app.followup.code_lists import describe_codes
from app.followup.documents import (
    allow_annulment,
    annul_document,
    find_placement,
    get_party,
    require_codes,
    require_past,
)
from app.followup.schemas import MeetingCorrectionIn, MeetingIn, MeetingVersionOut, Minutes
from app.followup.tables import Meeting, MeetingVersion
from app.http.lookup import find_reference
from app.http.problems import ROLE_REQUIRED
from app.http.schemas import AnnulmentIn
from app.outbox.events import MeetingEvent
from app.outbox.publish import publish
from app.participants.consents import load_consents, make_consent
from app.participants.tables import ConsentRecord
from app.placements.tables import Placement
from app.providers.tables import Provider
from app.rules.minutes import (
    INDIVIDUAL_MEETINGS,
    AttendeeRole,
    MeetingKind,
    ServiceRole,
    find_services_without_consent,
    is_absence_unexplained,
    is_required_meeting,
    list_themes,
    normalise_organisation,
)
from app.security.roles import Actor


async def create_meeting(unit: UnitOfWork, actor: Actor, body: MeetingIn, today: date) -> Meeting:
    """M3–M7: the minutes of a meeting, if the guideline accepts them.

    Raises `absence-reason-missing` (M5), `consent-missing` (M6), `theme-missing`, `code-unknown`, `meeting-subject`,
    `attendee-unknown`, `date-in-future`, `identity-number-in-text`; `role-required` where a provider files a system
    meeting, or a service another meeting than that.
    """
    placement, provider_id = await _find_subject(unit, actor, body)
    _require_right_to_file(actor, body.kind)
    content = await _check_minutes(unit, body.kind, placement, body, today)
    meeting = Meeting.model_validate(
        {
            **content,
            "held_on": body.held_on,
            "kind": body.kind,
            "placement_id": None if placement is None else placement.id,
            "provider_id": provider_id,
            "filed_by": get_party(actor),
            "version": 1,
        }
    )
    unit.session.add(meeting)
    await unit.session.flush()
    await _record_version(unit, meeting, content, None)
    return meeting


async def correct_meeting(unit: UnitOfWork, meeting: Meeting, body: MeetingCorrectionIn, today: date) -> Meeting:
    """M5, M6: minutes that the caller has locked are corrected; the version before is kept as it was.

    Raises what `create_meeting` raises for their content.
    """
    placement = None if meeting.placement_id is None else await find_placement(unit, meeting.placement_id)
    content = await _check_minutes(unit, cast(MeetingKind, meeting.kind), placement, body, today)
    meeting.sqlmodel_update({**content, "held_on": body.held_on, "version": meeting.version + 1})
    await unit.session.flush()
    await _record_version(unit, meeting, content, body.correction)
    return meeting


async def annul_meeting(unit: UnitOfWork, actor: Actor, meeting_id: UUID, body: AnnulmentIn, today: date) -> Meeting:
    """D10: minutes that were filed by mistake. Raises what `annul_document` raises."""
    meeting = await annul_document(unit, actor, Meeting, meeting_id, body, today)
    await publish(
        unit, MeetingEvent("meeting.annulled", meeting.id, meeting.kind, meeting.placement_id, meeting.provider_id)
    )
    return meeting


async def record_lost_consent(unit: UnitOfWork, lost: ConsentRecord) -> None:
    """D10, M6: services that were present by a consent that is annulled now, were present without one.

    The minutes say so, as where the filer does, and keep their version.
    """
    consent = make_consent(lost.given_on, lost.services, lost.organisations, lost.valid_to, lost.withdrawn_on)
    others = (await load_consents(unit, [lost.participant_id]))[lost.participant_id]
    of_participant = select(Placement).where(col(Placement.participant_id) == lost.participant_id)
    areas = {placement.id: placement.service_area for placement in await unit.select(of_participant)}
    meetings = select(Meeting).where(
        col(Meeting.placement_id).in_(areas), col(Meeting.held_on) >= lost.given_on, col(Meeting.annulled_at).is_(None)
    )
    async with allow_annulment(unit):
        for meeting in await unit.select(meetings.with_for_update()):
            attendees = [(cast(AttendeeRole, one["role"]), one["organisation"]) for one in meeting.attendees]
            area = "" if meeting.placement_id is None else areas[meeting.placement_id]
            without = set(find_services_without_consent(attendees, area, others, meeting.held_on))
            without -= set(find_services_without_consent(attendees, area, [*others, consent], meeting.held_on))
            if without:
                meeting.services_without_consent = sorted({*meeting.services_without_consent, *without})
                meeting.without_consent_reason = (
                    meeting.without_consent_reason or f"Samtykket vart oppheva: {lost.annulled_reason}"
                )
        await unit.session.flush()


def _require_right_to_file(actor: Actor, kind: MeetingKind) -> None:
    """M7: Habilitering files the system meeting and no other; the case office files any, a provider the others."""
    party = get_party(actor)
    if kind == "system" and (party == "provider" or party == "service" and actor.service_area != "habilitation"):
        raise ROLE_REQUIRED("Referat frå fellesmøte kan berre Habilitering eller Forvaltningskontoret føre.")
    if kind != "system" and party == "service":
        raise ROLE_REQUIRED("Dette referatet kan berre vekstbedrifta eller Forvaltningskontoret føre.")


def to_version_response(row: MeetingVersion) -> MeetingVersionOut:
    """A version as it goes out."""
    content = {name: value for name, value in row.content.items() if name != "counts"}
    held_on = date.fromisoformat(content.pop("held_on"))
    stored = row.model_dump(exclude={"content"})
    unknown: dict[str, object] = {"services_without_consent": [], "without_consent_reason": None}
    return MeetingVersionOut.model_validate({**unknown, **stored, **content, "held_on": held_on})


async def _find_subject(unit: UnitOfWork, actor: Actor, body: MeetingIn) -> tuple[Placement | None, UUID | None]:
    """The placement and the provider that the meeting is about; a system meeting is about neither (M3, M4, M7)."""
    if body.kind == "system":
        for name, id_ in (("placement_id", body.placement_id), ("provider_id", body.provider_id)):
            if id_ is not None:
                raise problems.MEETING_SUBJECT(
                    "Eit fellesmøte gjeld korkje ein plass eller éi vekstbedrift.", pointer=f"#/{name}"
                )
        return None, None
    if body.placement_id is not None:
        placement = await find_placement(unit, body.placement_id)
        if body.provider_id not in (None, placement.provider_id):
            raise problems.MEETING_SUBJECT("Plassen er hjå ei anna vekstbedrift.", pointer="#/provider_id")
        return placement, placement.provider_id
    if body.kind in INDIVIDUAL_MEETINGS:
        raise problems.MEETING_SUBJECT("Møtet må gjelde ein plass («placement_id»).", pointer="#/placement_id")
    if body.provider_id is not None:
        return None, (await find_reference(unit, Provider, body.provider_id, "#/provider_id")).id
    return None, await _find_bilateral_provider(unit, actor, body)


async def _find_bilateral_provider(unit: UnitOfWork, actor: Actor, body: MeetingIn) -> UUID:
    """The one provider that a bilateral meeting is with: the caller itself, or the one that the attendees name."""
    named = {_normalise(attendee.organisation) for attendee in body.attendees if attendee.role == "provider"}
    found = [
        provider.id
        for provider in await unit.select(select(Provider))
        if provider.organisation_number == actor.organisation or not named.isdisjoint(list_names(provider))
    ]
    if len(found) != 1:
        raise problems.MEETING_SUBJECT("Møtet må gjelde éi vekstbedrift («provider_id»).", pointer="#/provider_id")
    return found[0]


async def _check_minutes(
    unit: UnitOfWork, kind: MeetingKind, placement: Placement | None, body: Minutes, today: date
) -> dict[str, Any]:
    """The content of minutes that the guideline accepts, as a version stores it."""
    roles = {attendee.role for attendee in body.attendees}
    require_past(today, held_on=body.held_on)
    themes = require_codes(body.themes, list_themes(kind), "themes")
    if kind == "cooperation" and not themes:
        raise problems.THEME_MISSING(
            f"Eit samarbeidsmøte må ha minst eitt av desse tema: {describe_codes(list_themes(kind))}.",
            pointer="#/themes",
        )
    if is_absence_unexplained(kind, roles, body.participant_absence_reason):
        raise problems.ABSENCE_REASON_MISSING(pointer="#/participant_absence_reason")
    if kind == "system":
        await _require_known_providers(unit, body)
    without: list[ServiceRole] = []
    if placement is not None:
        # Also those that a provider no longer reads (D11): minutes of a place that has ended are still filed.
        async with unit.acting_as("case_officer"):
            consents = await load_consents(unit, [placement.participant_id])
        attendees = [(attendee.role, attendee.organisation) for attendee in body.attendees]
        without = find_services_without_consent(
            attendees, placement.service_area, consents[placement.participant_id], body.held_on
        )
        if without and body.without_consent_reason is None:
            raise problems.CONSENT_MISSING(services=without)
    return {
        **body.model_dump(mode="json", include={"held_on", "called_by", "attendees", "participant_absence_reason"}),
        "services_without_consent": without,
        "without_consent_reason": body.without_consent_reason if without else None,
        "minutes": body.minutes,
        "themes": themes,
        "participant_present": "participant" in roles,
        "counts": is_required_meeting(kind, roles),
    }


async def _require_known_providers(unit: UnitOfWork, body: Minutes) -> None:
    """M7: the report names the providers that were missing, so one at a system meeting must be a known one."""
    known = {name for provider in await unit.select(select(Provider)) for name in list_names(provider)}
    for number, attendee in enumerate(body.attendees):
        if (
            attendee.role == "provider"
            and attendee.organisation is not None
            and _normalise(attendee.organisation) not in known
        ):
            raise problems.ATTENDEE_UNKNOWN(pointer=f"#/attendees/{number}/organisation")


def list_names(provider: Provider) -> set[str | None]:
    """What an attendee's `organisation` may say for a provider."""
    return {str(provider.id), provider.organisation_number, _normalise(provider.name)}


def find_providers_present(attendees: Sequence[dict[str, str | None]], providers: Sequence[Provider]) -> set[UUID]:
    """M7: which of the providers were at a system meeting."""
    named = {_normalise(attendee["organisation"]) for attendee in attendees if attendee["role"] == "provider"} - {None}
    return {provider.id for provider in providers if not named.isdisjoint(list_names(provider))}


def _normalise(organisation: str | None) -> str | None:
    return None if organisation is None else normalise_organisation(organisation)


async def _record_version(unit: UnitOfWork, meeting: Meeting, content: dict[str, Any], correction: str | None) -> None:
    """Keep the minutes as they are now, and publish them: the first version, or a correction."""
    unit.session.add(
        MeetingVersion(meeting_id=meeting.id, version=meeting.version, correction=correction, content=content)
    )
    await unit.session.flush()
    type_: Literal["meeting.filed", "meeting.corrected"] = (
        "meeting.filed" if correction is None else "meeting.corrected"
    )
    await publish(unit, MeetingEvent(type_, meeting.id, meeting.kind, meeting.placement_id, meeting.provider_id))
