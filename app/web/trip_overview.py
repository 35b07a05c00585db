"""Screen 22, holiday trips over the years: who has had one and who is free for one, and what came of all (T23, T24)."""

from collections.abc import Mapping
from typing import Any

from fastapi import Response

from app.web.applicants import HANDLERS, name_applicants
from app.web.pages import Page, View
from app.web.words import word

YEARS = 2
"""So many are evaluated together: the trial was of two."""
GROUPS: Mapping[str, tuple[str, str]] = {
    "year": ("År", ""),
    "length": ("Lengd", "trip_span"),
    "need_grade": ("Bistand", "need_grade"),
    "service_area": ("Teneste", "service_area"),
}
_OUTCOMES = (("Innvilga", "granted"), ("Avslegne", "rejected"), ("Anna", "other"))


async def show_overview(view: View) -> Response:
    """Who is free for a trip, each year's decisions, and the evaluation without names."""
    year = int(view.request.path_params["year"])
    overview = await view.api.get("/v1/trips/overview", year=year)
    first, last = f"{year - YEARS + 1}-01-01", f"{year}-12-31"
    names = await name_applicants(view, overview["people"])
    people = [
        {**one, "name": names[one["participant_id"]], "span": word(one["length"], "trip_span")}
        for one in overview["people"]
    ]
    evaluation = await view.api.get("/v1/trips/evaluation", **{"from": first, "to": last})
    return view.render(
        "ferieoversyn.html",
        year=year,
        people=sorted(people, key=lambda one: (one["free_from"] or 0, one["name"], one["length"])),
        years=[{**one, "reasons": _describe_reasons(one)} for one in overview["years"]],
        evaluation=evaluation,
        first_year=year - YEARS + 1,
        groups=[_lay_out(group) for group in evaluation["groups"] if group["items"]],
    )


def _lay_out(group: Mapping[str, Any]) -> dict[str, Any]:
    """A table of a group; without the outcomes where nothing of them is shown (S6)."""
    title, words = GROUPS[group["by"]]
    shown = any(one[name] is not None for one in group["items"] for _, name in _OUTCOMES)
    return {
        "title": title,
        "words": words,
        "columns": [("Søknader", "applied"), *(_OUTCOMES if shown else ())],
        "rows": group["items"],
    }


def _describe_reasons(counts: Mapping[str, Any]) -> str:
    """`Andre vart sette føre 2, Kom etter fristen 1`."""
    return ", ".join(f"{word(one['reason'], 'trip_reason')} {one['count']}" for one in counts["rejected_by_reason"])


PAGES = (Page("/feriereiser/{year:int}/oversyn", show_overview, *HANDLERS),)
