"""D1: who lowers the protection of an address, and what becomes of another system's word that it has ended."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from app import clock
from tests.conftest import Api
from tests.factories.participants import PATH, SOLVEIG, batch_item, patched, push_batch, statuses, upsert
from tests.factories.steps import ok


@pytest.fixture(autouse=True)
def own_day() -> Iterator[None]:
    """A day of the test's own ends with it."""
    clock.fix_today(date(2026, 3, 2))
    yield
    clock.fix_today(None)


async def check_tasks(api: Api) -> list[tuple[str, str, str]]:
    """(person, due day, status) of the case office's tasks."""
    query: dict[str, Any] = {"kind": "protection_to_check", "due_from": "2000-01-01"}
    items = ok(await api.case_officer.get("/v1/tasks", params=query), 200)["items"]
    return [(task["participant_id"], task["due_on"], task["status"]) for task in items]


@pytest.mark.parametrize("way", ["put", "batch", "patch"])
async def test_the_epj_cannot_lower_a_protection(api: Api, way: str) -> None:
    """All else that it sends is stored; the case office is asked, once, and sees no name in the question."""
    person = await upsert(api, "1", address_protection=True)
    path = f"{PATH}/{person['id']}"
    for day in (date(2026, 3, 2), date(2026, 3, 3)):
        clock.fix_today(day)
        changes = {"address_protection": False, "family_name": f"Nes {day.day}"}
        if way == "put":
            made = await upsert(api, "1", **changes)
        elif way == "batch":
            assert statuses(await push_batch(api, batch_item("1", **changes))) == ["updated"]
            made = ok(await api.epj.get(path), 200)
        else:
            etag = (await api.epj.get(path)).headers["etag"]
            made = ok(await api.epj.patch(path, json=changes, headers={"If-Match": etag}), 200)
        assert (made["address_protection"], made["family_name"]) == (True, f"Nes {day.day}")
    assert await check_tasks(api) == [(person["id"], "2026-03-02", "overdue")]
    [task] = ok(await api.case_officer.get("/v1/tasks", params={"kind": "protection_to_check"}), 200)["items"]
    assert (task["title"], task["rule"]) == ("Adressevern som skal sjekkast: Verna adresse", "D1")
    assert (task["responsible"], task["link"]) == ("case_office", path)
    service = api.service("habilitation")
    assert ok(await service.get("/v1/tasks", params={"kind": "protection_to_check"}), 200)["items"] == []


async def test_the_same_again_changes_nothing(api: Api) -> None:
    await upsert(api, "1", address_protection=True)
    item = batch_item("1", address_protection=False)
    assert statuses(await push_batch(api, item, item)) == ["updated", "unchanged"]
    clock.fix_today(date(2026, 3, 9))
    assert statuses(await push_batch(api, item)) == ["unchanged"]


async def test_a_case_officer_lowers_it(api: Api) -> None:
    person = await upsert(api, "1", address_protection=True)
    await upsert(api, "1", address_protection=False)
    lowered = ok(await patched(api, person, address_protection=False), 200)
    assert lowered["address_protection"] is False
    assert await check_tasks(api) == []


async def test_a_case_officer_confirms_it(api: Api) -> None:
    """The task is done, also when the EPJ says the same the night after, and is back once it has changed its mind."""
    person = await upsert(api, "1", address_protection=True)
    await upsert(api, "1", address_protection=False)
    clock.fix_today(date(2026, 3, 4))
    ok(await patched(api, person, address_protection=True), 200)
    assert await check_tasks(api) == [(person["id"], "2026-03-02", "done")]
    clock.fix_today(date(2026, 3, 5))
    await upsert(api, "1", address_protection=False)
    assert await check_tasks(api) == [(person["id"], "2026-03-02", "done")]
    await upsert(api, "1", address_protection=True)
    assert await check_tasks(api) == []
    await upsert(api, "1", address_protection=False)
    assert await check_tasks(api) == [(person["id"], "2026-03-05", "open")]


async def test_what_says_nothing_of_protection_asks_nothing(api: Api) -> None:
    person = await upsert(api, "1", address_protection=True)
    left_out = await upsert(api, "1", family_name="Nes")
    assert (left_out["id"], left_out["address_protection"]) == (person["id"], True)
    ok(await patched(api, person, given_name="Sol"), 200)
    unprotected = await upsert(api, "2", address_protection=False)
    raised = await upsert(api, "2", address_protection=True)
    assert (unprotected["address_protection"], raised["address_protection"]) == (False, True)
    assert await check_tasks(api) == []


async def test_a_merge_keeps_the_question(api: Api) -> None:
    person = ok(await api.case_officer.post(PATH, json=SOLVEIG))
    duplicate = await upsert(api, "1", address_protection=True)
    await upsert(api, "1", address_protection=False)
    merged = {"duplicate_id": duplicate["id"]}
    assert ok(await api.case_officer.post(f"{PATH}/{person['id']}/merge", json=merged), 200)["address_protection"]
    assert await check_tasks(api) == [(person["id"], "2026-03-02", "open")]
