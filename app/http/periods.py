"""A period that a query asks for: `from` and `to`, both counted, either or both left out."""

from datetime import date

from app.http.problems import VALIDATION


def require_in_order(first: date | None, last: date | None) -> None:
    """422 `validation` that points at `to` where it is before `from`: such a period has no day, and was not meant."""
    if first is not None and last is not None and last < first:
        raise VALIDATION("«to» er før «from».", pointer="#/query/to")
