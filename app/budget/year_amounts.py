"""What is recorded for a year: revisions of its frame (C5) and expected refunds (C11). Rows are only added."""

from typing import TypeVar
from uuid import UUID

from app.budget.schemas import ExpectedRefundIn, FrameIn
from app.budget.tables import BudgetFrame, ExpectedRefund
from app.database.queries import Queries
from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find
from app.http.problems import NOT_FOUND

YearAmount = TypeVar("YearAmount", BudgetFrame, ExpectedRefund)


async def record_year_amount(
    unit: UnitOfWork, kind: type[YearAmount], year: int, body: FrameIn | ExpectedRefundIn
) -> YearAmount:
    """A new row of the year."""
    row = kind.model_validate({**body.model_dump(), "year": year})
    unit.session.add(row)
    await unit.session.flush()
    return row


async def find_year_amount(queries: Queries, kind: type[YearAmount], year: int, id_: UUID) -> YearAmount:
    """The row, if it is the year's; else `NOT_FOUND`."""
    row = await find(queries, kind, id_)
    if row.year != year:
        raise NOT_FOUND()
    return row
