"""What is taken in of a survey, and what of it is shown (S6, S7)."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlmodel import col

from app.database.queries import Queries
from app.database.unit_of_work import UnitOfWork
from app.http.problems import VALIDATION
from app.rates.rates import load_least_count
from app.rules.suppression import find_hidden
from app.surveys.problems import ANSWERS_EXCEED_ANSWERED, TOO_FEW_ANSWERS
from app.surveys.schemas import AnswerCountOut, SurveyIn, SurveyResultIn, SurveyResultOut
from app.surveys.tables import Survey, SurveyResult


async def record_survey(unit: UnitOfWork, body: SurveyIn) -> Survey:
    """A survey. Raises `survey-exists` by the database's constraint."""
    survey = Survey(**body.model_dump())
    unit.session.add(survey)
    await unit.session.flush()
    return survey


async def record_result(
    unit: UnitOfWork, survey: Survey, body: SurveyResultIn, today: date
) -> tuple[SurveyResult, bool]:
    """The answers to a question, in the place of what was sent before; and whether they are new.

    The caller holds the survey locked. Raises `too-few-answers`, `answers-exceed-answered`, and `VALIDATION` for an
    answer that stands twice.
    """
    values = [answer.value for answer in body.answers]
    for index, value in enumerate(values):
        if value in values[:index]:
            raise VALIDATION("Svaralternativet står to gonger.", pointer=f"#/answers/{index}/value")
    total = sum(answer.count for answer in body.answers)
    if body.answered > body.invited:
        raise ANSWERS_EXCEED_ANSWERED("Fleire har svara enn dei som vart spurde.", pointer="#/answered")
    if total > body.answered:
        raise ANSWERS_EXCEED_ANSWERED(pointer="#/answers")
    if min(total, body.answered) < await load_least_count(unit, today):
        raise TOO_FEW_ANSWERS(pointer="#/answered")
    found = await unit.select(
        select(SurveyResult).where(
            col(SurveyResult.survey_id) == survey.id,
            col(SurveyResult.question) == body.question,
            col(SurveyResult.service_area).is_not_distinct_from(body.service_area),
        )
    )
    said = body.model_dump()
    result = found[0] if found else SurveyResult(survey_id=survey.id, **said)
    result.sqlmodel_update(said)
    unit.session.add(result)
    await unit.session.flush()
    return result, not found


async def show_results(
    queries: Queries, results: Sequence[SurveyResult], today: date, *, is_suppressed: bool
) -> list[SurveyResultOut]:
    """S6: results as a caller is shown them, whole surveys at a time: areas add up to what all of them answered."""
    if not is_suppressed:
        return [_show(result, None) for result in results]
    async with queries.acting_as("case_officer"):
        least = await load_least_count(queries, today)
    together: dict[tuple[object, str], list[SurveyResult]] = {}
    for result in results:
        together.setdefault((result.survey_id, result.question), []).append(result)
    hidden = {
        result.id: columns
        for same in together.values()
        for result, columns in zip(same, _find_hidden(same, least), strict=True)
    }
    return [_show(result, hidden[result.id]) for result in results]


def _find_hidden(results: Sequence[SurveyResult], least: int) -> list[set[str | None]]:
    """Which answers of each result are hidden; None stands for how many answered.

    The areas are a table's rows, and answers, with those who gave none, its columns. Where a result of all is there,
    what is left of it is a row too.
    """
    values = list(dict.fromkeys(answer["value"] for result in results for answer in result.answers))
    counts = {result.id: _list_counts(result, values) for result in results}
    areas = [result for result in results if result.service_area is not None]
    rows = [counts[result.id] for result in areas]
    whole = next((result for result in results if result.service_area is None), None)
    if whole is not None:
        parts = [sum(column) for column in zip(*rows, strict=True)] or [0] * (len(values) + 1)
        rest = [max(all_ - part, 0) for all_, part in zip(counts[whole.id], parts, strict=True)]
        rows = [*rows, rest] if any(parts) else [counts[whole.id]]
    cells = find_hidden(rows, least)
    columns: list[str | None] = [*values, "", None]
    found = []
    for result in results:
        row = len(rows) if result.service_area is None else areas.index(result)
        found.append({columns[column] for at, column in cells if at == row})
    return found


def _list_counts(result: SurveyResult, values: Sequence[str]) -> list[int]:
    given = {answer["value"]: answer["count"] for answer in result.answers}
    return [*(given.get(value, 0) for value in values), result.answered - sum(given.values())]


def _show(result: SurveyResult, hidden: set[str | None] | None) -> SurveyResultOut:
    kept = hidden or set()
    shown = result.model_dump() | {
        "answered": None if None in kept else result.answered,
        "answers": [
            AnswerCountOut(
                value=answer["value"],
                count=None if answer["value"] in kept else answer["count"],
                suppressed=answer["value"] in kept,
            )
            for answer in result.answers
        ],
    }
    return SurveyResultOut.model_validate(shown)
