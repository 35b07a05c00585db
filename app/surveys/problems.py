"""Why a survey or its results are refused (S7)."""

from app.http.exception_handlers import on_constraint
from app.http.problems import problem_type

SURVEY_EXISTS = problem_type(
    "survey-exists",
    409,
    title="Undersøkinga finst frå før",
    nn="Det finst alt ei undersøking med dette namnet frå denne dagen.",
    en="A survey with this name and first day is already recorded.",
)
TOO_FEW_ANSWERS = problem_type(
    "too-few-answers",
    422,
    title="For få svar",
    nn="Spørsmålet har for få svar til å takast vare på: kven som svara kva, kunne kome fram.",
    en="A question with fewer answers than the least count is not stored: what is not stored cannot leak (S7).",
)
ANSWERS_EXCEED_ANSWERED = problem_type(
    "answers-exceed-answered",
    422,
    title="Fleire svar enn svara",
    nn="Svara vert til saman fleire enn talet på dei som svara.",
    en="The answers add up to more than `answered`, or more have answered than were invited (S7).",
)

on_constraint("uq_survey_name_starts_on", SURVEY_EXISTS, SURVEY_EXISTS.nn)
