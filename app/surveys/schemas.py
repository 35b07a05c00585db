"""Surveys and their results as they come in and go out (S7)."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field as Limits
from pydantic import StringConstraints, model_validator

from app.http.schemas import Count, Day, FieldFault, Line, Name, Shape, Stored, describe_pattern, text
from app.participants.schemas import ServiceArea

AnswerValue = Annotated[
    str,
    StringConstraints(
        min_length=1,
        max_length=40,
        pattern=describe_pattern(
            r"^[0-9A-Za-zÆØÅæøå][0-9A-Za-zÆØÅæøå -]*$",
            "må vere eit svaralternativ: høgst 40 bokstavar, siffer, mellomrom og «-», og aldri fritekst",
        ),
    ),
    Limits(description="An answer that one could choose; never free text.", examples=["Ja"]),
]
Question = Annotated[str, text(300), Limits(examples=["Vert du ivareteken som pårørande?"])]


class SurveyIn(Shape):
    """A survey, and the days it was open (S7)."""

    name: Annotated[Name, Limits(examples=["Pårørandeundersøkinga"])]
    starts_on: Annotated[Day, Limits(alias="from", description="The first day.", examples=["2021-10-01"])]
    ends_on: Annotated[Day, Limits(alias="to", description="The last day.", examples=["2021-11-30"])]
    source: Annotated[Line, Limits(description="Where the aggregates come from.", examples=["Eksport frå skjemaet"])]

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.ends_on < self.starts_on:
            raise FieldFault("to", "er før «from»")
        return self


class SurveyOut(Stored):
    """A survey (S7)."""

    name: str
    starts_on: Annotated[date, Limits(serialization_alias="from")]
    ends_on: Annotated[date, Limits(serialization_alias="to")]
    source: str


class AnswerCountIn(Shape):
    """How many chose an answer."""

    value: AnswerValue
    count: Annotated[Count, Limits(examples=[12])]


class SurveyResultIn(Shape):
    """The answers to one question, by value (S7). Sent again for a question and area it replaces what was sent."""

    question: Question
    service_area: Annotated[
        ServiceArea | None, Limits(description="Null: of all of them together.", examples=["habilitation"])
    ] = None
    invited: Annotated[Count, Limits(examples=[40])]
    answered: Annotated[Count, Limits(description="How many answered the question.", examples=[22])]
    answers: Annotated[
        list[AnswerCountIn],
        Limits(
            min_length=1,
            max_length=20,
            description="Each answer once.",
            examples=[[{"value": "Ja", "count": 12}, {"value": "Nei", "count": 10}]],
        ),
    ]


class AnswerCountOut(Shape):
    """How many chose an answer; null where it is few or tells of few (S6)."""

    value: str
    count: int | None
    suppressed: bool


class SurveyResultOut(Stored):
    """The answers to one question of a service area, or of all (S7)."""

    survey_id: UUID
    question: str
    service_area: ServiceArea | None
    invited: Annotated[int | None, Limits(description="Null in all results of a survey where it tells of few (S6).")]
    answered: Annotated[int | None, Limits(description="Null where it tells of few (S6).")]
    answers: list[AnswerCountOut]
