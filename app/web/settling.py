"""Screen 9, the settlement of a year and of a month: lines one can add, differences, and the two who agree (C13)."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from fastapi import Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from app.web.charts import MONTHS, SHORT
from app.web.fields import Choice, LongText, Option
from app.web.form_pages import Done, FormPage, Sent, Sheet
from app.web.forms import make_form
from app.web.names import load_providers
from app.web.pages import View, load_callers
from app.web.render import amount, long_date

# Status -> class of the cell, what it is called, and its tone.
STATUSES: Mapping[str, tuple[str, str, str]] = {
    "approved": ("approved", "Godkjend", "success"),
    "closed": ("closed", "Lukka, ventar på godkjenning", "warning"),
    "rejected": ("ready", "Avvist, må lukkast på nytt", "danger"),
}
CAUSES: Mapping[str, str] = {
    "rate": "Ny sats",
    "period": "Andre dagar",
    "share": "Anna del av plass",
    "supplement": "Tillegg",
    "legacy_price": "Annan eigen pris",
    "added": "Ny plass",
    "removed": "Plassen er borte",
    "correction": "Retting",
}
PARTS: Mapping[str, str] = {"base": "Grunnfinansiering", "legacy": "Eigen pris", "supplement": "Tillegg"}


@dataclass(frozen=True, slots=True)
class Month:
    """A cell and a row of the year."""

    number: int
    name: str
    short: str
    kind: str
    status: str
    tone: str
    total: str | None
    closed_by: str
    decided_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a line: days / days of the month x share x price."""

    kind: str
    first_day: str
    last_day: str
    days: int
    share: int
    price: str


@dataclass(frozen=True, slots=True)
class Line:
    """A place's month. `name` numbers the lines of a provider: no name of a person stands in a settlement."""

    name: str
    parts: Sequence[Part]
    divisor: int
    amount: str


async def show_this_year(view: View) -> Response:
    """To the year of the page's day."""
    return RedirectResponse(f"/oppgjer/{view.on.year}", 303)


async def show_settlements(view: View) -> Response:
    """Twelve months, and what each came to."""
    year: int = view.request.path_params["year"]
    found = await view.api.list(f"/v1/budgets/{year}/settlements")
    costs = (await view.api.get(f"/v1/budgets/{year}/costs", by="month", on=date(year, 12, 31)))["items"]
    names = await _load_names(view, found)
    settled = {one["month"]: one for one in sorted(found, key=lambda one: (one["month"], one["version"]))}
    expected = {int(one["month"][5:]): one["amount"] for one in costs}
    months = [_describe_month(year, number, settled.get(number), expected, names, view.on) for number in range(1, 13)]
    totals: defaultdict[str, Decimal] = defaultdict(Decimal)
    for one in settled.values():
        totals[one["status"]] += Decimal(one["total"])
    waiting = next((month for month in months if month.kind == "closed"), None)
    return view.render(
        "oppgjer.html", year=year, months=months, totals=totals, waiting=waiting, settled=settled, names=names
    )


async def show_settlement(view: View) -> Response:
    """A closed month with its lines and differences; one that is not closed says when it can be."""
    sheet = await prepare_settlement(view)
    return view.render("oppgjer-maanad.html", forms=sheet.forms, **sheet.values)


async def download_settlement(view: View) -> Response:
    """The lines and differences of a closed month as a file for a spreadsheet."""
    year, number = view.request.path_params["year"], view.request.path_params["month"]
    return await view.download(f"/v1/budgets/{year}/settlements/{number}")


async def prepare_settlement(view: View) -> Sheet:
    """The month, and the forms that close it and decide on it."""
    year, number = view.request.path_params["year"], view.request.path_params["month"]
    if not 1 <= number <= 12:
        raise HTTPException(404)
    settlement = await view.api.find(f"/v1/budgets/{year}/settlements/{number}")
    values: dict[str, Any] = {"year": year, "number": number, "month": MONTHS[number - 1], "settlement": settlement}
    forms = {"lukking": make_form(), "godkjenning": make_form(_DECISION, _REASON)}
    opens_on = _opens_on(year, number)
    values |= {"opens_on": opens_on, "may_close": opens_on <= view.on and _is_to_be_closed(settlement)}
    if settlement is None:
        return Sheet(forms, values)
    providers = await load_providers(view.api)
    names = await _load_names(view, [settlement])
    values |= {
        "standing": STATUSES[settlement["status"]],
        "lines": _describe_lines(settlement["lines"], providers),
        "differences": [_describe_difference(one, providers) for one in settlement["differences"]],
        "sums": [
            {**one, "provider": providers.get(one["provider_id"] or "", "Verna plassar")}
            for one in settlement["providers"]
        ],
        "closed_by": names[settlement["closed_by"]],
        "decided_by": names.get(settlement["decided_by"]),
        "is_own": settlement["closed_by"] == view.session.actor.name,
    }
    return Sheet(forms, values)


_DECISION = Choice(
    name="avgjerd",
    label="Er oppgjeret rett?",
    to="approved",
    options=(Option("ja", "Ja, godkjenn oppgjeret"), Option("nei", "Nei, avvis det: månaden må lukkast på nytt")),
)
_REASON = LongText(name="grunn", label="Grunn", to="reason", required=False, hint="Må fyllast ut når du avviser.")


def _is_to_be_closed(settlement: Mapping[str, Any] | None) -> bool:
    return settlement is None or settlement["status"] == "rejected"


def _describe_difference(one: Mapping[str, Any], providers: Mapping[str, str]) -> dict[str, Any]:
    provider = providers.get(one["provider_id"] or "", "Ukjend vekstbedrift")
    return {**one, "provider": provider, "what": CAUSES.get(one["cause"], one["cause"])}


async def close_month(view: View, sent: Sent) -> Done:
    """The month's lines are frozen (C13)."""
    year, number = view.request.path_params["year"], view.request.path_params["month"]
    made = await view.api.post(f"/v1/budgets/{year}/settlements/{number}", None, sent.acting)
    total = f"{amount(made['total'])} kroner"
    return Done(f"/oppgjer/{year}/{number}", f"Månaden er lukka med {total}. No ventar han på at ein annan godkjenner.")


async def decide_settlement(view: View, sent: Sent) -> Done:
    """Another person agrees, or sends the month back with a reason."""
    year, number = view.request.path_params["year"], view.request.path_params["month"]
    approved = sent.form.value("avgjerd") == "ja"
    body = {"approved": approved} | ({"reason": sent.body["reason"]} if "reason" in sent.body else {})
    await view.api.post(f"/v1/budgets/{year}/settlements/{number}/approval", body, sent.acting)
    said = "Oppgjeret er godkjent." if approved else "Oppgjeret er avvist. Månaden må lukkast på nytt."
    return Done(f"/oppgjer/{year}/{number}", said)


def describe_months(year: int, settlements: Sequence[Mapping[str, Any]], on: date) -> list[Month]:
    """The twelve cells of a year as seen from a day, without who closed them: a month that is not over is open."""
    ordered = sorted(settlements, key=lambda one: (one["month"], one["version"]))
    settled = {one["month"]: one for one in ordered if _opens_on(year, one["month"]) <= on + timedelta(days=1)}
    names = {one[name]: "" for one in settlements for name in ("closed_by", "decided_by") if one[name]}
    return [_describe_month(year, number, settled.get(number), {}, names, on) for number in range(1, 13)]


async def _load_names(view: View, settlements: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    actors = {one[name] for one in settlements for name in ("closed_by", "decided_by") if one[name]}
    return await load_callers(view, actors)


def _opens_on(year: int, month: int) -> date:
    """The first day on which a month is over."""
    return date(year, month, monthrange(year, month)[1]) + timedelta(days=1)


def _describe_month(
    year: int,
    number: int,
    settlement: Mapping[str, Any] | None,
    expected: Mapping[int, str],
    names: Mapping[str, str],
    on: date,
) -> Month:
    opens_on = _opens_on(year, number)
    if settlement is not None:
        kind, status, tone = STATUSES[settlement["status"]]
    elif opens_on <= on:
        kind, status, tone = "ready", "Kan lukkast", "info"
    elif (year, number) == (on.year, on.month):
        kind, status, tone = "ready", f"Kan lukkast frå {long_date(opens_on)}", "info"
    else:
        kind, status, tone = "later", "Ikkje over", ""
    return Month(
        number=number,
        name=MONTHS[number - 1].capitalize(),
        short=SHORT[number - 1],
        kind=kind,
        status=status,
        tone=tone,
        total=settlement["total"] if settlement else expected.get(number),
        closed_by=names[settlement["closed_by"]] if settlement else "",
        decided_by=names[settlement["decided_by"]] if settlement and settlement["decided_by"] else "",
        reason=(settlement["reason"] or "") if settlement else "",
    )


def _describe_lines(lines: Sequence[Mapping[str, Any]], providers: Mapping[str, str]) -> list[Line]:
    counted: defaultdict[str, int] = defaultdict(int)
    described = []
    for line in sorted(lines, key=lambda one: (providers.get(one["provider_id"] or "", "\uffff"), one["id"])):
        provider = providers.get(line["provider_id"] or "", "Verna plass")
        counted[provider] += 1
        described.append(
            Line(
                name=f"{provider} {counted[provider]}",
                parts=[
                    Part(
                        PARTS.get(part["kind"], part["kind"]),
                        part["first_day"],
                        part["last_day"],
                        part["days"],
                        part["share"],
                        part["price"],
                    )
                    for part in line["parts"]
                ],
                divisor=line["divisor"],
                amount=line["amount"],
            )
        )
    return described


_ONE = "/oppgjer/{year:int}/{month:int}"
ROUTES = tuple(
    FormPage(f"{_ONE}/{form}", "oppgjer-maanad.html", prepare_settlement, send, *roles, form=form)
    for form, send, roles in (
        ("lukking", close_month, ("case_officer", "finance")),
        ("godkjenning", decide_settlement, ("finance",)),
    )
)
