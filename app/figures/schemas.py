"""Figures and their definitions as they go out (S1, S9)."""

from typing import Annotated
from uuid import UUID

from pydantic import Field as Limits

from app.http.schemas import Shape
from app.rules.figures import FigureCode, Key, PeriodKind
from app.rules.process import Destination


class FigureDefinitionOut(Shape):
    """S1: what a figure is, and where it comes from."""

    code: FigureCode
    label: Annotated[str, Limits(description="In nynorsk.", examples=["Belegg"])]
    formula: Annotated[str, Limits(description="In words.", examples=["fylte plassar / kapasitet x 100"])]
    unit: Annotated[str, Limits(examples=["prosent"])]
    source: Annotated[str, Limits(examples=["Vedtak og avtalar"])]
    rule: Annotated[str, Limits(description="The rule that it follows.", examples=["P2"])]
    by: Annotated[list[Key], Limits(description="What it can be grouped by; `destination` alone.")]
    periods: Annotated[list[PeriodKind], Limits(description="What it can be asked for.")]


class FigureDefinitions(Shape):
    """All of them on one page; `next` is always null."""

    items: list[FigureDefinitionOut]
    next: str | None = None


class FigureBy(Shape):
    """The group, with the keys that are asked for."""

    provider_id: Annotated[
        UUID | None, Limits(description="Null where there is none, or it is not shown since an address is protected.")
    ] = None
    service_area: str | None = None
    destination: Annotated[
        Destination | None, Limits(description="Where people go (L8). Null where an end names none.")
    ] = None


Number = Annotated[
    int | str | None,
    Limits(
        description="Counts are numbers; money, days and quotients strings with two decimals.", examples=["1058.51"]
    ),
]


class FigureOut(Shape):
    """A figure of a period and a group. Null and `suppressed` where it is about few people or tells of few (S6)."""

    code: FigureCode
    period: Annotated[
        str,
        Limits(
            description="A day, a month, a tertial or a year.",
            pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?|-T[1-3])?$",
            examples=["2022-08"],
        ),
    ]
    by: FigureBy
    numerator: Number
    denominator: Annotated[Number, Limits(description="1 for a count or a sum.")]
    value: Annotated[Number, Limits(description="Null too where nothing is in the denominator.")]
    suppressed: bool


class Figures(Shape):
    """All rows on one page; `next` is always null."""

    items: list[FigureOut]
    next: str | None = None
