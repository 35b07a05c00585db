"""Surveys and their results, as aggregates alone (S7)."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from app.database.base import Row


class Survey(Row, table=True):
    """A survey and the days it was open (S7)."""

    __tablename__ = "survey"
    __table_args__ = (
        UniqueConstraint("name", "starts_on"),
        CheckConstraint("length(name) between 1 and 200", name="name"),
        CheckConstraint("ends_on >= starts_on", name="ends_on"),
        CheckConstraint("length(source) between 1 and 500", name="source"),
    )

    name: str
    starts_on: date
    ends_on: date
    source: str


class SurveyResult(Row, table=True):
    """The answers to one question, of a service area or of all (S7). `answers` is a list of value and count."""

    __tablename__ = "survey_result"
    __table_args__ = (
        ForeignKeyConstraint(["survey_id"], ["survey.id"]),
        UniqueConstraint("survey_id", "question", "service_area", postgresql_nulls_not_distinct=True),
        CheckConstraint("length(question) between 1 and 300", name="question"),
        CheckConstraint("service_area in ('habilitation', 'mental_health', 'other')", name="service_area"),
        CheckConstraint("answered between 1 and invited", name="answered"),
        CheckConstraint("jsonb_typeof(answers) = 'array'", name="answers"),
    )

    survey_id: UUID
    question: str
    service_area: str | None = None
    invited: int
    answered: int
    answers: list[dict[str, Any]] = Field(sa_type=JSONB)
