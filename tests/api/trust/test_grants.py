"""Grants of the trust: the year's sum, the person's limit, and what must be in place first (R1–R6)."""

import asyncio
from contextlib import nullcontext
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.conftest import Api
from tests.factories import steps, trust
from tests.factories.participants import is_problem
from tests.factories.steps import ok, refused


async def test_25_at_the_limit_use_the_sum_and_the_26th_fits_once_it_is_raised(api: Api) -> None:
    """R2–R4: 0.01 more does not."""
    await trust.open_year(api)
    for number in range(1, 26):
        made = ok(await trust.decide(api, await trust.apply(api), trust.grant()))
        assert (made["left"], made["person_left"]) == (f"{150_000 - 6_000 * number}.00", "0.00")
    last = await trust.apply(api)
    answer = await trust.decide(api, last, trust.grant())
    assert refused(answer, 409, "trust-sum-exhausted")["left"] == "0.00"
    assert (await trust.position(api))["left"] == "0.00"
    body = trust.year_sum("156000.00", decided_on="2020-08-31", decided_by="municipality", reason="Éin til")
    ok(await api.case_officer.post("/v1/trust/years/2020/sums", json=body))
    ok(await trust.decide(api, last, trust.grant()))
    answer = await trust.decide(api, await trust.apply(api, "0.01"), trust.grant("0.01"))
    assert refused(answer, 409, "trust-sum-exhausted")["left"] == "0.00"
    found = await trust.position(api)
    assert (found["sum"], found["raised"], found["granted"], found["left"], found["applications"]) == (
        "156000.00",
        "6000.00",
        "156000.00",
        "0.00",
        27,
    )


async def test_a_persons_grants_of_a_year_count_together(api: Api) -> None:
    """R2, R9: 4 000 and 2 000; the next year has its own sum. Of both limits the person's is named first."""
    await trust.open_year(api, "6000.00")
    person = await steps.participant(api)
    await trust.granted(api, "4000.00", person)
    await trust.granted(api, "2000.00", person)
    answer = await trust.decide(api, await trust.apply(api, "0.01", person), trust.grant("0.01"))
    assert refused(answer, 409, "person-limit")["left"] == "0.00"
    await trust.open_year(api, year=2021)
    later = await trust.apply(api, "6000.00", person, received_on="2021-05-01", documentation_seen_on="2021-05-01")
    out = ok(await trust.decide(api, later, trust.grant(decided_on="2021-06-01")))
    assert (out["left"], out["person_left"]) == ("144000.00", "0.00")


@pytest.mark.parametrize("amount", ["6000.00", "1000.00"])
async def test_20_grants_at_once_of_the_last_6000(committed_api: Api, amount: str) -> None:
    """R3: the year is locked, so that one (or six) of them is made, and the sum is never passed."""
    api = committed_api
    await trust.open_year(api, "6000.00")
    ids = [await trust.apply(api, amount) for _ in range(20)]
    answers = await asyncio.gather(*(trust.decide(api, id_, trust.grant(amount)) for id_ in ids))
    made = [answer for answer in answers if answer.status_code == 201]
    assert len(made) == 6000 // Decimal(amount)
    assert all(is_problem(answer, 409, "trust-sum-exhausted") for answer in answers if answer not in made)
    assert (await trust.position(api))["left"] == "0.00"


@pytest.mark.parametrize(("amount", "fits"), [("2000.00", True), ("2000.01", False)])
@pytest.mark.parametrize("limit", ["sum", "person"])
async def test_the_database_holds_the_limits_by_itself(
    api: Api, connection: AsyncConnection, limit: str, amount: str, fits: bool
) -> None:
    """R2, R3: whatever writes the row."""
    await trust.open_year(api, "6000.00" if limit == "sum" else "150000.00")
    person = await steps.participant(api)
    await trust.granted(api, "4000.00", person)
    id_ = await trust.apply(api, "6000.00", None if limit == "sum" else person)
    await connection.execute(text("select set_config('app.roles', 'grants_officer', true)"))
    insert = text(
        "insert into trust_entry (id, application_id, kind, entered_on, amount, recorded_by)"
        " values (gen_random_uuid(), cast(:id as uuid), 'grant', '2020-09-01', cast(:amount as numeric), 'test')"
    )
    with nullcontext() if fits else pytest.raises(IntegrityError, match="more than its sum"):
        async with connection.begin_nested():
            await connection.execute(insert, {"id": id_, "amount": amount})


async def test_grants_of_one_person_at_once_never_pass_the_persons_limit(committed_api: Api) -> None:
    """R2."""
    api = committed_api
    await trust.open_year(api)
    person = await steps.participant(api)
    ids = [await trust.apply(api, "4000.00", person) for _ in range(6)]
    answers = await asyncio.gather(*(trust.decide(api, id_, trust.grant("4000.00")) for id_ in ids))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    assert (await trust.position(api))["granted"] == "4000.00"


async def test_an_application_is_decided_once(committed_api: Api) -> None:
    api = committed_api
    await trust.open_year(api)
    id_ = await trust.apply(api)
    answers = await asyncio.gather(*(trust.decide(api, id_, trust.grant()) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    refused(await trust.decide(api, id_, trust.reject()), 409, "trust-application-decided")


async def test_a_year_without_a_sum_grants_nothing(api: Api) -> None:
    """R1: and a day before the sum was decided is one without it."""
    id_ = await trust.apply(api)
    refused(await trust.decide(api, id_, trust.grant()), 409, "no-trust-sum")
    for path in ("", "/report"):
        refused(await api.grants_officer.get(f"/v1/trust/years/2020{path}"), 409, "no-trust-sum")
    refused(await api.grants_officer.post("/v1/trust/years/2020/shares"), 409, "no-trust-sum")
    await trust.open_year(api, decided_on="2020-09-02")
    refused(await trust.decide(api, id_, trust.grant()), 409, "no-trust-sum")
    ok(await trust.decide(api, id_, trust.grant(decided_on="2020-09-02")))


async def test_a_sum_is_only_raised(api: Api) -> None:
    """R4."""
    await trust.open_year(api)
    path = "/v1/trust/years/2020/sums"
    for amount in ("150000.00", "149999.99"):
        found = refused(await api.grants_officer.post(path, json=trust.year_sum(amount)), 409, "not-a-raise")
        assert found["sum"] == "150000.00"
    early = trust.year_sum("160000.00", decided_on="2020-01-19")
    is_problem(await api.grants_officer.post(path, json=early), 422, "validation", "#/decided_on")
    body = trust.year_sum("160000.00", decided_on="2020-09-01", decided_by="municipality", deadline_on=None)
    ok(await api.grants_officer.post(path, json=body))
    sums = ok(await api.finance.get(path), 200)["items"]
    assert [(one["amount"], one["decided_by"]) for one in sums] == [
        ("150000.00", "board"),
        ("160000.00", "municipality"),
    ]
    before = await trust.position(api, on="2020-08-31")
    assert (before["sum"], before["raised"], before["deadline_on"]) == ("150000.00", "0.00", "2020-08-15")
    assert (await trust.position(api))["raised"] == "10000.00"


async def test_two_raises_at_once_are_each_higher_than_the_one_before(committed_api: Api) -> None:
    """R4."""
    api = committed_api
    await trust.open_year(api)
    amounts = ["160000.00", "160000.00", "170000.00", "155000.00"]
    answers = await asyncio.gather(
        *(api.grants_officer.post("/v1/trust/years/2020/sums", json=trust.year_sum(amount)) for amount in amounts)
    )
    made = [Decimal(answer.json()["amount"]) for answer in answers if answer.status_code == 201]
    assert Decimal("170000.00") in made
    assert made.count(Decimal("160000.00")) <= 1
    assert all(is_problem(answer, 409, "not-a-raise") for answer in answers if answer.status_code != 201)


async def test_the_documentation_is_seen_before_the_grant(api: Api) -> None:
    """R6: on a day and by a role, and never stored."""
    await trust.open_year(api)
    id_ = await trust.apply(api, documentation_seen_on=None)
    refused(await trust.decide(api, id_, trust.grant()), 409, "documentation-missing")
    path = f"{trust.APPLICATIONS}/{id_}"
    etag = (await api.grants_officer.get(path)).headers["etag"]
    seen = {"documentation_seen_on": "2020-09-02"}
    refused(await api.grants_officer.patch(path, json=seen, headers={"If-Match": '"old"'}), 412, "precondition-failed")
    changed = ok(await api.grants_officer.patch(path, json=seen, headers={"If-Match": etag}), 200)
    assert (changed["documentation_seen_on"], changed["documentation_seen_by"]) == ("2020-09-02", "grants_officer")
    refused(await trust.decide(api, id_, trust.grant()), 409, "documentation-missing")
    ok(await trust.decide(api, id_, trust.grant(decided_on="2020-09-02")))
    etag = (await api.grants_officer.get(path)).headers["etag"]
    answer = await api.grants_officer.patch(path, json=seen, headers={"If-Match": etag})
    refused(answer, 409, "trust-application-decided")


async def test_who_is_registered_elsewhere_has_a_reason_for_belonging(api: Api) -> None:
    """R6: by the register when the application was recorded, whatever it says later."""
    await trust.open_year(api)
    person = await steps.participant(api, municipality_number="4601", service_area="other")
    id_ = await trust.apply(api, participant_id=person)
    refused(await trust.decide(api, id_, trust.grant()), 409, "belonging-missing")
    path = f"{trust.APPLICATIONS}/{id_}"
    etag = (await api.case_officer.get(path)).headers["etag"]
    body = {"belonging_reason": "Voks opp på Manger."}
    ok(await api.case_officer.patch(path, json=body, headers={"If-Match": etag}), 200)
    ok(await trust.decide(api, id_, trust.grant()))
    assert ok(await api.grants_officer.get(path), 200)["municipality_number"] == "4601"


async def test_those_in_time_are_decided_before_the_late_ones(api: Api) -> None:
    """R5: the deadline's own day is in time; a late one is stored, and may be rejected at any time."""
    await trust.open_year(api)
    timely = await trust.apply(api)
    late = await trust.apply(api, received_on="2020-08-16")
    other = await trust.apply(api, received_on="2020-08-16")
    items = ok(await api.grants_officer.get(trust.APPLICATIONS, params={"year": 2020}), 200)["items"]
    assert {one["id"]: one["late"] for one in items} == {timely: False, late: True, other: True}
    found = refused(await trust.decide(api, late, trust.grant()), 409, "timely-undecided")
    assert found["undecided"] == 1
    ok(await trust.decide(api, other, trust.reject("late")))
    ok(await trust.decide(api, timely, trust.reject("outside_purpose")))
    ok(await trust.decide(api, late, trust.grant()))


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"amount": "0.00"}, "#/amount"),
        ({"amount": "6000.01"}, "#/amount"),
        ({"amount": "-1.00"}, "#/amount"),
        ({"received_on": "2199-01-01"}, "#/received_on"),
        ({"documentation_seen_on": "2199-01-01"}, "#/documentation_seen_on"),
        ({"purpose": "holiday"}, "#/purpose"),
        ({"belonging_reason": " "}, "#/belonging_reason"),
        ({"income": "1.00"}, "#/income"),
    ],
)
async def test_an_application_of_bad_input(api: Api, changes: dict[str, str], pointer: str) -> None:
    person = await steps.participant(api)
    body = trust.application(person) | changes
    is_problem(await api.grants_officer.post(trust.APPLICATIONS, json=body), 422, "validation", pointer)
    assert ok(await api.grants_officer.get(trust.APPLICATIONS), 200)["items"] == []


async def test_nobody_unknown_applies(api: Api) -> None:
    body = trust.application("016e0000-0002-7000-8000-0000000000ff")
    is_problem(await api.grants_officer.post(trust.APPLICATIONS, json=body), 404, "not-found", "#/participant_id")


async def test_another_limit_of_a_person_is_the_years(api: Api) -> None:
    """R2: a parameter of the year's sum; a raise keeps it."""
    await trust.open_year(api, person_limit="8000.00")
    await trust.granted(api, "8000.00")
    raised = trust.year_sum("160000.00", deadline_on=None)
    ok(await api.grants_officer.post("/v1/trust/years/2020/sums", json=raised))
    assert (await trust.position(api))["person_limit"] == "8000.00"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (trust.grant(None), "#/grant/amount"),
        (trust.grant("0.00"), "#/grant/amount"),
        (trust.grant("6000.01"), "#/amount"),
        (trust.grant(decided_on="2020-08-14"), "#/decided_on"),
        (trust.grant(decided_on="2199-01-01"), "#/grant/decided_on"),
        (trust.reject("because"), "#/reject/reason"),
        (trust.reject(amount="1.00"), "#/reject/amount"),
        (trust.grant() | {"kind": "maybe"}, "#/kind"),
    ],
)
async def test_a_decision_of_bad_input(api: Api, body: dict[str, str], pointer: str) -> None:
    await trust.open_year(api)
    id_ = await trust.apply(api)
    answer = await trust.decide(api, id_, body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [
        pointer.replace("/grant", "").replace("/reject", "")
    ]
    assert (await trust.position(api))["granted"] == "0.00"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"amount": "0.00"}, "#/amount"),
        ({"decided_on": "2199-01-01"}, "#/decided_on"),
        ({"deadline_on": "2021-08-15"}, "#/deadline_on"),
        ({"decided_by": "mayor"}, "#/decided_by"),
        ({"reason": ""}, "#/reason"),
        ({"person_limit": "0.00"}, "#/person_limit"),
    ],
)
async def test_a_sum_of_bad_input(api: Api, changes: dict[str, str], pointer: str) -> None:
    answer = await api.grants_officer.post("/v1/trust/years/2020/sums", json=trust.year_sum() | changes)
    is_problem(answer, 422, "validation", pointer)
