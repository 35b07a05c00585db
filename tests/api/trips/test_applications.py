"""T1, T7–T10: applications for trips through HTTP, and every refusal of one."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app import clock
from tests.conftest import Api
from tests.factories import steps, trips
from tests.factories.erasure import erase
from tests.factories.participants import is_problem
from tests.factories.steps import ok, refused

PATH = trips.APPLICATIONS


@pytest.fixture
def eleven_years_later() -> Iterator[None]:
    """The test lives in 2033; the next one lives today."""
    clock.fix_today(date(2033, 1, 1))
    yield
    clock.fix_today(None)


async def test_an_application_is_kept_as_it_was_received(api: Api, connection: AsyncConnection) -> None:
    """T7: with the grade of the need, who documented it, and where the person was registered."""
    await trips.record_scheme(api)
    person = await steps.participant(api, service_area="other", municipality_number="4601")
    made = await trips.apply(api, person, last_granted_year=2019)
    assert made.items() >= trips.application(person, last_granted_year=2019).items()
    assert (made["status"], made["municipality_number"], made["late"], made["within_interval"]) == (
        "applied", "4601", False, False,
    )  # fmt: skip
    assert made["last_notice_on"] == "2022-02-20"
    for client in (api.grants_officer, api.case_officer):
        assert ok(await client.get(f"{PATH}/{made['id']}"), 200) == made
        assert ok(await client.get(PATH, params={"participant_id": person}), 200)["items"] == [made]
    await connection.execute(text("select set_config('app.roles', 'case_officer', true)"))
    events = (await connection.execute(text("select type, subject, data from event where type like 'trip%'"))).all()
    assert [tuple(one) for one in events] == [("trip.applied", f"{PATH}/{made['id']}", {"application_id": made["id"]})]


async def test_who_may_not_read_applications(api: Api) -> None:
    """X3: neither services, finance, providers nor the EPJ."""
    await trips.record_scheme(api)
    made = await trips.apply(api)
    for client in (api.service("habilitation"), api.finance, api.epj, api.provider("310300403"), api.manager):
        assert (await client.get(f"{PATH}/{made['id']}")).status_code == 403
        assert (await client.get(PATH)).status_code == 403


async def test_fagutvikling_reads_those_who_have_applied(api: Api) -> None:
    """X3: and nobody else; a protected address is the case office's alone."""
    await trips.record_scheme(api)
    person, other = await steps.participant(api), await steps.participant(api)
    for id_ in (person, other):
        is_problem(await api.grants_officer.get(f"/v1/participants/{id_}"), 403, "role-required")
    protected = await steps.participant(api, address_protection=True)
    hidden = await trips.apply(api, protected)
    assert hidden["municipality_number"] is None
    assert ok(await api.case_officer.get(f"{PATH}/{hidden['id']}"), 200)["municipality_number"] == "4631"


@pytest.mark.parametrize(
    ("changes", "late"),
    [
        ({"received_on": "2022-02-01"}, False),
        ({"received_on": "2022-02-02"}, True),
        ({"preferred_from": "2022-05-30", "received_on": "2022-01-30"}, False),
        ({"preferred_from": "2022-05-30", "received_on": "2022-01-31"}, True),
        ({"preferred_from": "2022-06-30", "preferred_to": "2022-07-05", "received_on": "2022-02-01"}, False),
        # A short one has no round, and its own notice.
        ({"length": "short", "received_on": "2022-04-20"}, False),
        ({"length": "short", "received_on": "2022-04-21"}, True),
    ],
)
async def test_what_is_late_is_stored_and_marked(api: Api, changes: dict[str, Any], late: bool) -> None:
    """T9, T12: after the last day of notice or the round's deadline, whichever is first; each day itself is in time."""
    await trips.record_scheme(api)
    await trips.open_round(api)
    made = await trips.apply(api, **changes)
    assert made["late"] is late
    assert ok(await api.case_officer.get(f"{PATH}/{made['id']}"), 200)["late"] is late


async def test_the_next_round_takes_what_came_after_the_first(api: Api) -> None:
    """T12: what came between two rounds is in time for the second."""
    await trips.record_scheme(api)
    await trips.open_round(api, deadline="2022-01-15")
    days = {"preferred_from": "2022-09-05", "preferred_to": "2022-09-11"}
    made = await trips.apply(api, received_on="2022-01-20", **days)
    assert made["late"] is True
    await trips.open_round(api, opens_on="2022-02-01", deadline="2022-03-01")
    assert ok(await api.case_officer.get(f"{PATH}/{made['id']}"), 200)["late"] is False


@pytest.mark.parametrize(("last_granted_year", "within"), [(2022, True), (2021, True), (2020, False), (None, False)])
@pytest.mark.parametrize("mode", ["rank_last", "refuse"])
async def test_interval_ranks_last_or_refuses(api: Api, mode: str, last_granted_year: int | None, within: bool) -> None:
    """T10: granted in year 1, free in year 3; a second one of the same year is within it too."""
    await trips.record_scheme(api, interval_mode=mode)
    person = await steps.participant(api)
    body = trips.application(person, last_granted_year=last_granted_year)
    answer = await api.grants_officer.post(PATH, json=body)
    if mode == "refuse" and within:
        problem = refused(answer, 422, "within-interval")
        assert problem["free_from"] == (last_granted_year or 0) + 2
        assert ok(await api.grants_officer.get(PATH), 200)["items"] == []
    else:
        assert ok(answer)["within_interval"] is within


@pytest.mark.parametrize(
    ("code", "pointer", "changes"),
    [
        ("level-one-not-municipal", "#/level", {"level": 1}),
        ("validation", "#/level", {"level": 3}),
        ("validation", "#/purpose", {"purpose": "funeral"}),
        ("no-night", "#/preferred_to", {"preferred_to": "2022-06-20"}),
        ("validation", "#/preferred_to", {"preferred_to": "2022-06-19"}),
        ("validation", "#/preferred_to", {"preferred_to": "2022-06-23"}),
        ("no-scheme-in-force", "#/preferred_from", {"preferred_from": "2023-01-01", "preferred_to": "2023-01-06"}),
        ("no-scheme-in-force", "#/preferred_from", {"preferred_from": "2020-12-31", "preferred_to": "2021-01-06"}),
        ("validation", "#/need_grade", {"need_grade": "iplos-5"}),
        ("validation", "#/length", {"length": "week"}),
        ("validation", "#/documented_by", {"documented_by": "gp"}),
        ("validation", "#/documented_by", {"documented_by": None}),
        ("validation", "#/documented_on", {"documented_on": None}),
        ("validation", "#/documented_on", {"documented_on": "2099-01-01"}),
        ("validation", "#/received_on", {"received_on": "2099-01-01"}),
        ("validation", "#/wishes", {"wishes": ""}),
        ("validation", "#/last_granted_year", {"last_granted_year": 2023}),
        ("validation", "#/income", {"income": "1.00"}),
        ("validation", "#/diagnosis", {"diagnosis": "F70"}),
    ],
)
async def test_an_application_of_bad_input(api: Api, code: str, pointer: str, changes: dict[str, Any]) -> None:
    await trips.record_scheme(api)
    person = await steps.participant(api)
    body = trips.application(person, **changes)
    problem = refused(await api.grants_officer.post(PATH, json=body), 422, code)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert ok(await api.grants_officer.get(PATH), 200)["items"] == []


async def test_level_one_is_told_where_to_ask(api: Api) -> None:
    """T1, T8: the trust for company, the service that helps the person for a family occasion."""
    person = await steps.participant(api)
    problem = refused(
        await api.grants_officer.post(PATH, json=trips.application(person, level=1)), 422, "level-one-not-municipal"
    )
    assert "Rambergs legat" in problem["detail"]
    assert "informasjonssida" in problem["detail"]
    problem = refused(
        await api.grants_officer.post(PATH, json=trips.application(person, purpose="wedding")), 422, "validation"
    )
    assert "tenesta som hjelper personen" in problem["detail"]


async def test_nobody_unknown_applies(api: Api) -> None:
    body = trips.application("016e0000-0002-7000-8000-0000000000ff")
    is_problem(await api.grants_officer.post(PATH, json=body), 404, "not-found", "#/participant_id")


async def test_applications_are_listed_by_year_length_and_person(api: Api) -> None:
    await trips.record_scheme(api)
    person = await steps.participant(api)
    long = await trips.apply(api, person)
    short = await trips.apply(api, person, length="short")
    earlier = await trips.apply(
        api, received_on="2021-01-10", preferred_from="2021-06-20", preferred_to="2021-06-26", documented_on=None,
        documented_by=None,
    )  # fmt: skip

    async def listed(**query: Any) -> list[str]:
        return [one["id"] for one in ok(await api.grants_officer.get(PATH, params=query), 200)["items"]]

    assert await listed() == [long["id"], short["id"], earlier["id"]]
    assert await listed(year=2022) == [long["id"], short["id"]]
    assert await listed(length="short") == [short["id"]]
    assert await listed(participant_id=person, length="long") == [long["id"]]


async def test_an_application_is_withdrawn_once(api: Api) -> None:
    """And is not assessed after that."""
    await trips.record_scheme(api)
    made = await trips.apply(api)
    path = f"{PATH}/{made['id']}/withdrawal"
    for day in ("2022-01-09", "2099-01-01"):
        is_problem(await api.grants_officer.post(path, json={"withdrawn_on": day}), 422, "validation", "#/withdrawn_on")
    withdrawn = ok(await api.grants_officer.post(path, json={"withdrawn_on": "2022-01-10"}))
    assert (withdrawn["status"], withdrawn["withdrawn_on"]) == ("withdrawn", "2022-01-10")
    refused(await api.grants_officer.post(path, json={"withdrawn_on": "2022-01-11"}), 409, "trip-application-withdrawn")
    assessed = await api.grants_officer.post(f"{PATH}/{made['id']}/assessment", json=trips.assessment(1, 1, 1, 1))
    refused(assessed, 409, "trip-application-withdrawn")


async def test_the_need_is_documented_later(api: Api) -> None:
    """T7: both the day and by whom, of the version that was read, and not of an application that is withdrawn."""
    await trips.record_scheme(api)
    made = await trips.apply(api, documented_on=None, documented_by=None)
    path, seen = f"{PATH}/{made['id']}", {"documented_on": "2022-02-01", "documented_by": "habilitation"}
    refused(await api.grants_officer.patch(path, json=seen), 428, "precondition-required")
    refused(await api.grants_officer.patch(path, json=seen, headers={"If-Match": '"old"'}), 412, "precondition-failed")
    etag = (await api.grants_officer.get(path)).headers["etag"]
    changed = ok(await api.grants_officer.patch(path, json=seen, headers={"If-Match": etag}), 200)
    assert {name: changed[name] for name in seen} == seen
    assert changed["wishes"] == made["wishes"]
    etag = (await api.grants_officer.get(path)).headers["etag"]
    ok(await api.grants_officer.post(f"{path}/withdrawal", json={"withdrawn_on": "2022-02-02"}))
    etag = (await api.grants_officer.get(path)).headers["etag"]
    answer = await api.grants_officer.patch(path, json=seen, headers={"If-Match": etag})
    refused(answer, 409, "trip-application-withdrawn")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"documented_on": "2022-02-01"}, "#/documented_by"),
        ({"documented_by": "other"}, "#/documented_on"),
        ({"documented_on": "2099-02-01", "documented_by": "other"}, "#/documented_on"),
        ({"documented_on": None, "documented_by": "other"}, "#/documented_on"),
        ({"need_grade": "severe"}, "#/need_grade"),
        ({"wishes": ""}, "#/wishes"),
        ({"length": "short"}, "#/length"),
    ],
)
async def test_a_change_of_an_application_that_is_refused(api: Api, changes: dict[str, Any], pointer: str) -> None:
    await trips.record_scheme(api)
    made = await trips.apply(api)
    path = f"{PATH}/{made['id']}"
    etag = (await api.grants_officer.get(path)).headers["etag"]
    answer = await api.grants_officer.patch(path, json=changes, headers={"If-Match": etag})
    assert is_problem(answer, 422, "validation", pointer)
    assert ok(await api.grants_officer.get(path), 200) == made


@pytest.mark.usefixtures("eleven_years_later")
async def test_an_application_is_in_the_access_log_the_export_and_the_erasure(api: Api) -> None:
    """X1: wishes and reasons go, days and codes stay; retention counts from the day it was received."""
    await trips.record_scheme(api)
    person = await steps.participant(api)
    made = await trips.apply(api, person)
    await trips.assess(api, made["id"], 3, 2, 1, None)
    log = ok(await api.auditor.get(f"/v1/participants/{person}/access-log"), 200)["items"]
    assert {(row["action"], row["purpose"]) for row in log} >= {
        ("record_trip_application", "grant_handling"),
        ("assess_trip_application", "grant_handling"),
    }

    async def exported() -> dict[str, Any]:
        [row] = ok(await api.case_officer.get(f"/v1/participants/{person}/export"), 200)["held"]["trip_applications"]
        kept: dict[str, Any] = row
        return kept

    before = await exported()
    assert (before["wishes"], before["benefit_reason"]) == ("Bade og sjå dyr.", "Vurdert til 3.")
    over = ok(await api.case_officer.get("/v1/retention-over"), 200)["items"]
    assert [one["last_day"] for one in over if one["participant_id"] == person] == ["2022-01-10"]
    await erase(api, person)
    after = await exported()
    assert {before["wishes"], before["benefit_reason"]}.isdisjoint(map(str, after.values()))
    kept = ("received_on", "length", "need_grade", "benefit", "mastery", "mastery_reason", "municipality_number")
    assert [after[name] for name in kept] == [before[name] for name in kept]


async def test_merging_two_people_keeps_both_ones_applications(api: Api) -> None:
    """X2."""
    await trips.record_scheme(api)
    person, twice = await steps.participant(api), await steps.participant(api)
    ids = {(await trips.apply(api, one))["id"] for one in (person, twice)}
    ok(await api.case_officer.post(f"/v1/participants/{person}/merge", json={"duplicate_id": twice}), 200)
    items = ok(await api.grants_officer.get(PATH, params={"participant_id": person}), 200)["items"]
    assert {one["id"] for one in items} == ids
