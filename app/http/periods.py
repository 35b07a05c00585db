"""Days that a request names: the period of a query, and days that may not lie ahead."""

from datetime import date

from app import clock
from app.http.problems import VALIDATION


def require_in_order(first: date | None, last: date | None) -> None:
    """422 `validation` that points at `to` where it is before `from`: such a period has no day, and was not meant."""
    if first is not None and last is not None and last < first:
        raise VALIDATION("«to» er før «from».", pointer="#/query/to")


def require_not_ahead(day: date | None, field: str) -> None:
    """422 `validation` that points at the field where what has happened lies after today."""
    today = clock.today()
    if day is not None and day > today:
        raise VALIDATION(
            f"«{field}» er {day}, etter i dag ({today}): det som har hendt, kan ikkje liggje fram i tid.",
            pointer=f"#/{field}",
        )


def require_not_before(day: date | None, field: str, earliest: date | None, what: str) -> None:
    """422 `validation` that points at the field of a step that lies before the step before it, which `what` names."""
    if day is not None and earliest is not None and day < earliest:
        raise VALIDATION(f"«{field}» er {day}, før {what} ({earliest}).", pointer=f"#/{field}")
