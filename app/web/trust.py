"""Screen 19, the Ramberg trust: a year with its applications and what is left, one application, and the report (R)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fastapi import Response
from fastapi.responses import RedirectResponse

from app.http.content_negotiation import XLSX
from app.web.applicants import HANDLERS, ApplicantPages, name_applicants
from app.web.calls import Refused
from app.web.pages import Page, View, load_callers
from app.web.words import word

READERS = (*HANDLERS, "finance")
DECISIONS = ("grant", "reject")
TONES: Mapping[str, str] = {"undecided": "warning", "granted": "success", "rejected": ""}
APPLICANTS = ApplicantPages("/legat", "Legatet", "/legat/soknader/ny?deltakar=")


@dataclass(frozen=True, slots=True)
class Row:
    """An application in the list of a year."""

    address: str
    name: str
    received_on: str
    late: bool
    purpose: str
    amount: str
    status: str
    tone: str
    granted: str | None
    paid: str
    by_percent: str | None
    by_ceiling: str | None


async def show_this_year(view: View) -> Response:
    """To the year of the page's day; finance, which sees no people, to its report."""
    report = "" if not view.roles.isdisjoint(HANDLERS) else "/rapport"
    return RedirectResponse(f"/legat/{view.on.year}{report}", 303)


async def show_year(view: View) -> Response:
    """What is left, who has applied, and what each would get when too many ask."""
    year = int(view.request.path_params["year"])
    position = await find_position(view, year)
    found = await view.api.list("/v1/trust/applications", year=year)
    shares = None
    if position is not None and any(one["status"] == "undecided" for one in found):
        shares = await view.api.post(f"/v1/trust/years/{year}/shares", None, on=view.on)
    names = await name_applicants(view, found)
    due = await view.api.list("/v1/tasks", kind="trust_report", status=["open", "overdue"], on=view.on)
    if shares is not None and Decimal(shares["short"]) == 0:
        shares = None
    by_percent, by_ceiling = (
        {} if shares is None else {one["application_id"]: one["amount"] for one in shares[name]}
        for name in ("by_percent", "by_ceiling")
    )
    return view.render(
        "legat.html",
        year=year,
        position=position,
        shares=shares,
        due=due,
        rows=[
            Row(
                address=f"/legat/soknader/{one['id']}",
                name=names[one["participant_id"]],
                received_on=one["received_on"],
                late=one["late"],
                purpose=word(one["purpose"], "purpose"),
                amount=one["amount"],
                status=word(one["status"], "trust_status"),
                tone=TONES[one["status"]],
                granted=one["granted"],
                paid=one["paid"],
                by_percent=by_percent.get(one["id"]),
                by_ceiling=by_ceiling.get(one["id"]),
            )
            for one in sorted(
                found, key=lambda one: (one["status"] != "undecided", one["late"], one["received_on"], one["id"])
            )
        ],
    )


async def find_position(view: View, year: int) -> dict[str, Any] | None:
    """The year on the page's day, None where it has no sum."""
    try:
        position: dict[str, Any] = await view.api.get(f"/v1/trust/years/{year}", on=view.on)
    except Refused as refused:
        if refused.code != "no-trust-sum":
            raise
        return None
    return position


async def show_application(view: View) -> Response:
    """One application: what was asked for, what came of it, and what may be done next."""
    id_ = str(view.request.path_params["trust_application_id"])
    application = await view.api.get(f"/v1/trust/applications/{id_}")
    names = await name_applicants(view, [application])
    callers = await load_callers(view, (entry["recorded_by"] for entry in application["entries"]))
    left = Decimal(application["granted"] or 0) - Decimal(application["paid"]) - Decimal(application["lapsed"])
    holding = [entry for entry in application["entries"] if not entry["annulled_at"]]
    is_moved = any(entry["kind"] not in DECISIONS for entry in holding)
    return view.render(
        "legat-soknad.html",
        application=application,
        here=f"/legat/soknader/{id_}",
        name=names[application["participant_id"]],
        purpose=word(application["purpose"], "purpose"),
        standing=word(application["status"], "trust_status"),
        tone=TONES[application["status"]],
        seen_by="Forvaltningskontoret" if application["documentation_seen_by"] == "case_officer" else "Fagutvikling",
        left=left,
        may_repay=Decimal(application["paid"]) > Decimal(application["repaid"]),
        entries=[
            {
                **entry,
                "what": word(entry["kind"], "trust_entry"),
                "why": word(entry["reason"], "trust_reason") if entry["kind"] == "reject" else entry["reason"] or "",
                "by": callers[entry["recorded_by"]],
                "annullable": entry in holding and not (is_moved and entry["kind"] in DECISIONS),
            }
            for entry in application["entries"]
        ],
    )


async def show_report(view: View) -> Response:
    """The report to the board, for the browser's own print (R10)."""
    year = int(view.request.path_params["year"])
    try:
        report = await view.api.get(f"/v1/trust/years/{year}/report", on=view.on)
    except Refused as refused:
        if refused.code != "no-trust-sum":
            raise
        report = None
    return view.render("legat-rapport.html", year=year, report=report)


async def download_report(view: View) -> Response:
    """The report as a file for a spreadsheet."""
    year = int(view.request.path_params["year"])
    answer = await view.api.get_document(f"/v1/trust/years/{year}/report", XLSX, on=view.on)
    headers = {"Content-Disposition": answer.headers["content-disposition"]}
    return Response(answer.content, media_type=answer.headers["content-type"], headers=headers)


PAGES = (
    Page("/legat", show_this_year, *READERS),
    Page("/legat/{year:int}", show_year, *HANDLERS),
    Page("/legat/{year:int}/rapport", show_report, *READERS),
    Page("/legat/{year:int}/rapport/fil", download_report, *READERS),
    Page("/legat/soknader/{trust_application_id:uuid}", show_application, *HANDLERS),
    *APPLICANTS.routes,
)
