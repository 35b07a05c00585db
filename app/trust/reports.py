"""The report of a year to the trust's board, for its accounts (R10): counts and sums, no names."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from fastapi import Response
from sqlalchemy import func, select
from sqlmodel import col

from app.database.queries import Queries
from app.database.unit_of_work import UnitOfWork
from app.http.content_negotiation import XLSX
from app.http.periods import require_not_before
from app.http.spreadsheets import Cell, Column, attachment, write_table, xlsx_file
from app.rules.money import from_ore
from app.rules.trust_report import compute_amounts, suppress_amounts, suppress_report
from app.security.roles import Actor
from app.trust.schemas import (
    PURPOSES,
    REJECT_REASONS,
    Purpose,
    RejectReason,
    TrustPurposeCount,
    TrustRaise,
    TrustReasonCount,
    TrustReportOut,
    TrustReportSendingIn,
)
from app.trust.tables import TrustReport
from app.trust.years import TrustYear, load_sums, load_year, to_kroner

REASON_WORDS: dict[RejectReason, str] = {
    "late": "Kom etter fristen",
    "not_resident": "Høyrer ikkje heime i kommunen",
    "documentation_missing": "Dokumentasjon manglar",
    "outside_purpose": "Utanfor føremålet",
    "trust_sum_exhausted": "Summen er brukt opp",
    "person_limit": "Over grensa for kvar person",
    "withdrawn": "Trekt av søkjaren",
    "other": "Anna grunn",
}
PURPOSE_WORDS: dict[Purpose, str] = {"respite": "Avlasting", "escort": "Følgje på ferietur"}
_COLUMNS = (Column("Kva", 44), Column("Tal", 10), Column("Beløp", 16), Column("Merknad", 50))
_HIDDEN = "1 til 4 personar, eller kan reknast ut: vert ikkje vist"


async def build_report(queries: Queries, year: int, on: date) -> TrustReportOut:
    """R10: a year as of a day. Raises `NO_TRUST_SUM`.

    Everybody gets the same report, with small counts hidden (S6): it travels on to the board.
    """
    async with queries.acting_as("case_officer"):
        found = await load_year(queries, year, on)
        sent_on = await _find_sending(queries, year, on)
    total = found.require_sum(on)
    granted = [case for case in found.cases if case.grant is not None and not case.is_undecided(on)]
    reasons = Counter(case.reason for case in found.cases if case.rejected_on is not None and not case.is_undecided(on))
    purposes = Counter(case.purpose for case in granted)
    counts = suppress_report(
        sum(case.is_undecided(on) for case in found.cases),
        [reasons[reason] for reason in REJECT_REASONS],
        [purposes[purpose] for purpose in PURPOSES],
    )
    amounts = suppress_amounts(
        compute_amounts(total, found.grants, on), found.grants, on, hides_count=counts.granted is None
    )
    money = {
        purpose: sum(case.grant.ore for case in granted if case.purpose == purpose and case.grant is not None)
        for purpose in PURPOSES
    }
    return TrustReportOut(
        year=year,
        on=on,
        sum=from_ore(total),
        raises=_list_raises(found, on),
        applications=counts.applications,
        undecided=counts.undecided,
        granted=counts.granted,
        rejected=counts.rejected,
        rejected_by_reason=[
            TrustReasonCount(reason=reason, count=count)
            for reason, count in zip(REJECT_REASONS, counts.rejected_by_reason, strict=True)
        ],
        by_purpose=[
            TrustPurposeCount(purpose=purpose, count=count, granted=None if count is None else from_ore(money[purpose]))
            for purpose, count in zip(PURPOSES, counts.granted_by_purpose, strict=True)
        ],
        granted_amount=to_kroner(amounts.granted),
        paid=to_kroner(amounts.paid),
        lapsed=to_kroner(amounts.lapsed),
        repaid=to_kroner(amounts.repaid),
        average=to_kroner(amounts.average),
        left=to_kroner(amounts.left),
        sent_on=sent_on,
    )


async def record_sending(unit: UnitOfWork, actor: Actor, year: int, body: TrustReportSendingIn) -> TrustReport:
    """R10: the report was sent to the board. Raises `NO_TRUST_SUM`; 422 for a day before the year's last."""
    last = date(year, 12, 31)
    TrustYear(year, await load_sums(unit, year)).require_sum(last)
    require_not_before(body.sent_on, "sent_on", last, "siste dagen i året")
    row = TrustReport(year=year, sent_on=body.sent_on, recorded_by=actor.name)
    unit.session.add(row)
    await unit.session.flush()
    return row


async def _find_sending(queries: Queries, year: int, on: date) -> date | None:
    found: date | None = await queries.fetch_value(
        select(func.max(col(TrustReport.sent_on))).where(col(TrustReport.year) == year, col(TrustReport.sent_on) <= on)
    )
    return found


def _list_raises(found: TrustYear, on: date) -> list[TrustRaise]:
    """R4: each raise that was decided by the day, the first first."""
    known = [row for row in found.sums if row.decided_on <= on]
    return [
        TrustRaise.model_validate(
            {
                "decided_on": row.decided_on,
                "decided_by": row.decided_by,
                "amount": row.amount - before.amount,
                "reason": row.reason,
            }
        )
        for before, row in zip(known, known[1:], strict=False)
    ]


def to_file(report: TrustReportOut) -> Response:
    """R10: the report as XLSX, a line for each figure."""
    with xlsx_file() as (workbook, content):
        write_table(workbook, f"Legatet {report.year}", _COLUMNS, list(_list_rows(report)))
    return attachment(content.getvalue(), XLSX, f"legatet-{report.year}.xlsx")


def _list_rows(report: TrustReportOut) -> Iterator[tuple[Cell, ...]]:
    yield "Summen for året", None, report.sum, f"per {report.on}"
    for one in report.raises:
        who = "styret" if one.decided_by == "board" else "kommunen"
        yield f"Auka {one.decided_on} av {who}", None, one.amount, one.reason
    for name, count in (
        ("Søknader", report.applications),
        ("Innvilga", report.granted),
        ("Avslegne", report.rejected),
        ("Ikkje avgjorde", report.undecided),
    ):
        yield name, count, None, _explain(count)
    for reason in report.rejected_by_reason:
        yield f"Avslegne: {REASON_WORDS[reason.reason]}", reason.count, None, _explain(reason.count)
    for purpose in report.by_purpose:
        yield f"Innvilga: {PURPOSE_WORDS[purpose.purpose]}", purpose.count, purpose.granted, _explain(purpose.count)
    for name, amount in (
        ("Innvilga i alt", report.granted_amount),
        ("Utbetalt", report.paid),
        ("Falle bort", report.lapsed),
        ("Betalt tilbake", report.repaid),
        ("Snitt av det som er innvilga", report.average),
        ("Att av summen", report.left),
    ):
        is_no_average = name.startswith("Snitt") and not report.granted and report.granted is not None
        yield name, None, amount, None if is_no_average else _explain(amount)


def _explain(value: object) -> str | None:
    return _HIDDEN if value is None else None
