"""The task of the yearly report to the trust's board (R10), and what is kept of a person (X1)."""

from typing import Any

import pytest

from tests.conftest import Api
from tests.factories import steps, trust
from tests.factories.erasure import erase
from tests.factories.participants import is_problem
from tests.factories.steps import ok, refused

REPORT = "/v1/trust/years/2020/report"


async def tasks(client: Any, on: str, **query: Any) -> list[tuple[str, str, str]]:
    items = ok(await client.get("/v1/tasks", params={"kind": "trust_report", "on": on, **query}), 200)["items"]
    return [(one["title"], one["due_on"], one["status"]) for one in items]


async def test_the_report_is_due_on_31_january(api: Api) -> None:
    """R10: of each year that is over and had a sum, for Fagutvikling first; done once it is sent."""
    await trust.open_year(api)
    title = "Rapport til styret i legatet 2020"
    assert await tasks(api.grants_officer, "2020-12-31") == []
    for client in (api.grants_officer, api.case_officer):
        assert await tasks(client, "2021-01-31") == [(title, "2021-01-31", "open")]
        assert await tasks(client, "2021-02-01") == [(title, "2021-01-31", "overdue")]
    for client in (api.provider("310300403"), api.service("habilitation")):
        assert await tasks(client, "2021-02-01", due_from="2020-01-01") == []
    assert ok(await api.finance.get(REPORT), 200)["sent_on"] is None
    ok(await api.grants_officer.post(REPORT, json={"sent_on": "2021-01-20"}))
    assert await tasks(api.grants_officer, "2021-02-01") == []
    done = await tasks(api.grants_officer, "2021-02-01", status="done")
    assert done == [(title, "2021-01-31", "done")]
    assert ok(await api.finance.get(REPORT), 200)["sent_on"] == "2021-01-20"
    assert ok(await api.finance.get(REPORT, params={"on": "2021-01-19"}), 200)["sent_on"] is None


@pytest.mark.parametrize("sent_on", ["2020-12-30", "2199-01-01"])
async def test_a_report_is_sent_when_the_year_is_over(api: Api, sent_on: str) -> None:
    await trust.open_year(api)
    is_problem(await api.grants_officer.post(REPORT, json={"sent_on": sent_on}), 422, "validation", "#/sent_on")


async def test_a_year_without_a_sum_has_no_report(api: Api) -> None:
    """R10."""
    refused(await api.grants_officer.post(REPORT, json={"sent_on": "2021-01-20"}), 409, "no-trust-sum")
    assert await tasks(api.grants_officer, "2021-02-01") == []


async def test_fagutvikling_gets_no_other_task(api: Api) -> None:
    """X3: it sees no placement."""
    await steps.law(api)
    await steps.recorded(api, await steps.provider(api))
    await steps.application(api, await steps.participant(api))
    assert ok(await api.case_officer.get("/v1/tasks", params={"on": "2022-12-31"}), 200)["items"]
    assert ok(await api.grants_officer.get("/v1/tasks", params={"on": "2022-12-31"}), 200)["items"] == []


async def test_erasure_takes_texts_and_leaves_what_the_report_counts(api: Api) -> None:
    """X1, R10: amounts, days and the reasons of rejections stay."""
    await trust.open_year(api)
    person = await steps.participant(api)
    granted = await trust.apply(api, participant_id=person, belonging_reason="Har slekt på Manger.")
    ok(await trust.decide(api, granted, trust.grant(reason="Treng pusterom etter sjukdom.")))
    rejected = await trust.apply(api, participant_id=person)
    ok(await trust.decide(api, rejected, trust.reject("outside_purpose")))
    erased = await erase(api, person)
    held = {one["held"]: one["rows"] for one in erased["held"]}
    assert (held["trust_applications"], held["trust_entries"]) == (2, 2)
    read = ok(await api.grants_officer.get(f"{trust.APPLICATIONS}/{granted}"), 200)
    assert (read["belonging_reason"], read["entries"][0]["reason"]) == ("Sletta", "Sletta")
    assert (read["granted"], read["received_on"]) == ("6000.00", "2020-08-15")
    read = ok(await api.grants_officer.get(f"{trust.APPLICATIONS}/{rejected}"), 200)
    assert read["entries"][0]["reason"] == "outside_purpose"


async def test_retention_counts_from_what_the_trust_did_last(api: Api) -> None:
    """X1: five years after the last payment, too, of somebody who never had a place."""
    await trust.open_year(api)
    person = await steps.participant(api)
    id_ = await trust.granted(api, participant_id=person)
    body = trust.payment(on="2020-12-15", voucher_seen_on="2020-12-15")
    ok(await api.grants_officer.post(f"{trust.APPLICATIONS}/{id_}/payment", json=body))
    over = ok(await api.case_officer.get("/v1/retention-over"), 200)["items"]
    assert [(one["participant_id"], one["last_day"]) for one in over] == [(person, "2020-12-15")]
