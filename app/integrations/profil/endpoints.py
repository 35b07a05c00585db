"""HTTP for the EPJ Profil: participants in batches, and two records that are one person."""

import asyncio
import json
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app import clock
from app.access_log.recorder import record_access
from app.database.unit_of_work import UnitOfWorkDep
from app.http.access_reasons import has_stated_reason
from app.http.batches import BATCH_REFUSED, count_batch, describe_items, refuse_batch
from app.http.content_negotiation import JSON, NDJSON
from app.http.declarations import consumes
from app.http.endpoint import Route
from app.http.openapi import refusals
from app.http.problems import NOT_FOUND
from app.participants import merging
from app.participants.batch import MAX_BYTES, MAX_ITEMS, upsert_batch
from app.participants.participants import conceal_unopened, to_response
from app.participants.problems import (
    BIRTH_DATE_IN_FUTURE,
    EXTERNAL_ID_INVALID,
    IDENTITY_NUMBER_INVALID,
    IDENTITY_NUMBER_TAKEN,
    MERGE_WITH_ITSELF,
    NOT_THE_SAME_PERSON,
    TOO_MANY_PARTICIPANTS,
)
from app.participants.schemas import (
    ParticipantBatchItem,
    ParticipantBatchOut,
    ParticipantMergeIn,
    ParticipantOut,
    ParticipantView,
    ProtectedParticipant,
)
from app.placements.problems import PLACEMENT_OVERLAP
from app.security.roles import Actor, Epj, allow

router = APIRouter(prefix="/v1/participants", tags=["participants"], route_class=Route)

CaseOfficer = Annotated[Actor, allow("case_officer")]

_EXAMPLE = {
    "external_system": "profil",
    "external_value": "10042",
    "given_name": "Solveig",
    "family_name": "Testnes",
    "birth_date": "1991-04-23",
    "municipality_number": "4631",
    "service_area": "habilitation",
}
_ITEM = ParticipantBatchItem.model_json_schema(ref_template="#/components/schemas/{model}")
del _ITEM["$defs"]  # They are components already, of `PUT`.
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {"schema": describe_items(_ITEM, MAX_ITEMS), "example": {"items": [_EXAMPLE]}},
            NDJSON: {"schema": {"type": "string"}, "example": json.dumps(_EXAMPLE) + "\n"},
        },
    }
}


@router.post(
    "/batch",
    summary="Register or update many participants",
    response_model=ParticipantBatchOut,
    openapi_extra=_BODY,
    responses={
        **refusals(
            BATCH_REFUSED,
            TOO_MANY_PARTICIPANTS,
            IDENTITY_NUMBER_INVALID,
            BIRTH_DATE_IN_FUTURE,
            EXTERNAL_ID_INVALID,
            IDENTITY_NUMBER_TAKEN,
        ),
        200: {"description": "Every item was accepted.", "model": ParticipantBatchOut},
        207: {
            "description": "One or more items were not accepted; the others are stored.",
            "model": ParticipantBatchOut,
        },
    },
)
async def push_participants(
    request: Request,
    unit: UnitOfWorkDep,
    actor: Epj,
    content_type: Annotated[str, consumes(JSON, NDJSON, limit=MAX_BYTES)],
    mode: Annotated[
        Literal["each", "atomic"], Query(description="`atomic`: nothing is stored if one item is rejected (422).")
    ] = "each",
) -> Response:
    """Takes up to 5 000 participants as JSON or as NDJSON, one per line, in the form of
    `PUT /v1/participants/by-external-id/{system}/{value}` with `external_system` and `external_value` added (D1).

    Items are processed in order. One rejected item does not stop the others, unless `mode=atomic`. A batch is one
    transaction: after a crash either all of it is stored or none. Pushing it again changes nothing.
    """
    settings = request.app.state.settings
    pushed = await upsert_batch(unit, await request.body(), content_type, settings, clock.today())
    if mode == "atomic" and pushed.rejected:
        refused = [item.model_dump(mode="json") for item in pushed.items if item.problem is not None]
        raise refuse_batch(refused, len(pushed.items), "deltakarar")
    record_access(unit, (item.participant_id for item in pushed.items if item.participant_id is not None))
    count_batch("participants", (item.status for item in pushed.items))
    body = await asyncio.to_thread(pushed.model_dump_json)
    return Response(body, 207 if pushed.rejected else 200, media_type=JSON)


@router.post(
    "/{participant_id}/merge",
    summary="Merge two records of one person",
    response_model=ParticipantOut | ProtectedParticipant,
    responses=refusals(MERGE_WITH_ITSELF, NOT_THE_SAME_PERSON, PLACEMENT_OVERLAP, NOT_FOUND),
)
async def merge_participants(
    request: Request, unit: UnitOfWorkDep, actor: CaseOfficer, participant_id: UUID, body: ParticipantMergeIn
) -> ParticipantView | ProtectedParticipant:
    """The participant in the path keeps all placements and absence of both; the duplicate is removed (D1, L1).

    The duplicate's external ids point to this participant from now on, and the event `participant.merged` is published.
    Refused if both have placements on the same day. Merging the same two again changes nothing. The answer has «Verna
    adresse» in place of a person with a protected address, unless a reason is stated (`X-Access-Reason`).
    """
    participant = await merging.merge_participants(
        unit, actor, participant_id, body.duplicate_id, request.app.state.settings
    )
    record_access(unit, [participant_id, body.duplicate_id])
    [out] = await to_response(unit, actor, [participant])
    has_reason = has_stated_reason(request, participant.id)
    return conceal_unopened(actor, participant, out, has_reason=has_reason)
