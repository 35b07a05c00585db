"""Batches of participants from another system: JSON or NDJSON in, what became of each item out (D1)."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from app.database.unit_of_work import UnitOfWork
from app.http.batches import split_items
from app.http.content_negotiation import JSON
from app.http.identity_numbers import OWN_FIELDS, find_identity_numbers, is_relaxed
from app.http.problems import VALIDATION, Problem
from app.http.strict_json import STRICT_JSON, json_fault
from app.http.validation import validation_problem
from app.participants.problems import TOO_MANY_PARTICIPANTS
from app.participants.schemas import (
    ExternalId,
    ExternalValue,
    ParticipantBatchItem,
    ParticipantBatchItemOut,
    ParticipantBatchOut,
)
from app.participants.upsert import UpsertItem, apply_item, lock_state, prepare_item, store_state
from app.rules.identifiers import contains_identity_number
from app.settings import Settings

MAX_ITEMS = 5_000
MAX_BYTES = 8 * 1024 * 1024
# Some two milliseconds of work, after which other requests get the event loop.
_SLICE = 100
_EXTERNAL_VALUE: TypeAdapter[str] = TypeAdapter(ExternalValue)


async def upsert_batch(
    unit: UnitOfWork, body: bytes, content_type: str, settings: Settings, today: date
) -> ParticipantBatchOut:
    """Store every item that can be stored. Raises `too-many-participants`, and 422 for what is no batch."""
    sent = split_items(body, content_type)
    if len(sent) > MAX_ITEMS:
        raise TOO_MANY_PARTICIPANTS()
    parse = _parse_item if content_type == JSON else _parse_line
    parsed: list[tuple[UpsertItem | Problem, str | None]] = []
    for one in sent:
        parsed.append(parse(one, settings, today))
        if len(parsed) % _SLICE == 0:
            await asyncio.sleep(0)
    state = await lock_state(unit, [item for item, _ in parsed if isinstance(item, UpsertItem)])
    by_case_officer = "case_officer" in unit.caller.roles
    results: list[ParticipantBatchItemOut] = []
    for index, (item, external_value) in enumerate(parsed):
        id_: UUID | None = None
        refusal: dict[str, Any] | None = None
        try:
            if isinstance(item, Problem):
                raise item
            status, id_ = apply_item(state, item, settings, today, by_case_officer=by_case_officer)
        except Problem as problem:
            status = "conflict" if problem.type.status == 409 else "rejected"
            refusal = problem.within(f"items/{index}").body()
        results.append(
            ParticipantBatchItemOut(
                index=index, external_id=external_value, status=status, participant_id=id_, problem=refusal
            )
        )
        if index % _SLICE == 0:
            await asyncio.sleep(0)
    await store_state(unit, state)
    rejected = sum(1 for result in results if result.problem is not None)
    return ParticipantBatchOut(accepted=len(results) - rejected, rejected=rejected, items=results)


def _parse_line(line: bytes, settings: Settings, today: date) -> tuple[UpsertItem | Problem, str | None]:
    try:
        return _parse_item(STRICT_JSON.decode(line.decode()), settings, today)
    except (RecursionError, ValueError) as error:
        return VALIDATION(f"Linja {json_fault(error)}.", pointer="#"), None


def _parse_item(raw: object, settings: Settings, today: date) -> tuple[UpsertItem | Problem, str | None]:
    """One item, and its external value if that can be repeated. A problem points into the item."""
    try:
        sent = ParticipantBatchItem.model_validate(raw)
        # An external id that is one has a code of its own.
        if (found := find_identity_numbers(raw, {*OWN_FIELDS, "external_value"})) is not None:
            return found, _repeatable_value(raw, today)
        external_id = ExternalId(system=sent.external_system, value=sent.external_value)
        return prepare_item(external_id, sent, settings, today, pointer="#/external_value"), sent.external_value
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors(include_url=False)]
        return validation_problem(faults, shape=ParticipantBatchItem), _repeatable_value(raw, today)
    except Problem as problem:
        return problem, _repeatable_value(raw, today)


def _repeatable_value(raw: object, today: date) -> str | None:
    """The line's external value, if it is one and does not contain an identity number."""
    sent = raw.get("external_value") if isinstance(raw, dict) else None
    try:
        value = _EXTERNAL_VALUE.validate_python(sent)
    except ValidationError:
        return None
    return None if contains_identity_number(value, relaxed=is_relaxed(today)) else value
