"""Payments against vouchers, repayments and lapses (R7)."""

from typing import Any

import httpx
import pytest

from tests.conftest import Api
from tests.factories import steps, trust
from tests.factories.participants import is_problem
from tests.factories.steps import ok, refused


async def pay(api: Api, id_: str, body: dict[str, Any], what: str = "payment") -> httpx.Response:
    return await api.grants_officer.post(f"{trust.APPLICATIONS}/{id_}/{what}", json=body)


async def test_what_is_paid_never_passes_the_grant(api: Api) -> None:
    await trust.open_year(api)
    id_ = await trust.granted(api)
    ok(await pay(api, id_, trust.payment("4000.00")))
    found = refused(await pay(api, id_, trust.payment("2000.01")), 409, "payment-above-grant")
    assert found["left"] == "2000.00"
    ok(await pay(api, id_, trust.payment("2000.00")))
    read = ok(await api.grants_officer.get(f"{trust.APPLICATIONS}/{id_}"), 200)
    assert (read["status"], read["granted"], read["paid"]) == ("granted", "6000.00", "6000.00")
    assert [(one["kind"], one["amount"]) for one in read["entries"]] == [
        ("grant", "6000.00"),
        ("payment", "4000.00"),
        ("payment", "2000.00"),
    ]
    assert (await trust.position(api))["paid"] == "6000.00"


async def test_what_is_repaid_is_free_again_in_its_own_year(api: Api) -> None:
    """R2, R7: for the year and for the person."""
    await trust.open_year(api, "6000.00")
    person = await steps.participant(api)
    id_ = await trust.granted(api, participant_id=person)
    refused(await pay(api, id_, trust.payment("0.01"), "repayment"), 409, "repayment-above-payment")
    ok(await pay(api, id_, trust.payment()))
    ok(await pay(api, id_, trust.payment("1000.00", voucher_seen_on=None), "repayment"))
    found = refused(await pay(api, id_, trust.payment("5000.01"), "repayment"), 409, "repayment-above-payment")
    assert found["left"] == "5000.00"
    again = await trust.apply(api, "1000.00", person)
    refused(await trust.decide(api, again, trust.grant("1000.00")), 409, "person-limit")
    out = ok(await trust.decide(api, again, trust.grant("1000.00", decided_on="2020-10-01")))
    assert (out["left"], out["person_left"]) == ("0.00", "0.00")


async def test_what_is_not_used_lapses_the_day_after_the_years_last(api: Api) -> None:
    """R7: limits are judged on the decision's day."""
    await trust.open_year(api, "6000.00")
    id_ = await trust.granted(api)
    ok(await pay(api, id_, trust.payment("1000.00", on="2020-12-31")))
    assert (await trust.position(api, on="2020-12-31"))["left"] == "0.00"
    assert (await trust.position(api, on="2021-01-01"))["left"] == "5000.00"
    read = ok(await api.grants_officer.get(f"{trust.APPLICATIONS}/{id_}"), 200)
    assert (read["paid"], read["lapsed"]) == ("1000.00", "5000.00")
    found = refused(await pay(api, id_, trust.payment("1.00", on="2021-01-01")), 409, "grant-lapsed")
    assert found["lapsed_on"] == "2021-01-01"
    waiting = await trust.apply(api, "5000.00")
    refused(
        await trust.decide(api, waiting, trust.grant("5000.00", decided_on="2020-12-31")), 409, "trust-sum-exhausted"
    )
    out = ok(await trust.decide(api, waiting, trust.grant("5000.00", decided_on="2021-01-01")))
    assert out["left"] == "0.00"


async def test_nothing_is_paid_of_what_was_not_granted(api: Api) -> None:
    await trust.open_year(api)
    waiting = await trust.apply(api)
    rejected = await trust.apply(api)
    ok(await trust.decide(api, rejected, trust.reject("outside_purpose")))
    for id_ in (waiting, rejected):
        for what in ("payment", "repayment"):
            refused(await pay(api, id_, trust.payment(), what), 409, "not-granted")


@pytest.mark.parametrize(
    ("what", "changes", "pointer"),
    [
        ("payment", {"amount": "0.00"}, "#/amount"),
        ("payment", {"voucher_seen_on": None}, "#/voucher_seen_on"),
        ("payment", {"voucher_seen_on": "2020-10-02"}, "#/voucher_seen_on"),
        ("payment", {"on": "2020-08-31", "voucher_seen_on": "2020-08-31"}, "#/on"),
        ("payment", {"on": "2199-01-01"}, "#/on"),
        ("repayment", {"amount": "0.00"}, "#/amount"),
        ("repayment", {"on": "2020-08-31"}, "#/on"),
    ],
)
async def test_a_payment_of_bad_input(api: Api, what: str, changes: dict[str, Any], pointer: str) -> None:
    await trust.open_year(api)
    id_ = await trust.granted(api)
    is_problem(await pay(api, id_, trust.payment() | changes, what), 422, "validation", pointer)
    assert (await trust.position(api))["paid"] == "0.00"
