"""Screen 8, «Kva om»: the year, and several years, under assumed changes (C9, C15); nothing is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from fastapi import Response
from fastapi.responses import RedirectResponse

from app.web.calls import Refused
from app.web.fields import Amount, Decimals, Field, Invalid, Option, Select
from app.web.forms import Form, Wrong, make_form
from app.web.names import load_names, load_providers
from app.web.pages import Page, View
from app.web.render import NBSP, to_date, typed_date
from app.web.what_if_answer import (
    Base,
    compare,
    describe_answer,
    describe_years,
    draw_close_ups,
    draw_lines,
    draw_years,
    list_years,
)
from app.web.what_if_changes import (
    KINDS,
    OF_A_PLACE,
    ONCE,
    Known,
    Row,
    describe_change,
    find_day,
    find_rows,
    make_fields,
    read_changes,
    suggest,
)
from app.web.year import READERS, SEE_PARTS, SENTENCES, count_closed_months, find_watch_percent

MOST_YEARS = 10
CHOOSE = "plass"
PLACES_SHOWN = 25
_YEARS_SHOWN = 5
_LAST_YEAR = 2099


async def show_what_if(view: View) -> Response:
    """The changes as a form, and beside it what they come to; a button adds or removes one by an address of its own."""
    base = await _load_base(view)
    rows = find_rows(view.request.query_params)
    added, removed = view.query("ny"), view.query("fjern")
    if added in KINDS or removed:
        return _lead_to(view, base, rows, added, removed)
    if added == CHOOSE:
        return RedirectResponse(f"/aaret/{base.year}/kva-om/plass?{urlencode(_list_kept(view))}", 303)
    last_year = _find_last_year(view, base.year)
    form = _make_form(view, base, rows, last_year)
    outcome: dict[str, Any] = {}
    status = 200
    try:
        outcome = await _compute(view, base, rows, form, last_year)
    except Wrong as wrong:
        status, form = 422, form.with_errors(wrong.errors)
    except Refused as refused:
        if refused.status not in (404, 409, 422):
            raise
        status, form = refused.status, form.refuse(refused)
    values = {
        "year": base.year,
        "form": form,
        "kept": {name: value for name, value in view.request.query_params.items() if name != "on"},
        "rows": rows,
        "offered": _list_offered(view, base, rows),
        "examples": _list_examples(view, base),
        "last_year": last_year,
        "year_fields": [name for name in form.fields if name.startswith("aara-")],
        "outcome": outcome or None,
    }
    return view.render("kva-om.html", status=status, failed=form.has_failed, **values)


async def choose_place(view: View) -> Response:
    """One placement for a change of its own, by its person: the places of a provider that the case office looks at."""
    year: int = view.request.path_params["year"]
    provider_id, after = view.query("hjaa"), view.query("etter") or None
    providers = await load_providers(view.api)
    kept = [one for one in _list_kept(view) if one[0] not in ("hjaa", "etter")]
    page: Mapping[str, Any] = {"items": [], "next": None}
    if provider_id:
        on = view.on if view.on.year == year else date(year, 1, 1)
        page = await view.api.get(
            "/v1/placements", provider_id=provider_id, active_on=on, limit=PLACES_SHOWN, after=after
        )
    names = await load_names(view.api, [one["participant_id"] for one in page["items"]]) if page["items"] else {}
    return view.render(
        "kva-om-plass.html",
        year=year,
        kept=kept,
        chosen=provider_id,
        providers=[("", "Vel"), *sorted(providers.items(), key=lambda one: one[1])],
        back=_write_address(year, kept),
        places=[
            {
                **one,
                "name": names.get(one["participant_id"], "Ein plass"),
                "changes": [
                    (_write_address(year, [*kept, ("ny", code), ("plass", one["id"])]), text)
                    for code, text in OF_A_PLACE.items()
                ],
            }
            for one in page["items"]
        ],
        more=f"?{urlencode([*kept, ('hjaa', provider_id), ('etter', page['next'])])}" if page["next"] else None,
    )


async def _load_base(view: View) -> Base:
    year: int = view.request.path_params["year"]
    if not 1900 <= year <= _LAST_YEAR:
        raise Invalid("Året må vere mellom 1900 og 2099.")
    api, on = view.api, view.on
    # Management sees sums alone: no provider, and no month by who closed it.
    sees_parts = not view.roles.isdisjoint(SEE_PARTS)
    rates = [one for one in await api.list("/v1/rates") if to_date(one["known_from"]) <= on]
    versions = await api.list("/v1/guideline-versions")
    frames = [one for one in await api.list(f"/v1/budgets/{year}/frames") if to_date(one["adopted_on"]) <= on]
    refunds = await api.list(f"/v1/budgets/{year}/expected-refunds") if sees_parts else []
    settlements = await api.list(f"/v1/budgets/{year}/settlements") if sees_parts else []
    begun = [one for one in rates if to_date(one["valid_from"]) <= max(on, date(year, 1, 1))]
    rate = max(begun, key=lambda one: (one["valid_from"], one["known_from"]), default=None)
    version = max(
        (one for one in versions if to_date(one["valid_from"]) <= on), key=lambda one: one["valid_from"], default=None
    )
    frame = max(frames, key=lambda one: (one["adopted_on"], one["id"]), default=None)
    known = Known(
        providers=dict(sorted((await load_providers(api)).items(), key=lambda one: one[1])) if sees_parts else {},
        places=await _load_places(view),
        rate=None if rate is None else Decimal(rate["monthly_amount"]),
        percent=50 if version is None else int(Decimal(version["supplement_percent"])),
        frame=None if frame is None else frame["amount"],
        refund=(refunds[-1]["amount"] if refunds else "0.00") if sees_parts else None,
    )
    return Base(year, known, frames, count_closed_months(settlements, year, on), find_watch_percent(versions, on))


async def _load_places(view: View) -> dict[str, str]:
    """The places that the address names: whose and where, for those who may see it."""
    wanted = {
        value
        for row in find_rows(view.request.query_params)
        if row.code in OF_A_PLACE and (value := view.query(row.name_of("plass")))
    }
    if not wanted:
        return {}
    try:
        found = await view.api.list("/v1/placements", id=sorted(wanted))
    except Refused as refused:
        if refused.status != 422:
            raise
        return {}
    people = [one["participant_id"] for one in found] if "case_officer" in view.roles else []
    names = await load_names(view.api, people) if people else {}
    providers = await load_providers(view.api)
    return {
        one["id"]: f"{names.get(one['participant_id'], 'Ein plass')}, {providers.get(one['provider_id'], '')}"
        for one in found
    }


def _find_last_year(view: View, year: int) -> int:
    """The last of the years that are shown."""
    typed = view.query("aara-til")
    latest = min(year + MOST_YEARS - 1, _LAST_YEAR)
    return int(typed) if typed.isdecimal() and year <= int(typed) <= latest else min(year + _YEARS_SHOWN - 1, latest)


def _make_form(view: View, base: Base, rows: Sequence[Row], last_year: int) -> Form:
    """The fields of the changes, and of what is assumed of the years after; filled in as the address says."""
    query = view.request.query_params
    latest = min(base.year + MOST_YEARS - 1, _LAST_YEAR)
    own = int(any(row.code == "ramme" for row in rows))
    fields: list[Field] = [
        *make_fields(rows, base.known, base.year),
        Select(
            name="aara-til",
            label="Til og med år",
            to="to_year",
            options=[Option(str(one), str(one)) for one in range(base.year, latest + 1)],
        ),
        Decimals(
            name="aara-auke",
            label="Satsen opp kvart år",
            to="rate_percent_a_year",
            unit="%",
            required=False,
            hint="Frå 1. januar etter den siste satsen som er kjend. Tomt: satsen står.",
        ),
    ]
    for year in range(base.year + 1, last_year + 1):
        name = f"aara-ramme-{year}"
        is_sent = bool(query.get(name, "").strip())
        target = f"frames/{own}/amount" if is_sent else ""
        own += is_sent
        fields.append(Amount(name=name, label=f"Ramme {year}", to=target, required=False))
    form = make_form(*fields)
    values = {name: query.getlist(name) for name in form.fields if name in query}
    return replace(form, values={"aara-til": [str(last_year)], **values})


async def _compute(view: View, base: Base, rows: Sequence[Row], form: Form, last_year: int) -> dict[str, Any]:
    """What the API says of the years and of the year itself. Raises `Wrong`, `Refused`.

    Several years take every change, so that what is wrong with one is said of it; the year itself takes those that have
    begun by its end. A frame that is assumed of the year is its own alone.
    """
    changes = read_changes(rows, form.read())
    frames = [{"year": base.year, "amount": change["amount"]} for row, change in changes if row.code == "ramme"] + [
        {"year": int(name.rpartition("-")[2]), "amount": typed}
        for name in form.fields
        if name.startswith("aara-ramme-") and (typed := form[name].read(form.values.get(name, ())))
    ]
    asked = {
        "from_year": base.year,
        "to_year": last_year,
        "rate_percent_a_year": form["aara-auke"].read(form.values.get("aara-auke", ())),
    }
    dated = [change for row, change in changes if row.code != "ramme"]
    after_years = await view.api.post(
        "/v1/budgets/what-if/years", asked | {"changes": dated, "frames": frames}, on=view.on
    )
    begun = [change for _, change in changes if (day := find_day(change)) is None or day.year <= base.year]
    found = await view.api.post(f"/v1/budgets/{base.year}/what-if", {"changes": begun}, on=view.on)
    before_years = await view.api.post("/v1/budgets/what-if/years", asked, on=view.on) if changes else after_years
    before, after = found["before"], found["after"]
    years = list_years(before_years["years"], after_years["years"])
    return {
        "words": [describe_change(row, change, base.known) for row, change in changes],
        "look": SENTENCES[after["flag"]],
        "sentence": describe_answer(before, after, bool(changes)),
        "compared": compare(before, after),
        "close_ups": draw_close_ups(after, base.watch),
        "months": found["months"],
        "before": before,
        "after": after,
        "lines": draw_lines(base, view.on, found),
        "years": years,
        "years_sentence": describe_years(years, after_years["first_overrun_year"], form.value("aara-auke").strip()),
        "bars": draw_years(years, after_years["first_overrun_year"]),
    }


def _list_offered(view: View, base: Base, rows: Sequence[Row]) -> list[tuple[str, str]]:
    """The kinds of change that can be added here, as value and text of their buttons."""
    there = {row.code for row in rows}
    offered = [
        (code, kind.title)
        for code, kind in KINDS.items()
        if code not in OF_A_PLACE
        and not (code in ONCE and code in there)
        and not (kind.find("hjaa") and not base.known.providers)
        and not (code == "refusjon" and base.known.refund is None)
    ]
    return [*offered, (CHOOSE, "Éin bestemt plass …")] if "case_officer" in view.roles else offered


def _list_examples(view: View, base: Base) -> list[tuple[str, str]]:
    """Ready examples, as addresses: one more place, a higher rate, a higher frame."""
    known, day = base.known, _find_first_day(view.on, base.year)
    made = [("Éin plass til", "fleire", suggest("fleire", known, day))]
    if known.rate is not None:
        raised = Amount(name="", label="").format((known.rate * Decimal("1.03")).quantize(Decimal("0.01")))
        made.append((f"Sats opp 3{NBSP}%", "sats", suggest("sats", known, day) | {"belop": raised}))
    if known.frame is not None:
        raised = Amount(name="", label="").format((Decimal(known.frame) * Decimal("1.05")).quantize(Decimal(1)))
        made.append((f"Ramme opp 5{NBSP}%", "ramme", {"belop": raised}))
    on = [("on", typed_date(view.on))] if view.query("on") else []
    return [
        (text, _write_address(base.year, [*on, *((f"{code}-1-{name}", value) for name, value in values.items())]))
        for text, code, values in made
    ]


def _find_first_day(on: date, year: int) -> date:
    """From when a change is suggested: the next month in the year, or its beginning where the day is not in it."""
    if on.year != year:
        return date(year, 1, 1)
    return on if on.month == 12 else date(year, on.month + 1, 1)


def _lead_to(view: View, base: Base, rows: Sequence[Row], added: str, removed: str) -> Response:
    """To the address with a change more, or less; the others stay as they are typed."""
    kept = [one for one in _list_kept(view) if not removed or not one[0].startswith(f"{removed}-")]
    target = ""
    if added in KINDS:
        row = Row(max((one.number for one in rows), default=0) + 1, added)
        values = suggest(added, base.known, _find_first_day(view.on, base.year))
        if added in OF_A_PLACE:
            values = {"plass": view.query("plass")} | values
        kept += [(row.name_of(name), value) for name, value in values.items()]
        target = f"#{row.name_of(row.kind.fields[0].name)}"
    return RedirectResponse(_write_address(base.year, kept) + target, 303)


def _list_kept(view: View) -> list[tuple[str, str]]:
    """The address's values without what a button or a link asked for."""
    values = view.request.query_params.multi_items()
    return [(name, value) for name, value in values if name not in ("ny", "fjern", "plass")]


def _write_address(year: int, values: Sequence[tuple[str, str]]) -> str:
    return f"/aaret/{year}/kva-om?{urlencode(values)}"


ROUTES = (
    Page("/aaret/{year:int}/kva-om", show_what_if, *READERS),
    Page("/aaret/{year:int}/kva-om/plass", choose_place, "case_officer"),
)
