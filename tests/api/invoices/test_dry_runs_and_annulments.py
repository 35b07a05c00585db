"""Trying a check without storing it, and taking one out of the books (C12, D10)."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.conftest import Api
from tests.factories.invoices import (
    CHECKS,
    FILE_IDS,
    UNKNOWN_ID,
    invoice_line,
    list_differences,
    read_file,
    send,
    three_places,
)
from tests.factories.places import got
from tests.factories.settlements import act, before_may
from tests.factories.steps import ok, refused

DRY_RUN = f"{CHECKS}?dry_run=true"
REASON = {"reason": "Fila var ei prøve."}


def annulment(invoice_id: str) -> str:
    return f"/v1/invoices/{invoice_id}/annulment"


async def count_rows(connection: AsyncConnection) -> list[int]:
    await connection.execute(text("select set_config('app.roles', 'case_officer', true)"))
    tables = ("invoice_check", "invoice_check_line", "invoice_cover")
    return [await connection.scalar(text(f"select count(*) from {table}")) or 0 for table in tables]


@pytest.mark.parametrize("name", ["equal-by-placement", "other-price-as-a-whole"])
async def test_dry_run_answers_as_the_check_and_stores_nothing(
    api: Api, connection: AsyncConnection, name: str
) -> None:
    places = await three_places(api, connection)
    content = read_file(name, places)
    answer = await api.finance.post(DRY_RUN, content=content, headers={"Content-Type": "application/xml"})
    tried = ok(answer, 200)
    assert tried.pop("dry_run") is True
    assert "location" not in answer.headers
    assert await count_rows(connection) == [0, 0, 0]
    assert (await got(api.finance, "/v1/invoices"))["items"] == []
    made = ok(await send(api.finance, content))
    of_stored = {"id", "created_at", "updated_at", "annulled_at", "annulled_reason"}
    assert tried == {name: value for name, value in made.items() if name not in of_stored}


async def test_results_stand_in_the_order_of_the_dry_run(api: Api, connection: AsyncConnection) -> None:
    """C12: what is not invoiced by month and place, at the check and whenever it is read."""
    await before_may(api, connection, 6)
    lines = {"lines": [invoice_line(), invoice_line(period_from="2023-02-01", period_to="2023-02-28")]}
    tried = ok(await api.finance.post(DRY_RUN, json=lines), 200)
    made = ok(await api.finance.post(CHECKS, json=lines))
    assert len(tried["lines"]) == 12
    assert tried["lines"] == made["lines"] == (await got(api.finance, f"/v1/invoices/{made['id']}"))["lines"]
    left = [(row["month"], row["placement_id"]) for row in tried["lines"] if row["line"] is None]
    assert left == sorted(left)


async def test_dry_run_of_a_protected_place_tells_finance_no_more_than_the_check(
    api: Api, connection: AsyncConnection
) -> None:
    places = await three_places(api, connection)
    await act(
        connection,
        "update participant set address_protection = true"
        f" where id = (select participant_id from placement where id = '{places[FILE_IDS[0]]}')",
    )
    content = read_file("equal-by-placement", places)
    for client in (api.finance, api.case_officer):
        tried = ok(await client.post(DRY_RUN, content=content, headers={"Content-Type": "application/xml"}), 200)
        expected = [(1, "22986.00", "no_such_placement")] if client is api.finance else []
        assert list_differences(tried) == expected
        assert (tried["lines"][0]["placement_id"] is None) is (client is api.finance)


async def test_dry_run_is_refused_as_the_check_is(api: Api, connection: AsyncConnection) -> None:
    await three_places(api, connection)
    lines = {"lines": [invoice_line()]}
    made = ok(await api.finance.post(CHECKS, json=lines))
    assert (
        refused(await api.finance.post(DRY_RUN, json=lines), 409, "invoice-already-checked")["invoice_id"] == made["id"]
    )
    refused(await api.finance.post(f"{CHECKS}?dry_run=yes", json=lines), 422, "validation")
    refused(await api.finance.post(DRY_RUN, json={"lines": []}), 422, "validation")
    assert (await api.epj.post(DRY_RUN, json=lines)).status_code == 403


async def test_annulled_check_is_out_of_the_books(api: Api, connection: AsyncConnection) -> None:
    """C12: what it invoiced is owed again, the position does not count it, and its number may be checked again."""
    places = await three_places(api, connection)
    content = read_file("equal-by-placement", places)
    first = ok(await send(api.finance, content))
    before = await got(api.finance, "/v1/budgets/2023/position", on="2023-03-31")
    annulled = ok(await api.finance.post(annulment(first["id"]), json=REASON), 200)
    assert annulled["annulled_reason"] == REASON["reason"]
    assert annulled["annulled_at"]
    changed = {"annulled_at", "annulled_reason", "updated_at"}
    assert {name for name in first if first[name] != annulled[name]} <= changed
    assert await got(api.case_officer, f"/v1/invoices/{first['id']}") == annulled
    after = await got(api.finance, "/v1/budgets/2023/position", on="2023-03-31")
    january = [position["of_incurred"]["invoiced"] for position in (before, after)]
    assert january == ["57094.26", "0.00"]
    second = ok(await send(api.case_officer, content))
    assert (second["result"], second["expected"]) == ("equal", "57094.26")
    listed = (await got(api.finance, "/v1/invoices"))["items"]
    assert [(row["id"], row["annulled_at"] is None) for row in listed] == [(first["id"], False), (second["id"], True)]
    refused(await send(api.finance, content), 409, "invoice-already-checked")


async def test_annulled_credit_note_gives_nothing_back(api: Api, connection: AsyncConnection) -> None:
    places = await three_places(api, connection)
    ok(await send(api.finance, read_file("other-days", places)))
    credit = read_file("credit-note", places)
    noted = ok(await send(api.finance, credit))
    ok(await api.finance.post(annulment(noted["id"]), json=REASON), 200)
    again = ok(await send(api.finance, credit))
    assert (again["result"], again["expected"]) == ("equal", "-11863.74")


async def test_check_is_annulled_once_by_case_office_or_finance_with_a_reason(
    api: Api, connection: AsyncConnection
) -> None:
    await three_places(api, connection)
    path = annulment(ok(await api.finance.post(CHECKS, json={"lines": [invoice_line()]}))["id"])
    for client in (api.epj, api.auditor, api.provider("310300403"), api.service("habilitation")):
        assert (await client.post(path, json=REASON)).status_code == 403
    refused(await api.finance.post(path, json={}), 422, "validation")
    refused(await api.finance.post(path, json={"reason": "Galt for 15817000190."}), 422, "identity-number-in-text")
    refused(await api.finance.post(annulment(UNKNOWN_ID), json=REASON), 404, "not-found")
    ok(await api.case_officer.post(path, json=REASON), 200)
    refused(await api.finance.post(path, json=REASON), 409, "annulled")
