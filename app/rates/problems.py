"""Refusals of guideline versions."""

from app.http.exception_handlers import on_constraint
from app.http.problems import problem_type

GUIDELINE_VERSION_EXISTS = problem_type(
    "guideline-version-exists",
    409,
    title="Retningslinja har alt ei utgåve frå den dagen",
    nn="Det finst alt ei utgåve av retningslinja som gjeld frå denne dagen.",
    en="A guideline version with this `valid_from` is already recorded.",
)

on_constraint("uq_guideline_version_valid_from", GUIDELINE_VERSION_EXISTS, GUIDELINE_VERSION_EXISTS.nn)
