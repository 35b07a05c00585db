"""HTTP for participants (D1)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import select
from sqlmodel import col

from app import clock
from app.access_log.recorder import record_access
from app.database.unit_of_work import UnitOfWork, UnitOfWorkDep
from app.http.content_negotiation import FHIR, JSON
from app.http.declarations import located_at, produces
from app.http.endpoint import Route
from app.http.etag import require_fresh, require_match
from app.http.lookup import find
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, page
from app.http.problems import ROLE_REQUIRED
from app.http.schemas import MunicipalityNumber
from app.integrations.profil import resources
from app.participants import participants
from app.participants.schemas import (
    ExternalId,
    ExternalSystem,
    ExternalValue,
    Lookup,
    ParticipantIn,
    ParticipantOut,
    ParticipantPage,
    ParticipantPatch,
    ParticipantSeen,
    ParticipantUpsert,
    ServiceArea,
)
from app.participants.tables import Participant
from app.security.tokens import Actor, Epj, allow

router = APIRouter(prefix="/v1/participants", tags=["participants"], route_class=Route)

Reader = Annotated[Actor, allow("case_officer", "epj", "service", "provider")]


@router.post(
    "",
    status_code=201,
    summary="Register a participant",
    response_model=ParticipantOut,
    responses=refusals(
        participants.IDENTITY_NUMBER_INVALID, participants.BIRTH_DATE_IN_FUTURE, participants.IDENTITY_NUMBER_TAKEN
    ),
)
async def register_participant(
    request: Request, unit: UnitOfWorkDep, actor: Epj, body: ParticipantIn
) -> ParticipantSeen:
    """D1: a person who has or applies for a place. The identity number goes in and never comes out again."""
    participant = await participants.register(unit, body, request.app.state.settings, clock.today())
    return await _answer(unit, actor, participant)


@router.get("", summary="List participants")
async def list_participants(
    unit: UnitOfWorkDep,
    actor: Reader,
    municipality_number: Annotated[MunicipalityNumber | None, Query(description="Registered there.")] = None,
    service_area: Annotated[ServiceArea | None, Query(description="Followed up by that service.")] = None,
    external_system: Annotated[ExternalSystem | None, Query(description="Known to that system.")] = None,
    external_value: Annotated[ExternalValue | None, Query(description="Called this there.")] = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> ParticipantPage:
    """D1: every participant that the caller may see: a service those of its area, a provider those with a place there.

    A filter on what the caller may not see is refused (403), since the answer would tell it.
    """
    statement = select(Participant)
    names_asked = [value for value in (external_system, external_value) if value is not None]
    asked = {"municipality_number": municipality_number, "service_area": service_area, "external_ids": names_asked}
    if not {key for key, value in asked.items() if value} <= participants.shape_for(actor).model_fields.keys():
        raise ROLE_REQUIRED("Dette filteret krev rolla «case_officer» eller «epj».")
    if municipality_number is not None:
        statement = statement.where(col(Participant.municipality_number) == municipality_number)
    if service_area is not None:
        statement = statement.where(col(Participant.service_area) == service_area)
    if names_asked:
        statement = statement.where(participants.named_by(external_system, external_value))
    rows, following = await page(unit, statement, col(Participant.id), limit=limit, after=after)
    record_access(unit, (row.id for row in rows))
    return ParticipantPage(items=await participants.seen(unit, actor, rows), next=following)


@router.post(
    "/lookup",
    summary="Find a participant by identity number",
    response_model=ParticipantOut,
    responses=refusals(participants.IDENTITY_NUMBER_INVALID),
)
async def look_up_participant(request: Request, unit: UnitOfWorkDep, actor: Epj, body: Lookup) -> ParticipantSeen:
    """D1: the participant with exactly this number, or 404. A POST, because addresses are logged."""
    participant = await participants.by_identity_number(
        unit, body.national_identity_number, request.app.state.settings, clock.today()
    )
    return await _answer(unit, actor, participant)


@router.put(
    "/by-external-id/{system}/{value}",
    dependencies=[located_at("/v1/participants/{id}")],
    summary="Register or update a participant from another system",
    response_model=ParticipantOut,
    responses={
        201: {"model": ParticipantOut, "description": "Registered."},
        **refusals(
            participants.IDENTITY_NUMBER_INVALID,
            participants.BIRTH_DATE_IN_FUTURE,
            participants.EXTERNAL_ID_INVALID,
            participants.IDENTITY_NUMBER_TAKEN,
        ),
    },
)
async def upsert_participant(
    request: Request,
    response: Response,
    unit: UnitOfWorkDep,
    actor: Epj,
    system: Annotated[ExternalSystem, Path()],
    value: Annotated[ExternalValue, Path()],
    body: ParticipantUpsert,
) -> ParticipantSeen:
    """D1: 201 for a new person, 200 for a known one; sending the same again changes nothing.

    A person who is known by identity number, and has no id in this system yet, is the same person and gets this one.
    `If-Match` and `If-None-Match: *` are heeded where they are sent.
    """

    async def unless_stale(named: Participant | None) -> None:
        shown = await participants.seen(unit, actor, [] if named is None else [named])
        require_fresh(request, shown[0] if shown else None)

    participant, new = await participants.upsert(
        unit, ExternalId(system=system, value=value), body, request.app.state.settings, clock.today(), unless_stale
    )
    if new:
        response.status_code = 201
    return await _answer(unit, actor, participant)


@router.get(
    "/{participant_id}",
    summary="Read a participant",
    response_model=ParticipantSeen,
    responses={
        200: {
            "description": "The participant, or with `Accept: application/fhir+json` an R4 `Patient` (no-basis).",
            "content": {FHIR: {"schema": {"type": "object"}}},
        }
    },
)
async def read_participant(
    request: Request,
    response: Response,
    unit: UnitOfWorkDep,
    actor: Reader,
    participant_id: UUID,
    media_type: Annotated[str, produces(JSON, FHIR)],
) -> ParticipantSeen | Response:
    """D1: one participant, with the fields that the caller may see.

    As a FHIR R4 `Patient` it follows no-basis-Patient; an identity number is told of, and masked.
    """
    participant = await find(unit, Participant, participant_id)
    out = await _shown(unit, actor, participant)
    if media_type == JSON:
        return out
    settings = request.app.state.settings
    patient = resources.patient(out, resources.number_system(participant, settings), settings)
    if response.status_code == 304:
        return out
    return Response(
        patient.model_dump_json(by_alias=True, exclude_none=True), media_type=FHIR, headers=response.headers
    )


@router.patch(
    "/{participant_id}",
    summary="Change a participant",
    response_model=ParticipantOut,
    responses=refusals(
        participants.IDENTITY_NUMBER_INVALID, participants.BIRTH_DATE_IN_FUTURE, participants.IDENTITY_NUMBER_TAKEN
    ),
)
async def change_participant(
    request: Request,
    unit: UnitOfWorkDep,
    actor: Epj,
    participant_id: UUID,
    body: ParticipantPatch,
) -> ParticipantSeen:
    """D1: change a participant; needs `If-Match`. Contacts are replaced as a whole."""
    participant = await participants.to_change(unit, participant_id, body, request.app.state.settings)
    (current,) = await participants.seen(unit, actor, [participant])
    require_match(request, current)
    await participants.change(unit, participant, body, request.app.state.settings, clock.today())
    return await _answer(unit, actor, participant)


async def _answer(unit: UnitOfWorkDep, actor: Actor, participant: Participant) -> ParticipantSeen:
    out = await _shown(unit, actor, participant)
    return out


async def _shown(unit: UnitOfWork, actor: Actor, participant: Participant) -> ParticipantSeen:
    record_access(unit, [participant.id])
    (out,) = await participants.seen(unit, actor, [participant])
    return out
