"""What a what-if comes to, for people: sentences, the comparison before and after, and the drawings (C9, C15)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from app.web import charts
from app.web.charts import MONTHS, NBSP, kr
from app.web.render import share
from app.web.what_if_changes import Known
from app.web.year import find_first_month_over, list_frames
from app.web.year_bars import ComparedYear, several_years


@dataclass(frozen=True, slots=True)
class Base:
    """What the changes are made to: the year, and what is known of it and of the places that are named."""

    year: int
    known: Known
    frames: Sequence[Mapping[str, Any]]
    closed: int
    watch: int


@dataclass(frozen=True, slots=True)
class Compared:
    """A line of the comparison: before, after, and the difference; `is_late` where it is over the frame."""

    name: str
    before: str
    difference: str
    after: str
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class YearRow:
    """A year of several: its forecast before and after, and what is left of its frame after."""

    year: int
    before: Decimal
    after: Decimal
    frame: Decimal | None

    @property
    def difference(self) -> Decimal:
        """What the changes cost in it."""
        return self.after - self.before

    @property
    def left(self) -> Decimal | None:
        """Frame less forecast; None where there is no frame."""
        return None if self.frame is None else self.frame - self.after


def describe_answer(before: Mapping[str, Any], after: Mapping[str, Any], has_changed: bool) -> str:
    """The one sentence that the budget meeting asks for."""
    lead = "Med endringane" if has_changed else "Utan endringar"
    if after["difference"] is None:
        return (
            f"Ramma for {after['year']} er ikkje vedteken. {lead} er prognosen {kr(Decimal(after['forecast']))} kroner."
        )
    left = Decimal(after["difference"])
    if left < 0:
        month = MONTHS[int(after["overrun"]["first_month"][5:]) - 1]
        return f"{lead} går prognosen {kr(-left)} kroner over ramma i {month}."
    return f"{lead} er det {kr(left)} kroner att av ramma."


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Compared]:
    """The figures that the changes move, and those that people ask for."""
    rows = [_compare_amounts("Prognose", before["forecast"], after["forecast"])]
    if before["incurred"] != after["incurred"]:
        rows.append(_compare_amounts("Påløpt", before["incurred"], after["incurred"]))
    if before["frame"] != after["frame"]:
        rows.append(_compare_amounts("Ramme", before["frame"], after["frame"]))
    if before["difference"] is not None or after["difference"] is not None:
        rows.append(
            _compare_amounts(
                "Att av ramma", before["difference"], after["difference"], is_late=after["flag"] == "overrun"
            )
        )
        percents = [Decimal(one["share_used_percent"] or 0) for one in (before, after)]
        moved = percents[1] - percents[0]
        rows.append(
            Compared(
                "Del av ramma",
                share(percents[0]) if before["share_used_percent"] else "–",
                f"{'+' if moved > 0 else ''}{share(moved).removesuffix('%').strip()}",
                share(percents[1]) if after["share_used_percent"] else "–",
                after["flag"] == "overrun",
            )
        )
    if Decimal(before["expected_refund"]) or Decimal(after["expected_refund"]):
        rows.append(_compare_amounts("Netto etter refusjon", before["net_forecast"], after["net_forecast"]))
    rows.append(_compare_amounts("Per plass og månad", before["average_monthly_cost"], after["average_monthly_cost"]))
    # Without a frame there is nothing to have room in.
    rooms = [None if one["frame"] is None else int(one["room_for_standard_places"]) for one in (before, after)]
    if rooms != [None, None]:
        rows.append(_compare_amounts("Rom for fleire plassar", *rooms))
    return rows


def _compare_amounts(
    name: str, before: str | int | None, after: str | int | None, *, is_late: bool = False
) -> Compared:
    """In whole kroner, or places; the tables of months and years have the øre."""
    was, will_be = (None if one is None else Decimal(one) for one in (before, after))
    moved = "–" if was is None or will_be is None else kr(will_be - was, sign=True)
    return Compared(name, "–" if was is None else kr(was), moved, "–" if will_be is None else kr(will_be), is_late)


def draw_close_ups(after: Mapping[str, Any], watch: int) -> list[str]:
    if not after["frame"] or not Decimal(after["frame"]):
        return []
    forecast, frame = Decimal(after["forecast"]), Decimal(after["frame"])
    return [
        charts.close_up(forecast, frame, watch_percent=watch, narrow=narrow, uid=f"naer-{'smal' if narrow else 'brei'}")
        for narrow in (False, True)
    ]


def draw_lines(base: Base, on: date, found: Mapping[str, Any]) -> list[str]:
    """Both lines through the year; an assumed frame is drawn in place of those that are adopted."""
    before, after = found["before"], found["after"]
    frames = list_frames(base.frames, base.year)
    if after["frame"] != before["frame"] and after["frame"] is not None:
        frames = [charts.Frame(date(base.year, 1, 1), Decimal(after["frame"]))]
    drawn = charts.Year(
        base.year,
        [Decimal(one["after"]) for one in found["months"]],
        base.closed if before["incurred"] == after["incurred"] else 0,
        on,
        Decimal(after["incurred"]),
        frames,
        base.watch,
        find_first_month_over(after),
    )
    title = (
        f"Samla kostnad gjennom {base.year}: kr{NBSP}{kr(Decimal(before['forecast']))} i dag,"
        f" kr{NBSP}{kr(Decimal(after['forecast']))} med endringane"
    )
    earlier = [Decimal(one["before"]) for one in found["months"]]
    return [
        charts.cumulative(drawn, narrow=narrow, uid=f"om-{'smal' if narrow else 'brei'}", title=title, before=earlier)
        for narrow in (False, True)
    ]


def list_years(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> list[YearRow]:
    return [
        YearRow(
            will_be["year"],
            Decimal(was["forecast"]),
            Decimal(will_be["forecast"]),
            None if will_be["frame"] is None else Decimal(will_be["frame"]),
        )
        for was, will_be in zip(before, after, strict=True)
    ]


def describe_years(years: Sequence[YearRow], first_over: int | None, raised: str) -> str:
    """When a frame is passed, and by which rates it is computed."""
    if first_over is not None:
        answer = f"Prognosen går over ramma først i {first_over}."
    elif any(one.frame is not None for one in years):
        answer = "Prognosen held seg innanfor ramma i alle år som har ei."
    else:
        answer = "Ingen av åra har ei ramme å måle mot."
    rate = (
        f"Etter den siste satsen som er kjend, er han rekna {raised}{NBSP}% opp kvart år."
        if raised
        else "Den siste satsen som er kjend, er rekna vidare."
    )
    return f"{answer} {rate}"


def draw_years(years: Sequence[YearRow], first_over: int | None) -> list[str]:
    compared = [ComparedYear(one.year, one.after, one.frame) for one in years]
    until = f"{years[0].year}–{years[-1].year}"
    point = f"over ramma først i {first_over}" if first_over else "ingen år over ei ramme"
    title = f"Prognose mot ramme {until}: {point}"
    return [
        several_years(compared, narrow=narrow, uid=f"aara-{'smal' if narrow else 'brei'}", title=title)
        for narrow in (False, True)
    ]
