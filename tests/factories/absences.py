"""Places to be absent from, and absences as a provider's system sends them."""

import json
from typing import Any

import httpx

from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok

ORGANISATION = "310300403"
BATCH = "/v1/absences/batch"


async def placement(api: Api, provider_id: str, **changes: Any) -> str:
    """A legacy place since 2021; its id."""
    body = steps.legacy(await steps.participant(api), provider_id, **changes)
    made: str = ok(await api.case_officer.post("/v1/placements", json=body))["id"]
    return made


def item(placement_id: str, **changes: Any) -> dict[str, Any]:
    """One item of a batch. `first` and `last` stand for `from` and `to`."""
    body = {
        "external_id": "F-1",
        "revision": 1,
        "placement_id": placement_id,
        "kind": "sick",
        "from": "2022-10-03",
        "to": "2022-10-04",
        "percent": 100,
        "note": None,
        "cancelled": False,
    }
    days = {"from": changes.pop("first", body["from"]), "to": changes.pop("last", body["to"])}
    return body | days | changes


async def pushed(client: httpx.AsyncClient, items: list[Any], status: int = 200, **query: str) -> list[dict[str, Any]]:
    """What became of each item of a JSON batch."""
    answer = ok(await client.post(BATCH, json={"items": items}, params=query), status)
    found: list[dict[str, Any]] = answer["items"]
    assert answer["rejected"] == sum(one["problem"] is not None for one in found)
    assert answer["accepted"] + answer["rejected"] == len(found) == len(items)
    assert [one["index"] for one in found] == list(range(len(items)))
    return found


def statuses(found: list[dict[str, Any]]) -> list[str]:
    """Each item's status, or the code of its problem."""
    return [
        one["status"] if one["problem"] is None else one["problem"]["type"].removeprefix("/problems/") for one in found
    ]


def lines(items: list[dict[str, Any]]) -> str:
    """NDJSON."""
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in items)
