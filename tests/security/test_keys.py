"""What of an object a role may see: an allow-list of keys for each, and no answer with more.

Providers, services and the EPJ get no money, finance no names, nobody an identity number.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import Api
from tests.factories.world import VISIBLE, build
from tests.http.operations import operations
from tests.security.test_matrix import address, path_ids

NAMES = {"given_name", "family_name", "birth_date", "contacts", "phone", "email", "wishes", "minutes"}
MONEY = {"monthly_price", "monthly_amount", "amount", "forecast", "frame", "difference", "total", "incurred"}
STORED = {"id", "created_at", "updated_at"}
PARTICIPANT = {
    "officer": STORED
    | {"given_name", "family_name", "birth_date", "municipality_number", "service_area", "contacts"}
    | {"address_protection", "external_ids", "merged_into", "former_external_ids", "restricted"},
    "service": STORED | {"given_name", "family_name", "birth_date", "service_area", "contacts", "address_protection"},
    "provider": STORED | {"given_name", "family_name", "birth_date", "contacts", "address_protection"},
}
PLACEMENT = STORED | {
    "participant_id", "provider_id", "need", "terms", "starts_on", "ends_on", "share", "medication_tasks", "decided_on",
    "state", "history", "notice_months", "places_per_employee", "annulled_on",
}  # fmt: skip
DECISION = STORED | {
    "kind", "decided_on", "decided_by", "legal_basis", "reason", "participant_id", "application_id", "request_id",
    "provider_id", "placement_id", "follows_id", "notice_id", "valid_from", "starts_on", "ends_on", "share",
    "medication_tasks", "medication_agreement", "withdraws_notice_id", "archive_reference", "destination",
    "corrects_id", "ground", "found_by", "need", "health_and_social_tasks",
}  # fmt: skip
# Caller -> kind of object -> the keys it may have.
ALLOWED = {
    "officer": {"participant_id": PARTICIPANT["officer"], "placement_id": PLACEMENT | {"monthly_price"}},
    "epj": {"participant_id": PARTICIPANT["officer"], "placement_id": PLACEMENT, "decision_id": DECISION},
    "habilitation": {"participant_id": PARTICIPANT["service"], "placement_id": PLACEMENT},
    "provider_a": {"participant_id": PARTICIPANT["provider"], "placement_id": PLACEMENT},
    "finance": {"placement_id": PLACEMENT | {"monthly_price"}},
}
PATHS = {"participant_id": "/v1/participants", "placement_id": "/v1/placements", "decision_id": "/v1/decisions"}


def keys(value: Any) -> Iterator[str]:
    """Every key, however deep."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner)


async def test_single_objects_have_the_keys_of_the_list(api: Api) -> None:
    world = await build(api)
    for caller, kinds in ALLOWED.items():
        for kind, allowed in kinds.items():
            client = world.callers[caller]
            one = (await client.get(f"{PATHS[kind]}/{world.ids['a'][kind]}")).json()
            assert set(one) <= allowed, (caller, kind, set(one) - allowed)
            for item in (await client.get(PATHS[kind])).json()["items"]:
                assert set(item) <= allowed, (caller, kind, set(item) - allowed)


@pytest.mark.parametrize("caller", ["provider_a", "habilitation", "epj", "finance"])
async def test_no_answer_has_what_is_not_the_roles(api: Api, caller: str) -> None:
    world = await build(api)
    forbidden = NAMES if caller == "finance" else MONEY
    read = 0
    for operation in operations():
        if operation.method != "GET" or not operation.path.startswith("/v1/") or operation.path.startswith("/v1/rates"):
            continue
        ids = {kind: world.ids["a"][kind] for kind in path_ids(operation) if kind in VISIBLE and kind in world.ids["a"]}
        answer = await world.callers[caller].get(address(operation, ids))
        if answer.status_code == 200 and "json" in answer.headers["content-type"]:
            found = set(keys(answer.json()))
            assert not found & forbidden, (operation.name, found & forbidden)
            assert not any("identity" in key for key in found), operation.name
            read += 1
    assert read > 5
