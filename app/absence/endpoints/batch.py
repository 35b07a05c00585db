"""HTTP for a push (A1, A2): the body is read before the database is asked, so a slow sender holds no connection."""

import asyncio
import json
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import func, select

from app import clock
from app.absence import problems
from app.absence.absences import carry_out
from app.absence.batch import Decided, decide
from app.absence.problems import PROVIDER_UNKNOWN
from app.absence.reading import COLUMNS, MAX_BYTES, MAX_ITEMS, read_items
from app.absence.schemas import AbsenceItemModel, BatchOut
from app.database.unit_of_work import UnitOfWorkDep
from app.http.batches import BATCH_REFUSED, MAX_SHOWN, count_batch
from app.http.content_negotiation import CSV, JSON, NDJSON
from app.http.declarations import consumes
from app.http.endpoint import Route
from app.http.openapi import refusals
from app.http.openapi_examples import demo_id
from app.http.problems import FieldError, Problem
from app.security.identity_numbers import relaxed
from app.security.roles import Actor, allow

router = APIRouter(prefix="/v1/absences", tags=["absences"], route_class=Route)

Writer = Annotated[Actor, allow("case_officer", "provider")]

_SLICE = 500

_ITEM = AbsenceItemModel.model_json_schema(ref_template="#/components/schemas/{model}")
_EXAMPLE = {
    "external_id": "F-1001",
    "revision": 1,
    "provider_id": str(demo_id("provider", 1)),
    "placement_id": str(demo_id("placement", 5)),
    "kind": "sick",
    "from": "2022-10-03",
    "to": "2022-10-04",
    "percent": 100,
    "note": None,
    "cancelled": False,
}
_CSV_EXAMPLE = (
    "external_id;revision;provider_id;placement_id;kind;from;to;percent;note;cancelled\r\n"
    f"F-1002;1;{_EXAMPLE['provider_id']};{_EXAMPLE['placement_id']};sick;2022-10-05;2022-10-06;100;;false"
)
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {
                "schema": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["items"],
                    "properties": {"items": {"type": "array", "maxItems": MAX_ITEMS, "items": _ITEM}},
                },
                "example": {"items": [_EXAMPLE]},
            },
            NDJSON: {"schema": {"type": "string"}, "example": json.dumps(_EXAMPLE) + "\n"},
            CSV: {
                "schema": {"type": "string", "description": f"Header row: {', '.join(COLUMNS)}; `;` or `,` between."},
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
            problems.IDENTITY_NUMBER,
        ),
        200: {"description": "Every item was accepted.", "model": BatchOut},
        207: {"description": "One or more items were not accepted; the others are stored.", "model": BatchOut},
    },
)
async def push_batch(
    request: Request,
    unit: UnitOfWorkDep,
    actor: Writer,
    content_type: Annotated[str, consumes(JSON, NDJSON, CSV, limit=MAX_BYTES)],
    mode: Annotated[
        Literal["each", "atomic"], Query(description="`atomic`: one bad item, and nothing is stored (422).")
    ] = "each",
    dry_run: Annotated[
        Literal["true", "false"], Query(description="`true`: the same answer, and nothing is stored.")
    ] = "false",
) -> Response:
    """A1, A2: up to 10 000 absences, in any order and as often as wanted; the highest revision of each wins.

    An equal revision with equal content changes nothing, with other content it is a `conflict`; what is cancelled stays
    cancelled. Absences that together pass 100 % of a placement's day collide: what was stored first stands. One bad
    item never stops the others, unless `mode=atomic`. The batch is one transaction: after a crash it is there whole or
    not at all, and pushing it again is safe. When it makes a placement's absence extensive (A3: a whole day counts a
    whole day, but no calendar week more than is planned in it by the placement's share), `absence.review_due` is
    published, once until the review is closed. NDJSON is an item a line; CSV has a header row, and may write days
    as dd.mm.yyyy. Names in an item must be unique: of one that stands twice the last value counts, or the item is
    rejected. A provider's items are its own; the case office's carry `provider_id`.
    """
    items = await read_items(await request.body(), content_type, relaxed=relaxed(clock.today()))
    own = None
    if "case_officer" not in actor.roles:
        own = await unit.session.scalar(select(func.caller_provider_id()))
        if own is None:
            raise PROVIDER_UNKNOWN()
    atomic = mode == "atomic"
    decided = await decide(unit, items, own, atomic=atomic, dry_run=dry_run == "true")
    if atomic and decided.rejected:
        raise _refused_whole(decided)
    # The answer is put together while PostgreSQL writes; it goes out after the commit.
    answering = asyncio.create_task(_answer(decided))
    try:
        await carry_out(unit, decided)
        count_batch("absences", [result.status for result in decided.results])
        return Response(await answering, 207 if decided.rejected else 200, media_type=JSON)
    finally:
        answering.cancel()


def _refused_whole(decided: Decided) -> Problem:
    bad = [result for result in decided.results if result.problem is not None][:MAX_SHOWN]
    errors = [
        error if error.pointer.startswith("#/items/") else FieldError(f"#/items/{result.index}", error.detail)
        for result in bad
        if result.problem is not None
        for error in result.problem.errors or (FieldError("", result.problem.detail),)
    ]
    return BATCH_REFUSED(
        f"{decided.rejected} av {len(decided.results)} fråvær vart ikkje godtekne; ingenting er lagra.",
        errors=errors,
        rejected=decided.rejected,
        items=[msgspec.to_builtins(result, enc_hook=_said) for result in bad],
    )


async def _answer(decided: Decided) -> bytes:
    """The whole answer."""
    results = decided.results
    parts = []
    for start in range(0, len(results), _SLICE):
        parts.append(_ENCODER.encode(results[start : start + _SLICE])[1:-1])
        await asyncio.sleep(0)
    accepted = len(results) - decided.rejected
    return b'{"accepted":%d,"rejected":%d,"items":[%b]}' % (accepted, decided.rejected, b",".join(parts))


def _said(problem: object) -> dict[str, Any]:
    assert isinstance(problem, Problem)
    return problem.body()


_ENCODER = msgspec.json.Encoder(enc_hook=_said)
