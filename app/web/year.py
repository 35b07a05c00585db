"""Screen 7, the year in one picture, and screen 14, the same on two pages of paper."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from fastapi import Response
from fastapi.responses import RedirectResponse

from app.web import charts
from app.web.charts import MONTHS, NBSP, kr
from app.web.names import load_providers
from app.web.pages import View
from app.web.render import number, share, short_date, to_date
from app.web.settling import describe_months

SENTENCES: Mapping[str, tuple[str, str, str]] = {
    "within": ("within", "Innanfor ramma", "success"),
    "watch": ("watch", "Nær ramma", "warning"),
    "overrun": ("over", "Meirforbruk", "danger"),
    "no_frame": ("watch", "Inga ramme", "info"),
}
FOLLOW_UP = (
    ("plan", "Oppfølgingsplan (M1)"),
    ("conversation", "Samtalar (M3)"),
    ("cooperation_meeting", "Samarbeidsmøte (M4)"),
    ("evaluation", "Evalueringsrapport (M2)"),
)
SEE_PARTS = ("case_officer", "finance")
"""Roles that see what each provider costs, and who closed a month."""
READERS = (*SEE_PARTS, "manager")
PROTECTED = "Verna plassar"
"""What finance sees of places whose provider it is not shown."""


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A row of the table: what each provider cost, their sum, the sum so far, and what is left of the frame."""

    name: str
    state: str
    by_provider: Sequence[Decimal]
    amount: Decimal
    total: Decimal
    left: Decimal | None


@dataclass(frozen=True, slots=True)
class ProviderYear:
    """A provider's share of the year, its places drawn, and its months on the scale that all of them have."""

    name: str
    forecast: Decimal
    percent: str
    places: str
    squares: str
    bars: str


async def show_this_year(view: View) -> Response:
    """To the year of the page's day."""
    return RedirectResponse(f"/aaret/{view.on.year}", 303)


async def show_year(view: View) -> Response:
    """The answer first, then the line through the year, and what it is made of."""
    return view.render("aaret.html", **await _describe(view))


async def show_report(view: View) -> Response:
    """The year for the political case: two A4 pages from the browser's own print."""
    return view.render("rapport.html", **await _describe(view))


async def _describe(view: View) -> dict[str, Any]:
    """What both screens show. Management sees sums: neither a provider's part nor who closed a month (S6)."""
    api, year = view.api, int(view.request.path_params["year"])
    sees_parts = not view.roles.isdisjoint(SEE_PARTS)
    by = "month,provider" if sees_parts else "month"
    position = await api.get(f"/v1/budgets/{year}/position", on=view.on)
    costs = await api.list(f"/v1/budgets/{year}/costs", by=by, on=view.on)
    if sum((Decimal(one["amount"]) for one in costs), Decimal(0)) != Decimal(position["forecast"]):
        # Somebody has decided between the two calls.
        position = await api.get(f"/v1/budgets/{year}/position", on=view.on)
        costs = await api.list(f"/v1/budgets/{year}/costs", by=by, on=view.on)
    frames = await api.list(f"/v1/budgets/{year}/frames")
    settlements = await api.list(f"/v1/budgets/{year}/settlements") if sees_parts else []
    versions = await api.list("/v1/guideline-versions")
    providers = await load_providers(api)
    vacancies = await api.find("/v1/providers/vacancies", on=min(view.on, date(year, 12, 31)))
    counts = await api.find(f"/v1/follow-up/{year}/counts", on=view.on)
    by_provider, names = _sum_by_provider(costs, providers) if sees_parts else ([], [])
    months = _sum_by_month(costs)
    closed = count_closed_months(settlements, year, view.on)
    watch = find_watch_percent(versions, view.on)
    known = [frame for frame in frames if to_date(frame["adopted_on"]) <= view.on]
    incurred, first_over = Decimal(position["incurred"]), find_first_month_over(position)
    drawn = charts.Year(year, months, closed, view.on, incurred, list_frames(known, year), watch, first_over)
    title = _describe_line(position)
    rows = _build_rows(months, by_provider, position, closed, view.on, year)
    return {
        "year": year,
        "position": position,
        "look": SENTENCES[position["flag"]],
        "sentence": _describe_answer(position),
        "reason": _describe_reason(position, watch),
        "close_ups": _draw_close_ups(position, watch),
        "lines": [
            charts.cumulative(drawn, narrow=narrow, uid=f"aar-{'smal' if narrow else 'brei'}", title=title)
            for narrow in (False, True)
        ],
        "sees_parts": sees_parts,
        "closed": closed,
        "names": names,
        "rows": rows,
        "read_off": describe_read_off(rows),
        "month": view.on.month if view.on.year == year else 12,
        "sums": [sum(amounts, Decimal(0)) for amounts in by_provider],
        "frame_since": max((frame["adopted_on"] for frame in known), default=None),
        "capacity": _describe_capacity(vacancies, position["places"]),
        "providers": _describe_providers(names, by_provider, closed, vacancies, providers),
        "cells": describe_months(year, settlements, view.on),
        "follow_up": _describe_follow_up(counts),
    }


def _sum_by_month(costs: Sequence[Mapping[str, Any]]) -> list[Decimal]:
    found = [Decimal(0)] * 12
    for one in costs:
        found[int(one["month"][5:]) - 1] += Decimal(one["amount"])
    return found


def _sum_by_provider(
    costs: Sequence[Mapping[str, Any]], providers: Mapping[str, str]
) -> tuple[list[list[Decimal]], list[str]]:
    """Twelve amounts for each provider, by name; what has no provider comes last."""
    found: defaultdict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 12)
    for one in costs:
        name = providers.get(one["provider_id"] or "", PROTECTED)
        found[name][int(one["month"][5:]) - 1] += Decimal(one["amount"])
    names = sorted(found, key=lambda name: (name == PROTECTED, name))
    return [found[name] for name in names], names


def count_closed_months(settlements: Sequence[Mapping[str, Any]], year: int, on: date) -> int:
    """How many months from January on are closed or approved, of those that are over on the day."""
    closed = {
        one["month"] for one in settlements if one["status"] != "rejected" and _find_last_day(year, one["month"]) <= on
    }
    return next((month for month in range(12) if month + 1 not in closed), 12)


def _find_last_day(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def find_watch_percent(versions: Sequence[Mapping[str, Any]], on: date) -> int:
    """C7: the level of the version in force on the day."""
    in_force = [one for one in versions if to_date(one["valid_from"]) <= on]
    newest = max(in_force, key=lambda one: one["valid_from"], default=None)
    return 95 if newest is None else int(Decimal(newest["watch_percent"]))


def list_frames(known: Sequence[Mapping[str, Any]], year: int) -> list[charts.Frame]:
    ordered = sorted(known, key=lambda one: (one["adopted_on"], one["id"]))
    return [
        charts.Frame(max(to_date(frame["adopted_on"]), date(year, 1, 1)), Decimal(frame["amount"])) for frame in ordered
    ]


def find_first_month_over(position: Mapping[str, Any]) -> int | None:
    return int(position["overrun"]["first_month"][5:]) if position["overrun"] else None


def _describe_answer(position: Mapping[str, Any]) -> str:
    """The one sentence that people came for."""
    if position["difference"] is None:
        return f"Ramma for {position['year']} er ikkje vedteken."
    difference = Decimal(position["difference"])
    if difference < 0:
        return f"Prognosen går {kr(-difference)} kroner over ramma."
    return f"Det er {kr(difference)} kroner att av ramma."


def _describe_reason(position: Mapping[str, Any], watch: int) -> str:
    room, first = position["room_for_standard_places"], short_date(position["room_from"])
    if position["flag"] == "no_frame":
        return "Utan ei ramme kan ingen seie om plassane får plass i budsjettet."
    if position["overrun"]:
        month = MONTHS[int(position["overrun"]["first_month"][5:]) - 1]
        return f"Samla kostnad passerer ramma i {month}."
    level = Decimal(position["frame"]) * watch / 100
    passed = (
        f"Prognosen har passert varselgrensa på {watch}{NBSP}% (kr{NBSP}{kr(level)}). "
        if position["flag"] == "watch"
        else ""
    )
    if not room:
        return f"{passed}Det er ikkje rom for fleire standardplassar frå {first}."
    places = "éin standardplass" if room == 1 else f"{room} standardplassar"
    return f"{passed}Det er rom for {places} til frå {first}."


def _describe_line(position: Mapping[str, Any]) -> str:
    """The point of the line, for those who do not see it."""
    forecast = f"prognosen er kr{NBSP}{kr(Decimal(position['forecast']))}"
    if position["frame"] is None:
        return f"Samla kostnad gjennom {position['year']}: {forecast}, og inga ramme er vedteken"
    frame = f"ramma kr{NBSP}{kr(Decimal(position['frame']))}"
    if position["overrun"]:
        month = MONTHS[int(position["overrun"]["first_month"][5:]) - 1]
        return f"Samla kostnad gjennom {position['year']} passerer ramma i {month}: {forecast}, {frame}"
    return f"Samla kostnad gjennom {position['year']} held seg under ramma: {forecast}, {frame}"


def _draw_close_ups(position: Mapping[str, Any], watch: int) -> list[str]:
    if not position["frame"] or not Decimal(position["frame"]):
        return []
    forecast, frame = Decimal(position["forecast"]), Decimal(position["frame"])
    return [
        charts.close_up(forecast, frame, watch_percent=watch, narrow=narrow, uid=f"naer-{'smal' if narrow else 'brei'}")
        for narrow in (False, True)
    ]


def _build_rows(
    months: Sequence[Decimal],
    by_provider: Sequence[Sequence[Decimal]],
    position: Mapping[str, Any],
    closed: int,
    on: date,
    year: int,
) -> list[MonthRow]:
    rows = []
    frame = None if position["frame"] is None else Decimal(position["frame"])
    for i, total in enumerate(charts.running(months)):
        state = "Oppgjort" if i < closed else "Påløpt" if _find_last_day(year, i + 1) <= on else "Prognose"
        amounts = [provider[i] for provider in by_provider]
        left = None if frame is None else frame - total
        rows.append(MonthRow(MONTHS[i].capitalize(), state, amounts, months[i], total, left))
    return rows


def _describe_capacity(vacancies: Mapping[str, Any] | None, places: int) -> tuple[Decimal, str] | None:
    """The capacity of all providers, and what makes it up (P2), for those who may see it.

    In use + promised + free is the capacity. Part places take less of it than their number.
    """
    if vacancies is None:
        return None
    capacity, active, promised, free = (
        sum((Decimal(one[name]) for one in vacancies["items"]), Decimal(0))
        for name in ("capacity", "active", "promised", "free")
    )
    parts = [f"utgjer {number(active)} heile"] if active != places else []
    if promised:
        parts.append(f"{number(promised)} {'lovd' if promised == 1 else 'lovde'}")
    parts.append(f"{number(free)} {'ledig' if free == 1 else 'ledige'}")
    return capacity, " · ".join(parts)


def _describe_providers(
    names: Sequence[str],
    by_provider: Sequence[Sequence[Decimal]],
    closed: int,
    vacancies: Mapping[str, Any] | None,
    providers: Mapping[str, str],
) -> list[ProviderYear]:
    top = max((amount for amounts in by_provider for amount in amounts), default=Decimal(0))
    whole = sum((amount for amounts in by_provider for amount in amounts), Decimal(0))
    places = {providers[one["provider_id"]]: one for one in (vacancies["items"] if vacancies else ())}
    found = []
    for index, (name, amounts) in enumerate(zip(names, by_provider, strict=True)):
        forecast = sum(amounts, Decimal(0))
        active, capacity, _ = _count_places(places[name]) if name in places else (0, 0, 0)
        found.append(
            ProviderYear(
                name=name,
                forecast=forecast,
                percent=share(forecast * 100 / whole, 1) if whole else "",
                places=f"{active} av {capacity} plassar" if name in places else "",
                squares=_draw_places(places[name], index, name) if name in places else "",
                bars=charts.month_bars(amounts, closed=closed, top=top, uid=f"stolpar-{index}", name=name),
            )
        )
    return found


def _count_places(vacancy: Mapping[str, Any]) -> tuple[int, int, int]:
    """In use, in all and promised, in squares: whole places."""
    active = round(Decimal(vacancy["active"]))
    return active, max(round(Decimal(vacancy["capacity"])), active), round(Decimal(vacancy["promised"]))


def _draw_places(vacancy: Mapping[str, Any], index: int, name: str) -> str:
    active, capacity, promised = _count_places(vacancy)
    return charts.places(active, capacity, promised=promised, uid=f"plassar-{index}", name=name)


def _describe_follow_up(counts: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """How far the year's follow-up has come; for those who may see the counts."""
    if counts is None:
        return []
    described = []
    for kind, text in FOLLOW_UP:
        of_kind = counts["municipality"][kind]
        title = f"{text}: {of_kind['done']} av {of_kind['due']} er gjort, {of_kind['overdue']} er over frist"
        described.append(
            {
                "text": text,
                **of_kind,
                "bar": charts.share_bar(
                    of_kind["done"], of_kind["overdue"], of_kind["due"], uid=f"folg-{kind}", title=title
                ),
            }
        )
    return described


def describe_read_off(rows: Sequence[MonthRow]) -> str:
    """The sentence of each month for the chart's read-off, one after another."""
    sentences = []
    for row in rows:
        left = ""
        if row.left is not None:
            left = f" – kr{NBSP}{kr(row.left)} att" if row.left >= 0 else f" – kr{NBSP}{kr(-row.left)} over"
        sentences.append(
            f"{row.name}: kr{NBSP}{kr(row.amount)}, samla kr{NBSP}{kr(row.total)} ({row.state.lower()}){left}"
        )
    return "|".join(sentences)
