"""What comes in to and goes out of the information on other schemes (T17)."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field as Limits
from pydantic import StringConstraints

from app.http.schemas import Day, Name, PastDay, Prose, Shape, describe_pattern

WebAddress = Annotated[
    str,
    StringConstraints(
        min_length=12,
        max_length=500,
        pattern=describe_pattern(
            "^https?://[!#-;=?-~]+$", "må vere ei adresse på nettet, til dømes «https://www.alver.kommune.no/»"
        ),
    ),
    Limits(description="Where one reads more and applies.", examples=["https://www.nav.no/"]),
]


class GrantSchemeIn(Shape):
    """A scheme of somebody else that may support a trip (T17)."""

    name: Annotated[Name, Limits(examples=["Tilskot frå NAV"])]
    for_whom: Annotated[Prose, Limits(examples=["Personar med nedsett funksjonsevne som treng følgje på reise."])]
    address: WebAddress
    checked_on: Annotated[
        PastDay, Limits(description="When somebody last saw that it is right.", examples=["2022-08-30"])
    ]


class GrantSchemePatch(Shape):
    """What is otherwise, or that it was checked again. Only the fields that are sent are changed."""

    name: Name = Limits(default_factory=str, examples=["Tilskot frå NAV"])
    for_whom: Prose = Limits(default_factory=str, examples=["Personar med nedsett funksjonsevne."])
    address: WebAddress = Limits(default_factory=str, examples=["https://www.nav.no/"])
    checked_on: PastDay = Limits(default_factory=lambda: date.min, examples=["2022-08-31"])
    closed_on: Annotated[
        Day | None, Limits(description="The day from which it is shown no more; null opens it again.", examples=[None])
    ] = None


class GrantSchemeOut(Shape):
    """A scheme of somebody else. The municipality gives no advice on it and handles no application."""

    id: UUID
    name: str
    for_whom: str
    address: str
    checked_on: Day
    closed_on: Day | None


class GrantSchemesOut(Shape):
    """The open schemes, with the licence under which anybody may use the list."""

    licence: Annotated[str, Limits(examples=["NLOD-2.0"])]
    licence_address: Annotated[str, Limits(examples=["https://data.norge.no/nlod/no/2.0"])]
    updated_at: Annotated[datetime | None, Limits(description="When something in it was last changed.")]
    items: list[GrantSchemeOut]
    next: Annotated[str | None, Limits(description="Always null: the list is whole.")] = None
