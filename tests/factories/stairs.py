"""Steps, services and the published table of a stair, for tests."""

import json
from pathlib import Path
from typing import Any

from tests.factories.steps import Callers, ok

CASES: dict[str, Any] = json.loads((Path(__file__).parents[1] / "cases" / "stairs.json").read_text(encoding="utf-8"))
SOURCE = "Planutkast 2022, kap. 4.2"


async def step(api: Callers, stair: str = "housing", number: int = 3, **fields: Any) -> str:
    """A new step's id."""
    body = {"number": number, "name": f"Trinn {number}", **({"category": 2} if stair == "activity" else {}), **fields}
    return str(ok(await api.case_officer.post(f"/v1/stairs/{stair}/steps", json=body))["id"])


def service_body(step_id: str, **fields: Any) -> dict[str, Any]:
    """A service on a step, from the beginning of 2022."""
    return {
        "step_id": step_id,
        "name": "Heimehjelp",
        "for_whom": "Vaksne",
        "provided_by": "Heimetenesta",
        "requires_decision": True,
        "valid_from": "2022-01-01",
        **fields,
    }


async def service(api: Callers, step_id: str, stair: str = "housing", **fields: Any) -> str:
    """A new service's id."""
    body = service_body(step_id, **fields)
    return str(ok(await api.case_officer.post(f"/v1/stairs/{stair}/services", json=body))["id"])


async def capacity(api: Callers, step_id: str, number: int, stair: str = "housing", **fields: Any) -> dict[str, Any]:
    """A count of places in Knarvik on 1 June 2022."""
    body = {
        "step_id": step_id, "place": "Knarvik", "number": number, "as_of": "2022-06-01", "source": SOURCE, **fields,
    }  # fmt: skip
    return ok(await api.case_officer.post(f"/v1/stairs/{stair}/capacities", json=body))


async def printed_table(api: Callers) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The body of the plan's table, and each row's step and service by the row's code."""
    steps = {
        number: await step(api, number=int(number)) for number in dict.fromkeys(row["step"] for row in CASES["rows"])
    }
    lines = {}
    for row in CASES["rows"]:
        kind = "nursing_home" if row["code"].startswith("nursing_") else "other"
        service_id = await service(api, steps[row["step"]], name=row["label"], kind=kind)
        lines[row["code"]] = {"step_id": steps[row["step"]], "service_id": service_id}
    body = {
        "as_of": CASES["as_of"],
        "source": SOURCE,
        "rows": [
            {
                **lines[row["code"]],
                "cells": [{"place": place, "number": number} for place, number in row["cells"].items()],
                "printed_total": row["stated_total"],
            }
            for row in CASES["rows"]
        ],
        "printed_place_totals": [
            {"place": column["area"], "number": column["stated_total"]} for column in CASES["columns"]
        ],
        "printed_total": CASES["totals"]["stated"],
    }
    return body, lines
