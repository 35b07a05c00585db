"""HTTP for participants (D1)."""

from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import select
from sqlmodel import col

from app import clock
from app.access_log.recorder import record_access
from app.database.queries import Queries
from app.database.reader import ReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.http.access_reasons import has_stated_reason
from app.http.attempts import Attempts
from app.http.content_negotiation import FHIR, JSON
from app.http.declarations import located_at, produces
from app.http.endpoint import Route
from app.http.etag import names_version, require_fresh, require_match, tag_of
from app.http.lookup import find
from app.http.openapi import header_parameter, refusals
from app.http.pagination import AfterQuery, IdsQuery, LimitQuery, fetch_page
from app.http.problems import PRECONDITION_FAILED, VALIDATION
from app.http.schemas import TEXT, Day, MunicipalityNumber
from app.integrations.profil.fhir import find_number_system, to_patient
from app.participants import participants
from app.participants.problems import (
    BIRTH_DATE_IN_FUTURE,
    EXTERNAL_ID_INVALID,
    IDENTITY_NUMBER_INVALID,
    IDENTITY_NUMBER_TAKEN,
)
from app.participants.schemas import (
    ExternalId,
    ExternalSystem,
    ExternalValue,
    ParticipantForAuditor,
    ParticipantIn,
    ParticipantLookup,
    ParticipantName,
    ParticipantOut,
    ParticipantPage,
    ParticipantPatch,
    ParticipantUpsert,
    ParticipantView,
    ProtectedParticipant,
    RegisteredParticipant,
    RestrictedParticipant,
    ServiceArea,
)
from app.participants.tables import Participant
from app.participants.upsert import apply_item, lock_state, prepare_item, store_state
from app.security.roles import Actor, Epj, allow

router = APIRouter(prefix="/v1/participants", tags=["participants"], route_class=Route)

ParticipantLister = Annotated[Actor, allow("case_officer", "epj", "service", "provider", "auditor", "grants_officer")]
ParticipantFinder = Annotated[Actor, allow("case_officer", "epj", "auditor", "grants_officer")]
ParticipantRegistrar = Annotated[Actor, allow("case_officer", "epj", "grants_officer")]
ParticipantReader = Annotated[Actor, allow("case_officer", "epj", "service", "provider")]


@router.post(
    "",
    status_code=201,
    summary="Register a participant",
    response_model=RegisteredParticipant | ParticipantOut | ParticipantName,
    responses=refusals(IDENTITY_NUMBER_INVALID, BIRTH_DATE_IN_FUTURE, IDENTITY_NUMBER_TAKEN),
)
async def register_participant(
    request: Request, response: Response, unit: UnitOfWorkDep, actor: ParticipantRegistrar, body: ParticipantIn
) -> ParticipantView:
    """A person who has or applies for a place, a trip or a grant (D1, X2). The identity number is write only. The case
    office is told who may be the same person.

    Fagutvikling registers people with `service_area: "other"`, who apply for a trip or a grant and have no place. It
    gets the id and the name.
    """
    is_grants_officer = actor.roles == {"grants_officer"}
    if is_grants_officer and body.service_area != "other":
        raise VALIDATION("Fagutvikling registrerer berre med «other».", pointer="#/service_area")
    settings, today = request.app.state.settings, clock.today()
    async with unit.acting_as("epj") if is_grants_officer else nullcontext():
        participant = await participants.register_participant(unit, body, settings, today)
    out = await _respond(unit, actor, participant)
    if "case_officer" not in actor.roles:
        return out
    response.headers["ETag"] = tag_of(out)
    found, is_protected = await participants.find_possible_duplicates(unit, participant)
    return RegisteredParticipant(
        **out.model_dump(), possible_duplicates=found, possible_protected_duplicate=is_protected
    )


@router.get("", summary="List participants")
async def list_participants(
    reader: ReaderDep,
    actor: ParticipantLister,
    id_: IdsQuery = None,
    name: Annotated[
        str | None,
        Query(
            min_length=2,
            max_length=200,
            pattern=TEXT,
            description="Every word of it, of two letters or more, begins a word of the name. Case and accents do not"
            " count; ø, æ, å, đ, ŧ and ŋ are found by o, ae, a, d, t and n too.",
            examples=["sol test"],
        ),
    ] = None,
    birth_date: Annotated[Day | None, Query(description="Only participants born on this day.")] = None,
    municipality_number: Annotated[
        MunicipalityNumber | None, Query(description="Only participants registered in this municipality.")
    ] = None,
    service_area: Annotated[
        ServiceArea | None, Query(description="Only participants followed up by this service.")
    ] = None,
    external_system: Annotated[
        ExternalSystem | None, Query(description="Only participants with an id in this system.")
    ] = None,
    external_value: Annotated[
        ExternalValue | None, Query(description="Only participants with this id in `external_system`.")
    ] = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> ParticipantPage:
    """The participants that the caller may see (D1): a service those of its area, a provider those with a placement
    there. The auditor finds people by `name`, `birth_date` or `id`, to read the access log of the right one.
    Fagutvikling finds anybody by `name`, which `birth_date` narrows, and gets the id and the name (X3).

    To the case office and Fagutvikling a person with a protected address is «Verna adresse», without a birth date or
    anything else: the case office opens the one person, and says why.

    A filter on a field that the caller may not see is refused with 403, and so is `name` or `birth_date` from others
    than the case office, the services, Fagutvikling and the auditor. Only those that are in the answer are in the
    access log.
    """
    filters = {}
    is_search = name is not None or birth_date is not None
    if is_search:
        participants.require_searcher(actor)
        if name is None and actor.roles == {"grants_officer"}:
            raise VALIDATION("Søk med «name»; «birth_date» avgrensar.", pointer="#/query/name")
    elif id_ is None and actor.roles == {"auditor"}:
        raise VALIDATION("Søk med «name», «birth_date» eller «id».", pointer="#/query/name")
    if municipality_number is not None:
        filters["municipality_number"] = col(Participant.municipality_number) == municipality_number
    if service_area is not None:
        filters["service_area"] = col(Participant.service_area) == service_area
    if external_system is not None or external_value is not None:
        ids = participants.ids_by_external_id(external_system, external_value)
        filters["external_ids"] = col(Participant.id).in_(ids)
    participants.require_visible(actor, filters.keys())
    statement = select(Participant).where(*filters.values())
    if id_ is not None:
        statement = statement.where(col(Participant.id).in_(id_))
    if birth_date is not None:
        statement = statement.where(col(Participant.birth_date) == birth_date)
    if name is not None:
        found = participants.ids_by_name(name, after, actor)
        statement = statement.join(found, found.c.participant_id == col(Participant.id))
    acting: AbstractAsyncContextManager[None] = nullcontext()
    if is_search:
        acting = participants.find_anybody(reader, actor)
    elif id_ is None and "auditor" in actor.roles:
        # Whoever finds everybody as the auditor lists whom its other role is about.
        acting = reader.acting_as("service" if "service" in actor.roles else "grants_officer", alone=True)
    async with acting:
        rows, following = await fetch_page(reader, statement, col(Participant.id), limit=limit, after=after)
    record_access(reader, (row.id for row in rows))
    views = await participants.to_response(reader, actor, rows)
    shown = participants.conceal_protected(actor, rows, views)
    return ParticipantPage(items=await participants.conceal_restricted(reader, actor, shown), next=following)


@router.post(
    "/lookup",
    summary="Find a participant by identity number",
    response_model=ParticipantOut | ProtectedParticipant | ParticipantForAuditor | ParticipantName,
    responses=refusals(IDENTITY_NUMBER_INVALID),
)
async def look_up_participant(
    request: Request, unit: UnitOfWorkDep, actor: ParticipantFinder, body: ParticipantLookup
) -> ParticipantView | ProtectedParticipant:
    """The participant with exactly this number, or 404 (D1). The auditor gets the id, name and birth date alone,
    Fagutvikling the id and the name.

    The case office and Fagutvikling get «Verna adresse» in place of a person with a protected address, unless the case
    office says why it asks for one (`X-Access-Reason`). The number is sent in a body because addresses are logged. A
    caller may look up so many a minute as the settings say, 60 by default.
    """
    lookups: Attempts = request.app.state.lookups
    lookups.count_one(actor.name)
    settings, number = request.app.state.settings, body.national_identity_number
    async with participants.find_anybody(unit, actor):
        participant = await participants.find_by_identity_number(unit, number, settings, clock.today())
    return _conceal_unopened(request, actor, participant, await _respond(unit, actor, participant))


@router.put(
    "/by-external-id/{system}/{value}",
    dependencies=[located_at("/v1/participants/{id}")],
    summary="Register or update a participant by external id",
    response_model=ParticipantOut | ProtectedParticipant | RestrictedParticipant,
    responses={
        201: {"model": ParticipantOut, "description": "Registered."},
        **refusals(
            IDENTITY_NUMBER_INVALID,
            BIRTH_DATE_IN_FUTURE,
            EXTERNAL_ID_INVALID,
            IDENTITY_NUMBER_TAKEN,
            PRECONDITION_FAILED,
        ),
    },
    openapi_extra={
        "parameters": [
            header_parameter("If-Match", "The `ETag` of the version that is to be replaced."),
            header_parameter("If-None-Match", "`*`: only a new participant."),
        ]
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
) -> ParticipantView | ProtectedParticipant | RestrictedParticipant:
    """201 for a new person, 200 for a known one (D1). Sending the same again changes nothing.

    A person who is known by identity number and has no id in this system yet is the same person and gets this external
    id. `If-Match` and `If-None-Match: *` are optional. The case office alone lowers the protection of an address: from
    another system `address_protection: false` leaves it, and opens the task `protection_to_check`. To the case office a
    known person with a protected address is «Verna adresse» where it does not name the version (`If-Match`). What is
    sent of somebody whose processing is restricted is stored, and nothing is shown (G1).
    """
    settings, today = request.app.state.settings, clock.today()
    external_id = ExternalId(system=system, value=value)
    item = prepare_item(external_id, body, settings, today, pointer="#/path/value")
    state = await lock_state(unit, [item])
    known = state.find(item.external_id)
    current = None if known is None else (await participants.to_response(unit, actor, [known]))[0]
    require_fresh(request, current)
    is_opened = current is not None and names_version(request, current)
    status, participant_id = apply_item(state, item, settings, today, by_case_officer="case_officer" in actor.roles)
    await store_state(unit, state)
    if status == "created":
        response.status_code, is_opened = 201, True
    participant = await find(unit, Participant, participant_id)
    out = await _respond(unit, actor, participant)
    (shown,) = await participants.conceal_restricted(unit, actor, [out])
    if shown is out:
        return out if is_opened else participants.conceal_unopened(actor, participant, out, has_reason=False)
    if "case_officer" not in actor.roles:
        # For the version that the system sends next: it is stored too.
        response.headers["ETag"] = tag_of(out)
    return shown


@router.get(
    "/{participant_id}",
    summary="Read a participant",
    response_model=ParticipantView,
    responses={
        200: {
            "description": "The participant, or with `Accept: application/fhir+json` an R4 `Patient` (no-basis).",
            "content": {FHIR: {"schema": {"type": "object"}}},
        }
    },
)
async def read_participant(
    request: Request,
    reader: ReaderDep,
    actor: ParticipantReader,
    participant_id: UUID,
    media_type: Annotated[str, produces(JSON, FHIR)],
) -> ParticipantView | Response:
    """The participant with the fields that the caller may see (D1).

    With `Accept: application/fhir+json` the answer is a FHIR `Patient` (release 4) by the profile no-basis-Patient; the
    identity number is masked.
    """
    participant = await find(reader, Participant, participant_id)
    out = await _respond(reader, actor, participant)
    if media_type == JSON or isinstance(out, ParticipantName):
        return out
    settings = request.app.state.settings
    patient = to_patient(out, find_number_system(participant, settings), settings)
    return Response(patient.model_dump_json(by_alias=True, exclude_none=True), media_type=FHIR)


@router.patch(
    "/{participant_id}",
    summary="Change a participant",
    response_model=ParticipantOut | ProtectedParticipant,
    responses=refusals(IDENTITY_NUMBER_INVALID, BIRTH_DATE_IN_FUTURE, IDENTITY_NUMBER_TAKEN),
)
async def change_participant(
    request: Request, unit: UnitOfWorkDep, actor: Epj, participant_id: UUID, body: ParticipantPatch
) -> ParticipantView | ProtectedParticipant:
    """Requires `If-Match` (D1). A list of contacts replaces the whole list.

    The case office alone lowers the protection of an address, as with the upsert; its `address_protection: true` is the
    answer to `protection_to_check`. To the case office a person with a protected address is «Verna adresse» where it
    neither names the version (`If-Match: *`) nor states a reason (`X-Access-Reason`).
    """
    settings = request.app.state.settings
    participant = await participants.lock_participant(unit, participant_id, body, settings)
    (current,) = await participants.to_response(unit, actor, [participant])
    require_match(request, current)
    await participants.change_participant(unit, participant, body, settings, clock.today())
    out = await _respond(unit, actor, participant)
    return out if names_version(request, current) else _conceal_unopened(request, actor, participant, out)


def _conceal_unopened(
    request: Request, actor: Actor, participant: Participant, out: ParticipantView
) -> ParticipantView | ProtectedParticipant:
    return participants.conceal_unopened(actor, participant, out, has_reason=has_stated_reason(request, participant.id))


async def _respond(queries: Queries, actor: Actor, participant: Participant) -> ParticipantView:
    record_access(queries, [participant.id])
    (out,) = await participants.to_response(queries, actor, [participant])
    return out
