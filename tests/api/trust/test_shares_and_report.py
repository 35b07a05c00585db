"""Shares when too many ask (R8), the report to the board (R10), and who sees what (X3)."""

import io
from typing import Any

import httpx
import openpyxl
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.conftest import Api
from tests.factories import steps, trust
from tests.factories.participants import is_problem
from tests.factories.steps import ok

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def shares(api: Api) -> dict[str, Any]:
    return ok(await api.grants_officer.post("/v1/trust/years/2020/shares", params={"on": "2020-12-31"}), 200)


async def test_too_many_ask(api: Api) -> None:
    """R8: by percent and by ceiling, to the øre, and nothing is stored."""
    await trust.open_year(api, "10000.00")
    ids = [
        await trust.apply(api, amount, received_on=f"2020-08-0{day}")
        for day, amount in enumerate(("1000.00", "6000.00", "6000.00"), 1)
    ]
    await trust.apply(api, "3000.00", received_on="2020-08-16")
    found = await shares(api)
    assert (found["asked"], found["left"], found["short"]) == ("13000.00", "10000.00", "3000.00")
    assert [(one["application_id"], one["amount"]) for one in found["by_percent"]] == list(
        zip(ids, ("769.23", "4615.39", "4615.38"), strict=True)
    )
    assert [one["amount"] for one in found["by_ceiling"]] == ["1000.00", "4500.00", "4500.00"]
    assert (await trust.position(api))["left"] == "10000.00"


async def test_the_late_ones_share_what_the_others_left(api: Api) -> None:
    """R5, R8; and a person is counted up to the limit."""
    await trust.open_year(api, "10000.00")
    await trust.granted(api, "4000.00")
    person = await steps.participant(api)
    for _ in range(2):
        await trust.apply(api, "5000.00", person, received_on="2020-08-16")
    found = await shares(api)
    assert (found["asked"], found["left"], found["short"]) == ("6000.00", "6000.00", "0.00")
    assert [one["amount"] for one in found["by_percent"]] == ["5000.00", "1000.00"]


async def report(client: httpx.AsyncClient, **headers: str) -> httpx.Response:
    return await client.get("/v1/trust/years/2020/report", params={"on": "2020-12-31"}, headers=headers)


async def test_the_report_of_a_year_shows_no_small_count(api: Api) -> None:
    """R10: `cases/trust.json`: 31 applications, 25 granted and paid, six rejected for three reasons."""
    await trust.open_year(api, "100000.00")
    raised = trust.year_sum("150000.00", decided_by="municipality", reason="Fleire søkte", deadline_on=None)
    ok(await api.grants_officer.post("/v1/trust/years/2020/sums", json=raised))
    for number in range(25):
        id_ = await trust.apply(api, purpose="respite" if number < 10 else "escort")
        ok(await trust.decide(api, id_, trust.grant()))
        ok(await api.grants_officer.post(f"{trust.APPLICATIONS}/{id_}/payment", json=trust.payment()))
    reasons = {"late": 2, "not_resident": 1, "trust_sum_exhausted": 3}
    for reason, count in reasons.items():
        for _ in range(count):
            ok(await trust.decide(api, await trust.apply(api), trust.reject(reason)))
    for client in (api.grants_officer, api.case_officer, api.finance):
        found = ok(await report(client), 200)
        assert (found["applications"], found["granted"], found["rejected"]) == (31, 25, 6)
        assert {one["count"] for one in found["rejected_by_reason"] if one["reason"] in reasons} == {None}
        assert {one["count"] for one in found["rejected_by_reason"] if one["reason"] not in reasons} == {0}
        assert (found["paid"], found["average"], found["left"]) == ("150000.00", "6000.00", "0.00")
        assert found["by_purpose"] == [
            {"purpose": "respite", "count": 10, "granted": "60000.00"},
            {"purpose": "escort", "count": 15, "granted": "90000.00"},
        ]
        assert [(one["amount"], one["reason"]) for one in found["raises"]] == [("50000.00", "Fleire søkte")]
    book = await report(api.finance, Accept=XLSX)
    rows = {row[0]: row[1:3] for row in openpyxl.load_workbook(io.BytesIO(book.content)).worksheets[0].values}
    assert rows["Søknader"] == (31, None)
    assert rows["Utbetalt"] == (None, 150000)
    assert rows["Avslegne: Kom etter fristen"] == (None, None)
    assert "Hage" not in str(rows)


async def test_finance_sees_no_sum_of_few_people(api: Api) -> None:
    """X3, S6: those who see names see it all."""
    await trust.open_year(api)
    for _ in range(4):
        await trust.granted(api)
    params = {"on": "2020-12-31"}
    seen = ok(await api.finance.get("/v1/trust/years/2020", params=params), 200)
    assert (seen["sum"], seen["granted"], seen["left"], seen["applications"]) == ("150000.00", None, None, None)
    assert (await trust.position(api))["granted"] == "24000.00"
    await trust.granted(api)
    seen = ok(await api.finance.get("/v1/trust/years/2020", params=params), 200)
    assert (seen["granted"], seen["left"], seen["applications"]) == ("30000.00", "120000.00", 5)


async def test_who_has_applied_is_somebody_whom_fagutvikling_sees(api: Api) -> None:
    """X3: id and name alone, and none of who has a protected address."""
    person, other = await steps.participant(api), await steps.participant(api, address_protection=True)
    await steps.participant(api)
    applied = [await trust.apply(api, participant_id=one) for one in (person, other)]
    listed = ok(await api.grants_officer.get("/v1/participants"), 200)["items"]
    assert [one["id"] for one in listed] == [person]
    read = [ok(await api.grants_officer.get(f"{trust.APPLICATIONS}/{id_}"), 200) for id_ in applied]
    assert [one["municipality_number"] for one in read] == ["4631", None]
    office = ok(await api.case_officer.get(f"{trust.APPLICATIONS}/{applied[1]}"), 200)
    assert office["municipality_number"] == "4631"
    log = ok(await api.auditor.get(f"/v1/participants/{other}/access-log"), 200)["items"]
    assert "read_trust_application" in {row["action"] for row in log}


async def test_no_other_role_sees_the_trust(api: Api, connection: AsyncConnection) -> None:
    """X3: by the wall too."""
    await trust.open_year(api)
    await trust.granted(api)
    for client in (api.epj, api.provider("310300403"), api.service("habilitation"), api.auditor):
        for path in ("years/2020", "years/2020/sums", "years/2020/report", "applications"):
            is_problem(await client.get(f"/v1/trust/{path}"), 403, "role-required")
    for role in ("epj", "provider", "service", "finance", "auditor"):
        await connection.execute(text("select set_config('app.roles', :role, true)"), {"role": role})
        for table in ("trust_application", "trust_entry"):
            assert (await connection.scalars(text(f"select id from {table}"))).all() == []


async def test_events_of_the_trust_are_the_case_offices(quiet_api: Api) -> None:
    """X1: one of each act; the EPJ follows none of them (X3)."""
    api = quiet_api
    await trust.open_year(api)
    await trust.granted(api)
    ok(await trust.decide(api, await trust.apply(api), trust.reject("other")))
    ok(await api.grants_officer.post("/v1/trust/years/2020/sums", json=trust.year_sum("150000.01")))

    async def types(client: httpx.AsyncClient) -> list[str]:
        items = ok(await client.get("/v1/events", params={"limit": 200}), 200)["items"]
        return [one["type"].rpartition("trust.")[2] for one in items if "trust." in one["type"]]

    assert await types(api.case_officer) == ["granted", "rejected", "raised"]
    assert await types(api.epj) == []


async def test_a_merge_and_an_export_take_the_trust_along(api: Api) -> None:
    """X2: people are rows of `participant`, and never a second register."""
    await trust.open_year(api)
    person, duplicate = await steps.participant(api), await steps.participant(api)
    id_ = await trust.granted(api, participant_id=duplicate)
    merged = await api.case_officer.post(f"/v1/participants/{person}/merge", json={"duplicate_id": duplicate})
    assert merged.status_code == 200, merged.text
    assert ok(await api.grants_officer.get(f"{trust.APPLICATIONS}/{id_}"), 200)["participant_id"] == person
    export = ok(await api.case_officer.get(f"/v1/participants/{person}/export"), 200)
    text_ = str(export)
    assert id_ in text_
    assert "6000.00" in text_
