"""Refusals of rates and guideline versions."""

from app.http.exception_handlers import on_constraint
from app.http.problems import problem_type

RATE_EXISTS = problem_type(
    "rate-exists",
    409,
    title="Satsen er alt registrert",
    nn="Det finst alt ein sats som gjeld frå denne dagen og vart kjend den same dagen.",
    en="A rate with these `valid_from` and `known_from` exists; a correction has a later `known_from` (C1).",
)
GUIDELINE_VERSION_EXISTS = problem_type(
    "guideline-version-exists",
    409,
    title="Retningslinja har alt ei utgåve frå den dagen",
    nn="Det finst alt ei utgåve av retningslinja som gjeld frå denne dagen.",
    en="A guideline version with this `valid_from` is already recorded.",
)

on_constraint("uq_rate_valid_from_known_from", RATE_EXISTS, RATE_EXISTS.nn)
on_constraint("uq_guideline_version_valid_from", GUIDELINE_VERSION_EXISTS, GUIDELINE_VERSION_EXISTS.nn)
