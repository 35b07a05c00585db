"""HTTP for what is done to a trip: acceptances, the decision, cancellation and settlement (T16, T18–T20)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Request
from sqlalchemy import select
from sqlmodel import col

from app.database.reader import ReaderDep, SnapshotReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.http.declarations import located_at
from app.http.endpoint import Route
from app.http.lookup import find
from app.http.openapi import refusals
from app.http.problems import NOT_FOUND
from app.placements.problems import NOT_RESIDENT
from app.trips import decisions, problems, settlements, trips
from app.trips.endpoints.roles import GrantsOfficer
from app.trips.tables import Trip, TripDecision
from app.trips.trip_schemas import (
    SETTLEMENT_EXAMPLE,
    TripAcceptanceIn,
    TripCancellationIn,
    TripDecisionIn,
    TripDecisionOut,
    TripOut,
    TripSettlementIn,
    TripSettlementOut,
)

router = APIRouter(prefix="/v1/trips", tags=["trips"], route_class=Route)

_TRIP = located_at("/v1/trips/{trip_id}")
_SETTLEMENT_EXAMPLES = {"as_planned": {"summary": "The hours were as planned", "value": SETTLEMENT_EXAMPLE}}


@router.post(
    "/{trip_id}/acceptances",
    dependencies=[_TRIP],
    status_code=201,
    summary="Record that a price is accepted",
    responses=refusals(problems.TRIP_STATE, problems.PRICE_CHANGED),
)
async def record_trip_acceptance(
    unit: UnitOfWorkDep, actor: GrantsOfficer, trip_id: UUID, body: TripAcceptanceIn
) -> TripOut:
    """In writing, by the participant or the guardian, of the price as it is now (T16)."""
    record = await trips.lock_trip(unit, trip_id)
    await decisions.accept_price(unit, record, body)
    (out,) = await trips.to_response(unit, [record.trip])
    return out


@router.post(
    "/{trip_id}/decisions",
    dependencies=[located_at("/v1/trips/{trip_id}/decisions")],
    status_code=201,
    summary="Decide a trip",
    responses=refusals(
        problems.TRIP_STATE,
        problems.STAFF_NOT_VOLUNTARY,
        NOT_RESIDENT,
        problems.NEED_NOT_DOCUMENTED,
        problems.LATE_NEEDS_REASON,
        problems.WITHIN_INTERVAL,
        problems.FUND_EXHAUSTED,
    ),
)
async def record_trip_decision(
    request: Request, unit: UnitOfWorkDep, actor: GrantsOfficer, trip_id: UUID, body: TripDecisionIn
) -> TripDecisionOut:
    """A grant, a rejection with its reason, or a withdrawal (T19). It is final.

    A grant reserves the fund's part (T18); two at once wait for each other, and none takes the fund below zero.
    """
    record = await trips.lock_trip(unit, trip_id)
    decision = await decisions.decide_trip(unit, actor, record, body, request.app.state.settings.municipality_number)
    return await decisions.to_decision(unit, decision, record.trip.starts_on)


@router.get("/{trip_id}/decisions", summary="Read the decision of a trip")
async def read_trip_decision(reader: ReaderDep, actor: GrantsOfficer, trip_id: UUID) -> TripDecisionOut:
    """With what the scheme's version says of appeals (T19)."""
    trip = await find(reader, Trip, trip_id)
    (record,) = await trips.load_records(reader, [trip])
    found = await reader.select(select(TripDecision).where(col(TripDecision.trip_id) == trip.id))
    if not found:
        raise NOT_FOUND("Turen er ikkje avgjord.")
    return await decisions.to_decision(reader, found[0], trip.starts_on)


@router.post(
    "/{trip_id}/cancellation",
    dependencies=[_TRIP],
    status_code=201,
    summary="Cancel a trip",
    responses=refusals(problems.TRIP_STATE),
)
async def cancel_trip(unit: UnitOfWorkDep, actor: GrantsOfficer, trip_id: UUID, body: TripCancellationIn) -> TripOut:
    """It is not made after all; what the fund had reserved is free again (T18, T20). It starts no interval (T10)."""
    record = await trips.lock_trip(unit, trip_id)
    await decisions.cancel_trip(unit, actor, record, body)
    (out,) = await trips.to_response(unit, [record.trip])
    return out


@router.post(
    "/{trip_id}/settlement",
    dependencies=[located_at("/v1/trips/{trip_id}/settlement")],
    status_code=201,
    summary="Settle a trip",
    responses=refusals(problems.TRIP_STATE, problems.SUM_DIFFERS),
)
async def record_trip_settlement(
    unit: UnitOfWorkDep,
    actor: GrantsOfficer,
    trip_id: UUID,
    body: Annotated[TripSettlementIn, Body(openapi_examples=_SETTLEMENT_EXAMPLES)],
) -> TripSettlementOut:
    """By the actual hours and vouchers, by the same rules (T16): a line a participant against the estimate.

    What the fund pays above its reservation is taken from what is available; if that is too little, `fund_short` says
    how much is missing, and refuses nothing (T18).
    """
    record = await trips.lock_trip(unit, trip_id)
    await settlements.settle_trip(unit, actor, record, body)
    return await settlements.load_settlement(unit, record)


@router.get("/{trip_id}/settlement", summary="Read the settlement of a trip")
async def read_trip_settlement(reader: SnapshotReaderDep, actor: GrantsOfficer, trip_id: UUID) -> TripSettlementOut:
    """Against the estimate (T16)."""
    trip = await find(reader, Trip, trip_id)
    (record,) = await trips.load_records(reader, [trip])
    return await settlements.load_settlement(reader, record)
