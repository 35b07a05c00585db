"""Refusals of a year without prices (C1, C2)."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.http.problems import problem_type
from app.rules.prices import GuidelineMissing, RateMissing

RATE_MISSING = problem_type(
    "rate-missing",
    409,
    title="Sats manglar",
    nn="Det finst plassar på ein dag som ingen sats er kjend for.",
    en="There is a place on a day for which no rate is known (C1). `day` is the first such day.",
)
GUIDELINE_MISSING = problem_type(
    "guideline-missing",
    409,
    title="Retningslinje manglar",
    nn="Det finst plassar på ein dag før retningslinja gjeld.",
    en="There is a place on a day on which no guideline version is in force (C2). `day` is the first such day.",
)


@contextmanager
def refuse_missing_prices() -> Iterator[None]:
    """Raises `RATE_MISSING` or `GUIDELINE_MISSING` with the first day, for what the rules raise within it."""
    try:
        yield
    except RateMissing as missing:
        raise RATE_MISSING(
            f"Ingen sats er kjend for {missing.day}, og då finst det plassar.", day=f"{missing.day}"
        ) from missing
    except GuidelineMissing as missing:
        raise GUIDELINE_MISSING(
            f"Inga utgåve av retningslinja gjeld {missing.day}, og då finst det plassar.", day=f"{missing.day}"
        ) from missing
