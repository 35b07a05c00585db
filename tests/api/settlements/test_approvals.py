"""Approval and rejection of settlements through HTTP: another person's decision, once (C13)."""

from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.conftest import Api
from tests.factories.places import got, posted
from tests.factories.settlements import RAISED, SETTLEMENTS, act, before_may, close
from tests.factories.steps import ok, refused
from tests.factories.tokens import MUNICIPALITY, bearer

APPROVAL = f"{SETTLEMENTS}/1/approval"
YES = {"approved": True}
NO = {"approved": False, "reason": "Feil dagar"}


async def test_another_person_approves(api: Api, connection: AsyncConnection) -> None:
    """C13."""
    await before_may(api, connection, 1)
    await close(api.person("finance", "kari"), 1)
    approved = ok(await api.person("finance", "ola").post(APPROVAL, json=YES), 200)
    assert (approved["status"], approved["decided_by"], approved["reason"]) == ("approved", "person:ola", None)
    assert approved["closed_by"] == "person:kari"
    assert await got(api.finance, f"{SETTLEMENTS}/1") == approved


async def test_settlement_is_not_decided_by_who_closed_it(api: Api, connection: AsyncConnection) -> None:
    """C13."""
    await before_may(api, connection, 0)
    kari = api.person("finance", "kari")
    await close(kari, 1)
    for body in (YES, NO):
        refused(await kari.post(APPROVAL, json=body), 409, "own-settlement")
    assert (await got(kari, f"{SETTLEMENTS}/1"))["status"] == "closed"


async def test_settlement_is_not_decided_by_a_machine(api: Api, connection: AsyncConnection) -> None:
    """C13."""
    await before_may(api, connection, 0)
    await close(api.finance, 1)
    machine = api.client(bearer("finance", MUNICIPALITY))
    refused(await machine.post(APPROVAL, json=YES), 403, "person-required")


async def test_settlement_is_not_decided_by_the_case_office(api: Api, connection: AsyncConnection) -> None:
    """C13."""
    await before_may(api, connection, 0)
    await close(api.finance, 1)
    refused(await api.case_officer.post(APPROVAL, json=YES), 403, "role-required")


@pytest.mark.parametrize(
    "body", [{"approved": False}, {"approved": False, "reason": None}, {"approved": "yes"}, {}, {"reason": "x"}]
)
async def test_malformed_decision_is_refused(api: Api, connection: AsyncConnection, body: dict[str, Any]) -> None:
    """C13: a rejection has a reason."""
    await before_may(api, connection, 0)
    await close(api.finance, 1)
    refused(await api.person("finance", "ola").post(APPROVAL, json=body), 422, "validation")


@pytest.mark.parametrize("again", [YES, NO])
async def test_settlement_is_decided_once(api: Api, connection: AsyncConnection, again: dict[str, Any]) -> None:
    """C13."""
    await before_may(api, connection, 0)
    await close(api.finance, 1)
    ola = api.person("finance", "ola")
    ok(await ola.post(APPROVAL, json=YES), 200)
    refused(await ola.post(APPROVAL, json=again), 409, "settlement-decided")


async def test_open_month_has_no_settlement_to_decide(api: Api) -> None:
    refused(await api.person("finance", "ola").post(APPROVAL, json=YES), 404, "not-found")


async def test_rejected_month_is_open_again(api: Api, connection: AsyncConnection) -> None:
    """C13: it is closed again before any later month."""
    await before_may(api, connection, 1)
    await close(api.finance, 1, 2)
    rejected = ok(await api.person("finance", "ola").post(APPROVAL, json=NO), 200)
    assert (rejected["status"], rejected["reason"], rejected["version"]) == ("rejected", "Feil dagar", 1)
    assert refused(await api.finance.post(f"{SETTLEMENTS}/3"), 409, "earlier-month-open")["month"] == "2023-01"


async def reclose_january(api: Api, connection: AsyncConnection) -> tuple[dict[str, Any], dict[str, Any]]:
    """January and February closed, January rejected, the rate raised, January closed again: both versions."""
    await before_may(api, connection, 1)
    await close(api.finance, 1, 2)
    rejected = ok(await api.person("finance", "ola").post(APPROVAL, json=NO), 200)
    await posted(api.finance, "/v1/rates", RAISED)
    (closed_again,) = await close(api.finance, 1)
    return rejected, closed_again


async def test_rejected_month_is_closed_as_the_next_version(api: Api, connection: AsyncConnection) -> None:
    """C13: with what is known now, and the differences of the other closed months."""
    _, closed_again = await reclose_january(api, connection)
    assert (closed_again["version"], closed_again["status"]) == (2, "closed")
    assert closed_again["lines_total"] == "23500.50"
    assert [(row["month"], row["amount"]) for row in closed_again["differences"]] == [("2023-02", "514.50")]


async def test_rejected_version_stays_readable(api: Api, connection: AsyncConnection) -> None:
    """C13: by its version, unchanged; without one it is the last."""
    rejected, closed_again = await reclose_january(api, connection)
    assert await got(api.finance, f"{SETTLEMENTS}/1", version=1) == rejected
    assert await got(api.finance, f"{SETTLEMENTS}/1", version=2) == closed_again
    assert await got(api.finance, f"{SETTLEMENTS}/1") == closed_again
    refused(await api.finance.get(f"{SETTLEMENTS}/1?version=3"), 404, "not-found")
    listed = (await got(api.finance, SETTLEMENTS))["items"]
    assert [(row["month"], row["version"], row["status"]) for row in listed] == [
        (1, 1, "rejected"),
        (2, 1, "closed"),
        (1, 2, "closed"),
    ]


async def test_settlement_with_later_differences_is_not_rejected(api: Api, connection: AsyncConnection) -> None:
    """C13: February's difference is settled with January's second version, which is rejected first."""
    await reclose_january(api, connection)
    ola = api.person("finance", "ola")
    problem = refused(await ola.post(f"{SETTLEMENTS}/2/approval", json=NO), 409, "settlement-built-upon")
    assert problem["month"] == "2023-01"
    ok(await ola.post(APPROVAL, json=NO), 200)
    ok(await ola.post(f"{SETTLEMENTS}/2/approval", json=NO), 200)


async def test_differences_of_a_rejected_settlement_wait_again(api: Api, connection: AsyncConnection) -> None:
    """C13."""
    await reclose_january(api, connection)
    ok(await api.person("finance", "ola").post(APPROVAL, json=NO), 200)
    february = await got(api.finance, f"{SETTLEMENTS}/2")
    assert [(row["amount"], row["settled_in"]) for row in february["differences"]] == [("514.50", None)]


@pytest.mark.parametrize(
    "statement",
    [
        "insert into settlement (id, month, version, number, closed_by, by_month)"
        " values (gen_random_uuid(), '2023-02-01', 1, 9, 'person:another', '{}')",
        "insert into settlement_review (id, settlement_id, closed_by, decided_by, approved)"
        " select gen_random_uuid(), id, closed_by, 'person:another', true from settlement",
    ],
    ids=["closed_by", "decided_by"],
)
async def test_names_of_other_persons_are_refused_by_the_database(
    api: Api, connection: AsyncConnection, statement: str
) -> None:
    """C13: the wall itself holds the names of who closes and who decides to the caller's."""
    await before_may(api, connection, 1)
    await close(api.finance, 1)
    with pytest.raises(DBAPIError, match="row-level security"):
        await act(connection, statement)
