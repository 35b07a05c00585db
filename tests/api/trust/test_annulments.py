"""What was recorded of the trust by mistake is annulled: a decision, a payment, a repayment (D10)."""

import asyncio
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from app import clock
from tests.api.placements.helpers import list_events
from tests.conftest import Api
from tests.factories import steps, trust
from tests.factories.participants import is_problem
from tests.factories.steps import ok, refused


async def test_an_annulled_grant_is_free_again_and_the_application_open(api: Api) -> None:
    """R2, R3: for the trust, for the person, and on every day."""
    await trust.open_year(api, "6000.00")
    person = await steps.participant(api)
    id_ = await trust.granted(api, participant_id=person)
    made = ok(await trust.annul(api, id_, "Beløpet var feil."), 200)
    assert (made["kind"], made["amount"], made["annulled_reason"]) == ("grant", "6000.00", "Beløpet var feil.")
    for on in ("2020-09-01", "2020-12-31", "2021-01-01"):
        found = await trust.position(api, on=on)
        assert (found["granted"], found["left"], found["undecided"]) == ("0.00", "6000.00", 1)
    read = ok(await api.grants_officer.get(f"{trust.APPLICATIONS}/{id_}"), 200)
    assert (read["status"], read["granted"], read["lapsed"]) == ("undecided", None, "0.00")
    payment = await api.grants_officer.post(f"{trust.APPLICATIONS}/{id_}/payment", json=trust.payment())
    refused(payment, 409, "not-granted")
    out = ok(await trust.decide(api, id_, trust.grant("4500.00")))
    assert (out["left"], out["person_left"]) == ("1500.00", "1500.00")
    refused(await trust.decide(api, id_, trust.grant("1500.00")), 409, "trust-application-decided")
    ok(await api.grants_officer.post(f"{trust.APPLICATIONS}/{id_}/payment", json=trust.payment("4500.00")))
    read = ok(await api.grants_officer.get(f"{trust.APPLICATIONS}/{id_}"), 200)
    assert (read["status"], read["granted"], read["paid"]) == ("granted", "4500.00", "4500.00")
    assert [(one["amount"], one["annulled_at"] is None) for one in read["entries"]] == [
        ("6000.00", False),
        ("4500.00", True),
        ("4500.00", True),
    ]


async def test_an_annulled_rejection_is_decided_again(api: Api) -> None:
    """And what is missing of the application may be filled in."""
    await trust.open_year(api)
    id_ = await trust.apply(api, documentation_seen_on=None)
    ok(await trust.decide(api, id_, trust.reject("documentation_missing")))
    ok(await trust.annul(api, id_), 200)
    path = f"{trust.APPLICATIONS}/{id_}"
    etag = (await api.grants_officer.get(path)).headers["etag"]
    seen = {"documentation_seen_on": "2020-09-01"}
    ok(await api.grants_officer.patch(path, json=seen, headers={"If-Match": etag}), 200)
    ok(await trust.decide(api, id_, trust.grant()))


async def move(api: Api, id_: str, what: str, amount: str = "6000.00", **changes: str) -> httpx.Response:
    """The answer to a payment or repayment."""
    body = trust.payment(amount, **changes)
    return await api.grants_officer.post(f"{trust.APPLICATIONS}/{id_}/{what}", json=body)


async def annul_entry(api: Api, entry_id: str) -> httpx.Response:
    body = {"reason": "Ført på feil søknad."}
    return await api.grants_officer.post(f"/v1/trust/entries/{entry_id}/annulment", json=body)


async def test_a_grant_that_is_paid_is_not_annulled(api: Api) -> None:
    """R7: it was paid, and is paid back; not even once all of it came back."""
    await trust.open_year(api)
    id_ = await trust.granted(api)
    ok(await move(api, id_, "payment", "1.00"))
    answer = await trust.annul(api, id_)
    refused(answer, 409, "trust-grant-paid")
    assert "tilbakebetaling" in answer.json()["detail"]
    ok(await move(api, id_, "repayment", "1.00"))
    refused(await trust.annul(api, id_), 409, "trust-grant-paid")
    assert (await trust.position(api))["granted"] == "6000.00"


async def test_a_payment_by_mistake_is_annulled_and_then_its_grant(api: Api) -> None:
    """R7: it was never paid: neither the books nor the report have it, and the right amount takes its place."""
    await trust.open_year(api, "6000.00")
    ids = [await trust.granted(api, "1000.00") for _ in range(6)]
    paid = [ok(await move(api, id_, "payment", "1000.00")) for id_ in ids]
    out = ok(await annul_entry(api, paid[0]["id"]), 200)
    assert (out["kind"], out["amount"], out["annulled_reason"]) == ("payment", "1000.00", "Ført på feil søknad.")
    refused(await annul_entry(api, paid[0]["id"]), 409, "annulled")
    read = ok(await api.grants_officer.get(f"{trust.APPLICATIONS}/{ids[0]}"), 200)
    assert (read["status"], read["granted"], read["paid"], len(read["entries"])) == ("granted", "1000.00", "0.00", 2)
    assert (await trust.position(api))["paid"] == "5000.00"
    assert (await trust.position(api, on="2021-01-01"))["left"] == "1000.00"
    ok(await move(api, ids[0], "payment", "100.00"))
    report = ok(await api.finance.get("/v1/trust/years/2020/report", params={"on": "2020-12-31"}), 200)
    assert report["paid"] == "5100.00"
    refused(await move(api, ids[0], "payment", "900.01"), 409, "payment-above-grant")
    ok(await annul_entry(api, paid[1]["id"]), 200)
    ok(await trust.annul(api, ids[1]), 200)
    found = await trust.position(api)
    assert (found["granted"], found["paid"], found["left"]) == ("5000.00", "4100.00", "1000.00")


async def test_what_came_back_is_annulled_before_its_payment(api: Api) -> None:
    """R7: more never comes back than was paid, on any day."""
    await trust.open_year(api)
    id_ = await trust.granted(api)
    first = ok(await move(api, id_, "payment", "4000.00"))
    second = ok(await move(api, id_, "payment", "2000.00", on="2020-11-01"))
    back = ok(await move(api, id_, "repayment", "3000.00", on="2020-10-15"))
    refused(await annul_entry(api, first["id"]), 409, "trust-payment-repaid")
    ok(await annul_entry(api, second["id"]), 200)
    refused(await annul_entry(api, first["id"]), 409, "trust-payment-repaid")
    ok(await annul_entry(api, back["id"]), 200)
    read = ok(await api.grants_officer.get(f"{trust.APPLICATIONS}/{id_}"), 200)
    assert (read["paid"], read["repaid"]) == ("4000.00", "0.00")
    ok(await annul_entry(api, first["id"]), 200)


async def test_what_a_repayment_freed_must_be_left_when_it_is_annulled(api: Api) -> None:
    """R2, R3: it may have been granted to others since; a raise makes room for it."""
    await trust.open_year(api, "6000.00")
    person = await steps.participant(api)
    id_ = await trust.granted(api, participant_id=person)
    ok(await move(api, id_, "payment"))
    back = ok(await move(api, id_, "repayment", "1000.00"))
    others = await trust.apply(api, "600.00"), await trust.apply(api, "400.00", person)
    for other, amount in zip(others, ("600.00", "400.00"), strict=True):
        ok(await trust.decide(api, other, trust.grant(amount, decided_on="2020-11-01")))
        ok(await move(api, other, "payment", amount, on="2020-11-01"))
    assert refused(await annul_entry(api, back["id"]), 409, "person-limit")["left"] == "600.00"
    [paid] = [one for one in await list_entries(api, others[1]) if one["kind"] == "payment"]
    ok(await annul_entry(api, paid["id"]), 200)
    ok(await trust.annul(api, others[1]), 200)
    assert refused(await annul_entry(api, back["id"]), 409, "trust-sum-exhausted")["left"] == "400.00"
    assert (await trust.position(api))["left"] == "400.00"
    ok(await api.case_officer.post("/v1/trust/years/2020/sums", json=trust.year_sum("6600.00")))
    ok(await annul_entry(api, back["id"]), 200)
    assert (await trust.position(api))["left"] == "0.00"


async def test_a_payment_that_is_recorded_after_its_grant_lapsed_takes_what_is_left(api: Api) -> None:
    """R3, R7: what had lapsed was granted to another."""
    await trust.open_year(api, "6000.00")
    late, other = await trust.granted(api), await trust.apply(api)
    ok(await trust.decide(api, other, trust.grant("5000.00", decided_on=f"{clock.today()}")))
    assert refused(await move(api, late, "payment", "1000.01"), 409, "trust-sum-exhausted")["left"] == "1000.00"
    ok(await move(api, late, "payment", "1000.00"))
    assert (await trust.position(api, on=f"{clock.today()}"))["left"] == "0.00"


async def list_entries(api: Api, id_: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = ok(await api.grants_officer.get(f"{trust.APPLICATIONS}/{id_}"), 200)["entries"]
    return entries


async def test_a_payment_is_annulled_or_paid_back(committed_api: Api) -> None:
    """R7: of both at once, one is made; and of a repayment's annulment and another grant of what it freed."""
    api = committed_api
    await trust.open_year(api, "6000.00")
    for _ in range(3):
        id_ = await trust.granted(api, "1000.00")
        paid = ok(await move(api, id_, "payment", "1000.00"))
        annulled, back = await asyncio.gather(annul_entry(api, paid["id"]), move(api, id_, "repayment", "1000.00"))
        assert (annulled.status_code, back.status_code) in {(200, 409), (409, 201)}
    await trust.open_year(api, "1000.00", year=2021)
    person = await steps.participant(api)
    changes = {"received_on": "2021-05-01", "documentation_seen_on": "2021-05-01"}
    id_ = await trust.apply(api, "1000.00", person, **changes)
    waiting = await trust.apply(api, "1000.00", **changes)
    today = f"{clock.today()}"
    ok(await trust.decide(api, id_, trust.grant("1000.00", decided_on=today)))
    ok(await move(api, id_, "payment", "1000.00", on=today, voucher_seen_on=today))
    freed = ok(await move(api, id_, "repayment", "1000.00", on=today))
    annulled, granted = await asyncio.gather(
        annul_entry(api, freed["id"]), trust.decide(api, waiting, trust.grant("1000.00", decided_on=today))
    )
    assert (annulled.status_code, granted.status_code) in {(200, 409), (409, 201)}
    assert (await trust.position(api, 2021, on=today))["left"] == "0.00"


async def test_an_annulment_of_bad_input(api: Api) -> None:
    await trust.open_year(api)
    id_ = await trust.granted(api)
    [grant] = ok(await api.grants_officer.get(f"{trust.APPLICATIONS}/{id_}"), 200)["entries"]
    path, body = f"/v1/trust/entries/{grant['id']}/annulment", {"reason": "Ført to gonger."}
    is_problem(await api.grants_officer.post(path, json={"reason": ""}), 422, "validation", "#/reason")
    refused(await api.grants_officer.post(f"/v1/trust/entries/{uuid4()}/annulment", json=body), 404, "not-found")
    assert (await api.finance.post(path, json=body)).status_code == 403
    assert (await trust.position(api))["granted"] == "6000.00"
    ok(await api.case_officer.post(path, json=body), 200)
    refused(await api.case_officer.post(path, json=body), 409, "annulled")


async def test_report_figures_and_events_know_of_it(api: Api, connection: AsyncConnection) -> None:
    """R10: the report and the figures count what holds; the outbox says that the decision was annulled."""
    await trust.open_year(api)
    ids = [await trust.granted(api) for _ in range(6)]
    ok(await trust.annul(api, ids[0]), 200)
    report = ok(await api.finance.get("/v1/trust/years/2020/report", params={"on": "2020-12-31"}), 200)
    assert report["granted_amount"] == "30000.00"
    ok(await trust.decide(api, ids[0], trust.grant("500.00")))
    report = ok(await api.finance.get("/v1/trust/years/2020/report", params={"on": "2020-12-31"}), 200)
    assert (report["granted"], report["granted_amount"], report["undecided"]) == (6, "30500.00", 0)
    asked = {"code": "trust_granted", "from": "2020-01-01", "to": "2020-12-31", "period": "year"}
    [figure] = ok(await api.case_officer.get("/v1/figures", params=asked), 200)["items"]
    assert figure["value"] == "30500.00"
    subject = f"{trust.APPLICATIONS}/{ids[0]}"
    types = [type_ for type_, of in await list_events(connection) if of == subject]
    assert types == ["trust.granted", "trust.decision_annulled", "trust.granted"]


async def test_a_timely_application_that_is_open_again_goes_before_the_late_ones(api: Api) -> None:
    """R5."""
    await trust.open_year(api)
    timely = await trust.granted(api)
    late = await trust.apply(api, received_on="2020-08-16")
    ok(await trust.annul(api, timely), 200)
    assert refused(await trust.decide(api, late, trust.grant()), 409, "timely-undecided")["undecided"] == 1


async def test_annulments_and_20_grants_at_once_never_pass_the_sum(committed_api: Api) -> None:
    """R3: what two annulments free is granted twice at most, and each of them is made once."""
    api = committed_api
    await trust.open_year(api, "6000.00")
    made = [await trust.granted(api, "3000.00") for _ in range(2)]
    waiting = [await trust.apply(api, "3000.00") for _ in range(20)]
    annulments = asyncio.gather(*(trust.annul(api, id_) for id_ in made * 3))
    grants = asyncio.gather(*(trust.decide(api, id_, trust.grant("3000.00")) for id_ in waiting))
    annulled, granted = await annulments, await grants
    assert sorted(answer.status_code for answer in annulled) == [200, 200, 409, 409, 409, 409]
    count = sum(answer.status_code == 201 for answer in granted)
    assert count <= 2
    assert Decimal((await trust.position(api))["left"]) == 6000 - 3000 * count
    again = [await trust.decide(api, id_, trust.grant("3000.00")) for id_ in made]
    assert sum(answer.status_code == 201 for answer in again) == 2 - count


async def test_a_grant_is_paid_or_annulled(committed_api: Api) -> None:
    """R7: of both at once, one is made."""
    api = committed_api
    await trust.open_year(api)
    for _ in range(5):
        id_ = await trust.granted(api, "1000.00")
        path = f"{trust.APPLICATIONS}/{id_}/payment"
        paid, annulled = await asyncio.gather(
            api.grants_officer.post(path, json=trust.payment("1000.00")), trust.annul(api, id_)
        )
        assert (paid.status_code, annulled.status_code) in {(201, 409), (409, 200)}


async def test_the_database_lets_no_annulled_grant_back_above_the_sum(api: Api, connection: AsyncConnection) -> None:
    """R3: whatever writes the row."""
    await trust.open_year(api, "6000.00")
    id_ = await trust.granted(api)
    ok(await trust.annul(api, id_), 200)
    await trust.granted(api, "0.01")
    await connection.execute(text("select set_config('app.roles', 'grants_officer', true)"))
    revive = text(
        "update trust_entry set annulled_at = null, annulled_reason = null where application_id = cast(:id as uuid)"
    )
    with pytest.raises(IntegrityError, match="more than its sum"):
        async with connection.begin_nested():
            await connection.execute(revive, {"id": id_})
