"""Statistics as they go out: counts and days, about nobody."""

from typing import Annotated
from uuid import UUID

from pydantic import Field as Limits

from app.http.schemas import Shape
from app.rules.process import Destination


class ProcessingTimeOut(Shape):
    """Days from receipt to decision, for one provider and month of decision."""

    provider_id: Annotated[UUID | None, Limits(description="Null for rejections, which name no provider.")]
    month: Annotated[str, Limits(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", examples=["2022-01"])]
    decisions: int
    average_days: Annotated[str, Limits(pattern=r"^[0-9]+\.[0-9]{2}$", examples=["7.00"])]
    shortest_days: int
    longest_days: int


class ProcessingTimes(Shape):
    """All providers and months with a decision, on one page; `next` is always null."""

    items: list[ProcessingTimeOut]
    next: str | None = None


class PeopleCount(Shape):
    """How many people; null where the count is hidden (S6)."""

    people: Annotated[int | None, Limits(examples=[12])]
    suppressed: Annotated[bool, Limits(description="The count is small, or would tell a small one (S6).")]


class YearMoves(PeopleCount):
    """How many people a place ended for in a year."""

    year: Annotated[int, Limits(examples=[2022])]


class DestinationMoves(PeopleCount):
    """How many people went somewhere when a place ended."""

    destination: Annotated[Destination | None, Limits(description="Null if the decision does not say.")]


class MovesOut(YearMoves, DestinationMoves):
    """How many people went somewhere when a place ended in a year."""


class Moves(Shape):
    """Every year and destination on one page, with their totals; `next` is always null."""

    items: list[MovesOut]
    years: list[YearMoves]
    destinations: list[DestinationMoves]
    total: PeopleCount
    next: str | None = None
