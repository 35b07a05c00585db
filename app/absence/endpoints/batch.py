"""HTTP for a push (A1, A2): the body is read before the database is asked, so a slow sender holds no connection."""

import asyncio
import json
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import func, select

from app import clock
from app.absence import problems
from app.absence.batch import BatchDecision, apply_batch, decide_batch
from app.absence.batch_state import SLICE
from app.absence.csv_rows import COLUMNS
from app.absence.endpoints.roles import AbsenceWriter
from app.absence.reading import MAX_BYTES, MAX_ITEMS, read_items
from app.absence.schemas import AbsenceBatchOut, AbsenceItemModel
from app.database.queries import CompiledQuery
from app.database.unit_of_work import UnitOfWorkDep
from app.http.batches import BATCH_REFUSED, MAX_SHOWN, count_batch, describe_items
from app.http.content_negotiation import CSV, JSON, NDJSON
from app.http.declarations import consumes
from app.http.endpoint import Route
from app.http.identity_numbers import is_relaxed
from app.http.openapi import refusals
from app.http.openapi_examples import demo_id
from app.http.problems import FieldError, Problem

router = APIRouter(prefix="/v1/absences", tags=["absences"], route_class=Route)

_CALLER_PROVIDER = CompiledQuery(select(func.caller_provider_id()))

_ITEM = AbsenceItemModel.model_json_schema(ref_template="#/components/schemas/{model}")
_EXAMPLE = {
    "external_id": "F-1001",
    "revision": 1,
    "provider_id": str(demo_id("provider", 1)),
    "placement_id": str(demo_id("placement", 5)),
    "kind": "sick",
    "from": "2022-08-22",
    "to": "2022-08-23",
    "percent": 100,
    "note": None,
    "cancelled": False,
}
_CSV_EXAMPLE = (
    "external_id;revision;provider_id;placement_id;kind;from;to;percent;note;cancelled\r\n"
    f"F-1002;1;{_EXAMPLE['provider_id']};{_EXAMPLE['placement_id']};sick;2022-08-24;2022-08-25;100;;false"
)
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {
                "schema": describe_items(_ITEM, MAX_ITEMS),
                "example": {"items": [_EXAMPLE]},
            },
            NDJSON: {"schema": {"type": "string"}, "example": json.dumps(_EXAMPLE) + "\n"},
            CSV: {
                "schema": {
                    "type": "string",
                    "description": f"Header row: {', '.join(COLUMNS)}; `;`, `,` or a tabulator between.",
                },
                "example": _CSV_EXAMPLE,
            },
        },
    }
}


@router.post(
    "/batch",
    summary="Push absences",
    response_model=None,
    openapi_extra=BODY,
    responses={
        **refusals(
            BATCH_REFUSED,
            problems.TOO_MANY,
            problems.PROVIDER_UNKNOWN,
            problems.REVISION_CONFLICT,
            problems.OUTSIDE_PLACEMENT,
            problems.OVER_FULL_DAY,
        ),
        200: {"description": "Every item was accepted.", "model": AbsenceBatchOut},
        207: {"description": "One or more items were not accepted; the others are stored.", "model": AbsenceBatchOut},
    },
)
async def push_absences(
    request: Request,
    unit: UnitOfWorkDep,
    actor: AbsenceWriter,
    content_type: Annotated[str, consumes(JSON, NDJSON, CSV, limit=MAX_BYTES)],
    mode: Annotated[
        Literal["each", "atomic"], Query(description="`atomic`: if one item is rejected, nothing is stored (422).")
    ] = "each",
    dry_run: Annotated[
        Literal["true", "false"], Query(description="`true`: the answer is the same, but nothing is stored.")
    ] = "false",
) -> Response:
    """Takes up to 10 000 absences, in any order and any number of times. The highest revision of each wins (A1, A2).

    An equal revision with equal content changes nothing; with other content it is a `conflict`. A cancelled absence
    stays cancelled. If absences together exceed 100 % of a placement's day, the one stored first stands. One rejected
    item does not stop the others, unless `mode=atomic`. A batch is one transaction: after a crash either all of it is
    stored or none, and it is safe to push it again.

    If the batch makes a placement's absence extensive (A3), the event `absence.review_due` is published once until the
    review is closed.

    NDJSON has one item per line. CSV has a header row and one item per line: a cell cannot span lines, and a line with
    a fault is one rejected item. Blank lines, and lines of separators only, are no items. CSV is UTF-8 or Windows-1252
    (recognised); dates may be written as dd.mm.yyyy. A file without any item is a 422. Names in an item must be unique:
    if one is repeated, its last value counts, or the item is rejected. A provider's items are its own; items from the
    case office need `provider_id`.
    """
    items = await read_items(await request.body(), content_type, relaxed=is_relaxed(clock.today()))
    own = None
    if "case_officer" not in actor.roles:
        own = await unit.fetch_value(_CALLER_PROVIDER)
        if own is None:
            raise problems.PROVIDER_UNKNOWN()
    atomic = mode == "atomic"
    decision = await decide_batch(unit, items, own, atomic=atomic, dry_run=dry_run == "true")
    if atomic and decision.rejected:
        raise _refuse_batch(decision)
    # The answer is encoded while PostgreSQL writes; it goes out after the commit.
    encoding = asyncio.create_task(_encode_answer(decision))
    try:
        await apply_batch(unit, decision)
        count_batch("absences", [result.status for result in decision.results])
        return Response(await encoding, 207 if decision.rejected else 200, media_type=JSON)
    finally:
        encoding.cancel()


def _refuse_batch(decision: BatchDecision) -> Problem:
    rejected = [result for result in decision.results if result.problem is not None][:MAX_SHOWN]
    errors = [
        error if error.pointer.startswith("#/items/") else FieldError(f"#/items/{result.index}", error.detail)
        for result in rejected
        if result.problem is not None
        for error in result.problem.errors or (FieldError("", result.problem.detail),)
    ]
    return BATCH_REFUSED(
        f"{decision.rejected} av {len(decision.results)} fråvær vart ikkje godtekne; ingenting er lagra.",
        errors=errors,
        rejected=decision.rejected,
        items=[msgspec.to_builtins(result, enc_hook=_problem_body) for result in rejected],
    )


async def _encode_answer(decision: BatchDecision) -> bytes:
    results = decision.results
    parts = []
    for start in range(0, len(results), SLICE):
        parts.append(_ENCODER.encode(results[start : start + SLICE])[1:-1])
        await asyncio.sleep(0)
    accepted = len(results) - decision.rejected
    return b'{"accepted":%d,"rejected":%d,"items":[%b]}' % (accepted, decision.rejected, b",".join(parts))


def _problem_body(problem: object) -> dict[str, Any]:
    assert isinstance(problem, Problem)
    return problem.body()


_ENCODER = msgspec.json.Encoder(enc_hook=_problem_body)
