"""The demo's survey of the next of kin (S7); made up."""

from datetime import date

from app.database.unit_of_work import UnitOfWork
from app.surveys.schemas import SurveyIn, SurveyResultIn
from app.surveys.surveys import record_result, record_survey
from app.surveys.tables import Survey

NUMBERED: dict[type[object], str] = {Survey: "survey"}
_VALUES = ("Ja", "Delvis", "Nei")
# Question -> service area -> how many gave each answer.
_ANSWERS: dict[str, dict[str, tuple[int, int, int]]] = {
    "Vert du ivareteken som pårørande?": {"habilitation": (21, 11, 6), "mental_health": (9, 8, 3)},
    "Får du den informasjonen du treng?": {"habilitation": (17, 14, 7), "mental_health": (8, 7, 5)},
    "Speglar vedtaket det behovet du ser?": {"habilitation": (15, 13, 9), "mental_health": (6, 9, 5)},
}


async def add_survey(unit: UnitOfWork, today: date) -> None:
    """A survey with three questions, by service area."""
    survey = await record_survey(
        unit,
        SurveyIn.model_validate(
            {
                "name": "Døme: pårørande om tenestene",
                "from": "2022-03-01",
                "to": "2022-04-30",
                "source": "Oppdikta tal i demoen",
            }
        ),
    )
    for question, areas in _ANSWERS.items():
        for area, counts in areas.items():
            answers = [{"value": value, "count": count} for value, count in zip(_VALUES, counts, strict=True)]
            body = {"question": question, "service_area": area, "invited": 60, "answered": sum(counts)}
            await record_result(unit, survey, SurveyResultIn.model_validate({**body, "answers": answers}), today)
