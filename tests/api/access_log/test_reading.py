"""The auditor narrows the access log, sums it up, and takes it as a file; closing a month is one line of it."""

import csv
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from app import clock
from app.access_log import endpoints
from tests.conftest import Api
from tests.factories import steps
from tests.factories.settlements import SETTLEMENTS, before_may, close

CSV = {"Accept": "text/csv"}


async def read_log(api: Api, **params: Any) -> list[dict[str, Any]]:
    answer = await api.auditor.get("/v1/access-log", params={"limit": 200, **params})
    items: list[dict[str, Any]] = steps.ok(answer, 200)["items"]
    return items


async def test_log_is_narrowed_to_an_operation(api: Api) -> None:
    person = await steps.participant(api)
    await api.case_officer.get(f"/v1/participants/{person}")
    rows = await read_log(api, action="read_participant")
    assert [(row["action"], row["participant_id"]) for row in rows] == [("read_participant", person)]
    assert await read_log(api, action="read_nothing") == []
    answer = await api.auditor.get("/v1/access-log", params={"action": "Såg"})
    steps.refused(answer, 422, "validation")


async def test_summary_counts_requests_people_and_denials(api: Api) -> None:
    first, second = await steps.participant(api), await steps.participant(api)
    for _ in range(3):
        await api.service("habilitation").get(f"/v1/participants/{first}")
    await api.service("habilitation").get(f"/v1/participants/{second}")
    await api.provider("310300403").get(f"/v1/participants/{first}")
    await read_log(api)
    answer = steps.ok(await api.auditor.get("/v1/access-log/summary"), 200)
    today = clock.today().isoformat()
    assert (answer["to"], len(answer["items"])) == (today, 4)
    by = {row["purpose"]: row for row in answer["items"]}
    assert [(by["follow_up"][name]) for name in ("requests", "people", "denied")] == [4, 2, 0]
    assert [(by["case_handling"][name]) for name in ("requests", "people", "denied")] == [2, 2, 0]
    assert [(by["provision"][name]) for name in ("requests", "people", "denied")] == [0, 0, 1]
    assert by["provision"]["organisation"] == "310300403"
    assert answer["items"][0]["purpose"] == "follow_up"
    # It names nobody, and so nobody has been looked at.
    assert first not in str(answer)
    assert len(await read_log(api, action="summarise_access_log")) == 0
    of_other_days = {"from": "2020-01-01", "to": "2020-12-31"}
    assert steps.ok(await api.auditor.get("/v1/access-log/summary", params=of_other_days), 200)["items"] == []


@pytest.mark.parametrize("noun", ["summary", "unusual"])
async def test_days_left_out_are_the_clocks_whatever_day_the_demo_lives_on(api: Api, noun: str) -> None:
    """The log's moments are the real ones: on the demo's day nobody has seen anything."""
    clock.fix_today(date(2022, 8, 31))
    try:
        answer = steps.ok(await api.auditor.get(f"/v1/access-log/{noun}"), 200)
    finally:
        clock.fix_today(None)
    assert date.fromisoformat(answer["to"]) >= clock.today() - timedelta(days=1)


@pytest.mark.parametrize(
    ("params", "pointer"),
    [
        ({"from": "2022-02-01", "to": "2022-01-01"}, "#/query/to"),
        ({"from": "2020-01-01", "to": "2021-12-31"}, "#/query/from"),
        ({"from": "i går"}, "#/query/from"),
    ],
)
async def test_a_period_that_is_none_is_refused(api: Api, params: dict[str, str], pointer: str) -> None:
    problem = steps.refused(await api.auditor.get("/v1/access-log/summary", params=params), 422, "validation")
    assert [one["pointer"] for one in problem["errors"]] == [pointer]


async def test_others_read_no_summary(api: Api) -> None:
    for client in (api.case_officer, api.finance, api.epj, api.provider("310300403")):
        steps.refused(await client.get("/v1/access-log/summary"), 403, "role-required")


async def test_file_says_what_was_done_and_why_in_words(api: Api) -> None:
    person = await steps.participant(api, address_protection=True)
    await api.case_officer.get(f"/v1/participants/{person}", headers={"X-Access-Reason": "complaint"})
    await api.finance.get(f"/v1/participants/{person}")
    answer = await api.auditor.get("/v1/access-log", params={"participant_id": person}, headers=CSV)
    assert answer.headers["content-type"].startswith("text/csv; header=present")
    assert answer.headers["content-disposition"] == 'attachment; filename="innsynslogg.csv"'
    rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    # Two within a millisecond have no order.
    assert sorted((row["Kva"], row["Kvifor"], row["Utfall"]) for row in rows) == [
        ("Registrerte personen", "Sakshandsaming", "fekk sjå"),
        ("Såg personen", "Sakshandsaming: klage", "fekk sjå"),
        ("Såg personen", "Ukjent", "nekta"),
    ]
    assert {row["Deltakar"] for row in rows} == {person}
    # To take it away is a look at everybody in it.
    assert (await read_log(api, action="list_access_log"))[-1]["participant_id"] == person


async def test_file_is_never_cut(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints, "MOST_LINES", 2)
    person = await steps.participant(api)
    path = f"/v1/participants/{person}"
    await api.case_officer.get(path)
    assert (await api.auditor.get("/v1/access-log", headers=CSV)).status_code == 200
    answer = await api.auditor.get("/v1/access-log", headers=CSV)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/too-many-lines")


async def test_closing_and_approving_a_month_is_one_line_of_nobody(api: Api, connection: AsyncConnection) -> None:
    await before_may(api, connection, places=3)
    await close(api.person("finance", "kari"), 1)
    steps.ok(await api.finance.post(f"{SETTLEMENTS}/1/approval", json={"approved": True}), 200)
    for action in ("close_month", "decide_settlement"):
        [row] = await read_log(api, action=action)
        assert (row["participant_id"], row["object_id"], row["outcome"]) == (None, None, "allowed")
    # To read what was closed is a look at everybody in it.
    await api.finance.get(f"{SETTLEMENTS}/1")
    read = await read_log(api, action="read_settlement")
    assert (len(read), None in {row["participant_id"] for row in read}) == (3, False)
    answer = await api.auditor.get("/v1/access-log", params={"action": "close_month"}, headers=CSV)
    assert "Lukka månaden" in answer.text
