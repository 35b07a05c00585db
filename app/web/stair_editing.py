"""What the case office keeps of the stairs, on one page: each row with the form that changes it (K1–K4, K6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Response

from app.web.calls import Refused
from app.web.fields import Option
from app.web.pages import Page, View
from app.web.stairs import TITLES

EDIT_PAGE = "/trapp/rediger"
KEYS = {"aktivitet": "activity", "bustad": "housing"}
"""The stairs as they are called in addresses."""
PLACES = ("Frekhaug", "Knarvik", "Lindås", "Manger", "Ostereidet", "Rossland")


@dataclass(frozen=True, slots=True)
class Stair:
    """The stair in the address, with what a form may be about: its steps and services."""

    key: str
    path: str
    steps: Sequence[Mapping[str, Any]]
    services: Sequence[Mapping[str, Any]]

    @property
    def is_activity(self) -> bool:
        return self.key == "activity"

    def name_line(self, row: Mapping[str, Any]) -> str:
        """`3 · Omsorgsbustader`: what a row of places or needs is of."""
        step = next(one for one in self.steps if one["id"] == row["step_id"])
        service = next((one for one in self.services if one["id"] == row.get("service_id")), step)
        return f"{step['number']} · {service['name']}"

    def list_lines(self, *, with_enterprises: bool) -> list[Option]:
        """The steps and their services to choose between. Places of enterprises are counted at the providers (K5)."""
        return [
            option
            for step in self.steps
            for option in (
                Option(step["id"], f"{step['number']} · {step['name']}"),
                *(
                    Option(f"{step['id']} {one['id']}", f"{step['number']} · {step['name']}: {one['name']}")
                    for one in self.services
                    if one["step_id"] == step["id"] and (with_enterprises or one["kind"] != "sheltered_enterprise")
                ),
            )
        ]


async def load_stair(view: View) -> Stair:
    """The stair in the address. Raises `Refused`."""
    key = KEYS.get(view.request.path_params["stair"])
    if key is None:
        raise Refused(404, {})
    return await _load(view, key)


async def _load(view: View, key: str) -> Stair:
    path = f"/v1/stairs/{key}"
    steps = sorted(await view.api.list(f"{path}/steps"), key=lambda one: one["number"])
    services = sorted(await view.api.list(f"{path}/services"), key=lambda one: one["name"])
    return Stair(key, path, steps, services)


async def show_editing(view: View) -> Response:
    """Both stairs: steps with their services, the counts of places, published tables beside their sums, and needs."""
    stairs = []
    for name, key in KEYS.items():
        stair = await _load(view, key)
        capacities = await view.api.list(f"{stair.path}/capacities")
        tables = (await view.api.get(f"{stair.path}/tables"))["items"]
        needs = await view.api.list(f"{stair.path}/needs")
        stairs.append(
            {
                "key": key,
                "name": name,
                "title": TITLES[key],
                "stair": stair,
                "counts": [one for one in reversed(capacities) if one["table_id"] is None],
                "tables": [_lay_out(table, capacities) for table in tables],
                "needs": [*reversed(needs)],
            }
        )
    reviews = await view.api.list("/v1/stair-reviews")
    last_review = max((one["reviewed_on"] for one in reviews), default=None)
    return view.render("trapp-rediger.html", stairs=stairs, last_review=last_review)


def _lay_out(table: Mapping[str, Any], capacities: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A published table with a column to each place, and the address of each cell's form."""
    ids = {
        (one["step_id"], one["service_id"], one["place"]): one["id"]
        for one in capacities
        if one["table_id"] == table["id"]
    }
    places = [one["place"] for one in table["places"]]
    rows = []
    for row in table["rows"]:
        numbers = {cell["place"]: cell["number"] for cell in row["cells"]}
        line = row["step_id"], row["service_id"]
        rows.append(row | {"cells": [(numbers.get(place), ids.get((*line, place))) for place in places]})
    return {**table, "rows": rows, "place_names": places}


PAGES = (Page(EDIT_PAGE, show_editing, "case_officer"),)
