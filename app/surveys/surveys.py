"""What is taken in of a survey, and what of it is shown (S6, S7)."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from app.database.queries import Queries
from app.database.unit_of_work import UnitOfWork
from app.http.problems import VALIDATION
from app.rates.rates import load_least_count
from app.rules.survey_suppression import QuestionResult, suppress_survey
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
    """S6: results as a caller is shown them; suppressed ones are all of one survey, since they tell of each other."""
    if not is_suppressed:
        return [_show(result, result.invited, result.answered, _map_answers(result)) for result in results]
    async with queries.acting_as("case_officer"):
        least = await load_least_count(queries, today)
    by_question: dict[str, list[SurveyResult]] = {}
    for result in results:
        by_question.setdefault(result.question, []).append(result)
    values = [
        list(dict.fromkeys(value for one in same for value in _map_answers(one))) for same in by_question.values()
    ]
    counts = [
        [QuestionResult(one.service_area, one.invited, one.answered, _count_answers(one, columns)) for one in same]
        for same, columns in zip(by_question.values(), values, strict=True)
    ]
    shown: dict[UUID, SurveyResultOut] = {}
    for same, columns, suppressed in zip(by_question.values(), values, suppress_survey(counts, least), strict=True):
        for result, one in zip(same, suppressed, strict=True):
            answers = dict(zip(columns, one.answers, strict=True))
            shown[result.id] = _show(result, one.invited, one.answered, answers)
    return [shown[result.id] for result in results]


def _map_answers(result: SurveyResult) -> dict[str, int]:
    return {answer["value"]: answer["count"] for answer in result.answers}


def _count_answers(result: SurveyResult, values: Sequence[str]) -> list[int]:
    """Of each answer to the question: an answer that a result does not have is nobody's."""
    given = _map_answers(result)
    return [given.get(value, 0) for value in values]


def _show(
    result: SurveyResult, invited: int | None, answered: int | None, answers: Mapping[str, int | None]
) -> SurveyResultOut:
    shown = [
        AnswerCountOut(value=value, count=answers[value], suppressed=answers[value] is None)
        for value in _map_answers(result)
    ]
    return SurveyResultOut.model_validate(
        result.model_dump() | {"invited": invited, "answered": answered, "answers": shown}
    )
