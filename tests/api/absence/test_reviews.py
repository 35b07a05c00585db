"""What absences add up to, and the reviews that extensive absence asks for (A1, A3), through HTTP."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from app import clock
from app.rules.calendar import is_planned_day
from tests.conftest import Api
from tests.factories import steps
from tests.factories.absences import ORGANISATION, item, placement, pushed, statuses
from tests.factories.steps import ok, refused


def planned_days(until: date, count: int) -> list[str]:
    """So many planned days, the last of them on or before a day."""
    days = (until - timedelta(days=back) for back in range(4 * count + 20))
    return [day.isoformat() for day in days if is_planned_day(day)][:count]


async def test_a3_summary_counts_planned_and_absent_days(api: Api) -> None:
    """A3: weekdays that are no public holiday times the share; `holiday` is not counted; extensive from 30 %."""
    await steps.law(api)
    place = await placement(api, await steps.provider(api), share=50, starts_on="2021-01-01")
    client = api.provider(ORGANISATION)
    path = f"/v1/placements/{place}/absence-summary"
    # The 90 days to 30 June 2022 have 58 planned days: Easter, 17 May, Ascension and Whit Monday are none.
    empty = ok(await client.get(path, params={"on": "2022-06-30"}), 200)
    assert (empty["window_from"], empty["planned"], empty["absent"], empty["share"]) == (
        "2022-04-02",
        "29.00",
        "0.00",
        "0.00",
    )
    await pushed(
        client,
        [
            item(place, external_id="1", first="2022-03-20", last="2022-04-04"),  # one day of it
            item(place, external_id="2", first="2022-05-14", last="2022-05-18", percent=50),  # Mon, Wed: 17 May not
            item(place, external_id="3", kind="holiday", first="2022-06-01", last="2022-06-10"),
            item(place, external_id="4", kind="unexcused", first="2022-06-27", last="2022-07-10", percent=75),
        ],
    )
    found = ok(await client.get(path, params={"on": "2022-06-30"}), 200)
    # The window has four days of the last week, so two planned ones: three absent ones count as two.
    assert (found["absent"], found["share"], found["review_due"]) == ("4.00", "13.79", False)
    assert found["by_kind"] == {
        "sick": "2.00",
        "holiday": "7.00",
        "leave": "0.00",
        "unexcused": "3.00",
        "other": "0.00",
    }
    days = ("2022-06-13", "2022-06-14", "2022-06-20", "2022-06-21", "2022-06-22")
    await pushed(client, [item(place, external_id=day, kind="other", first=day, last=day) for day in days])
    found = ok(await api.service("habilitation").get(path, params={"on": "2022-06-30"}), 200)
    assert (found["absent"], found["share"], found["review_due"]) == ("8.50", "29.31", False)
    await pushed(client, [item(place, external_id="5", kind="other", first="2022-05-09", last="2022-05-09")])
    found = ok(await api.service("habilitation").get(path, params={"on": "2022-06-30"}), 200)
    assert (found["absent"], found["share"], found["review_due"]) == ("9.50", "32.76", True)
    refused(await api.finance.get(path), 403, "role-required")
    assert (await api.service("mental_health").get(path)).status_code == 404
    early = refused(await client.get(path, params={"on": "2021-12-31"}), 409, "no-guideline-in-force")
    assert "fråværet" in early["detail"]


async def test_a3_week_counts_no_more_absence_than_is_planned(quiet_api: Api) -> None:
    """A3: two whole weeks of a place of 50 % are five days; the whole window is all that was planned, and no more.

    The summary, the task and the event count alike.
    """
    api = quiet_api
    await steps.law(api)
    today = clock.today()
    place = await placement(api, await steps.provider(api), share=50)
    client, summary = api.provider(ORGANISATION), f"/v1/placements/{place}/absence-summary"
    await pushed(client, [item(place, first="2022-06-13", last="2022-06-24")])
    found = ok(await client.get(summary, params={"on": "2022-06-30"}), 200)
    assert (found["planned"], found["absent"], found["share"]) == ("29.00", "5.00", "17.24")
    assert (found["by_kind"]["sick"], found["review_due"]) == ("10.00", False)
    # Three whole weeks: extensive as documented, not as they count.
    items = []
    for back in (2, 3, 4):
        monday = today - timedelta(days=today.weekday() + 7 * back)
        first, last = monday.isoformat(), (monday + timedelta(days=4)).isoformat()
        items.append(item(place, external_id=first, first=first, last=last))
    await pushed(client, items)
    found = ok(await client.get(summary), 200)
    documented = Decimal(found["by_kind"]["sick"])
    assert Decimal(found["absent"]) * 2 == documented
    assert documented / Decimal(found["planned"]) >= Decimal("0.3") > Decimal(found["share"]) / 100
    assert found["review_due"] is False
    assert await events(api) == []
    assert ok(await api.case_officer.get("/v1/tasks", params={"kind": "absence_review"}), 200)["items"] == []
    since = (today - timedelta(days=200)).isoformat()
    gone = [{**one, "revision": 2, "cancelled": True} for one in items]
    await pushed(client, [*gone, item(place, external_id="F-2", first=since, last=today.isoformat())])
    found = ok(await client.get(summary), 200)
    assert (found["absent"], found["share"], found["review_due"]) == (found["planned"], "100.00", True)
    assert [one["type"] for one in await events(api)] == ["absence.review_due"]
    [due] = ok(await api.case_officer.get("/v1/tasks", params={"kind": "absence_review"}), 200)["items"]
    assert due["placement_id"] == place


async def test_a3_planned_days_follow_the_share_of_each_day(quiet_api: Api) -> None:
    """A3, D6: a share that a decision changed counts from its day on, in the summary, the task and the event alike."""
    api = quiet_api
    await steps.law(api)
    today = clock.today()
    changed_on = today - timedelta(days=29)
    place = await placement(api, await steps.provider(api))
    summary = f"/v1/placements/{place}/absence-summary"
    before = ok(await api.case_officer.get(summary), 200)
    body = steps.change(place, decided_on=changed_on.isoformat(), valid_from=changed_on.isoformat(), share=20)
    ok(await api.case_officer.post("/v1/decisions", json=body))
    window = [today - timedelta(days=back) for back in range(90)]
    hundredths = sum((20 if day >= changed_on else 100) for day in window if is_planned_day(day))
    found = ok(await api.case_officer.get(summary), 200)
    assert Decimal(before["planned"]) == sum(is_planned_day(day) for day in window)
    assert found["planned"] == f"{hundredths // 100}.{hundredths % 100:02}"
    # Enough of what is planned now, too little of what the first share had planned.
    absent = -(-hundredths * 30 // 10_000)
    assert absent * 100 < Decimal(before["planned"]) * 30
    days = planned_days(changed_on - timedelta(days=1), absent)
    await pushed(api.provider(ORGANISATION), [item(place, external_id=day, first=day, last=day) for day in days])
    assert ok(await api.case_officer.get(summary), 200)["review_due"] is True
    assert [one["type"] for one in await events(api)] == ["absence.review_due"]
    due = ok(await api.case_officer.get("/v1/tasks", params={"kind": "absence_review"}), 200)["items"]
    assert [task["placement_id"] for task in due] == [place]


async def events(api: Api) -> list[dict[str, Any]]:
    """The events about absence."""
    items = ok(await api.case_officer.get("/v1/events", params={"limit": 200}), 200)["items"]
    return [one for one in items if one["type"].startswith("absence.")]


async def test_a3_review_due_is_published_once_until_closed(quiet_api: Api) -> None:
    """A3: `absence.review_due` when a push makes it true; again only after a review and new absence."""
    api = quiet_api
    await steps.law(api)
    place = await placement(api, await steps.provider(api))
    client = api.provider(ORGANISATION)
    days = planned_days(clock.today(), 40)
    items = [item(place, external_id=day, first=day, last=day) for day in days]
    path = f"/v1/placements/{place}/absence-reviews"
    summary = f"/v1/placements/{place}/absence-summary"
    body = {"reviewed_on": clock.today().isoformat(), "outcome": "follow_up", "reason": "Nytt møte i haust."}
    await pushed(client, items[:5])
    assert await events(api) == []
    refused(await api.case_officer.post(path, json=body), 409, "absence-review-not-due")
    await pushed(client, items[:25], dry_run="true")
    assert await events(api) == []
    await pushed(client, items[:25])
    await pushed(client, items[:30])
    [event] = await events(api)
    assert (event["type"], event["subject"]) == ("absence.review_due", f"/v1/placements/{place}")
    assert ok(await client.get(summary), 200)["review_due"] is True
    refused(await client.post(path, json=body), 403, "role-required")
    answer = await api.case_officer.post(path, json=body)
    made = ok(answer)
    assert ok(await api.service("habilitation").get(answer.headers["location"]), 200) == made
    assert ok(await api.case_officer.get(path), 200)["items"] == [made]
    refused(await client.get(path), 403, "role-required")
    assert ok(await client.get(summary), 200)["review_due"] is False
    refused(await api.case_officer.post(path, json=body), 409, "absence-review-not-due")
    assert statuses(await pushed(client, items[:30])) == ["unchanged"] * 30
    assert ok(await client.get(summary), 200)["review_due"] is False
    await pushed(client, items[:31])
    assert ok(await client.get(summary), 200)["review_due"] is True
    assert [one["type"] for one in await events(api)] == [
        "absence.review_due",
        "absence.reviewed",
        "absence.review_due",
    ]
    # Under the threshold and over it again is published again.
    gone = [{**one, "revision": 2, "cancelled": True} for one in items[:31]]
    await pushed(client, gone)
    back = [{**one, "external_id": f"ny {one['external_id']}"} for one in items[:31]]
    await pushed(client, back)
    assert [one["type"] for one in await events(api)][-2:] == ["absence.review_due", "absence.review_due"]


async def test_a3_review_is_due_on_the_day_it_was_held(api: Api) -> None:
    """A3: due on the day it was held, whatever has become of the window since; on another day it was not."""
    await steps.law(api)
    place = await placement(api, await steps.provider(api))
    await pushed(api.provider(ORGANISATION), [item(place, first="2022-09-01", last="2022-10-14")])
    path, body = f"/v1/placements/{place}/absence-reviews", {"outcome": "no_change", "reason": "Avklart."}
    summary = f"/v1/placements/{place}/absence-summary"
    for on, due in (("2022-08-31", False), ("2022-10-31", True)):
        assert ok(await api.case_officer.get(summary, params={"on": on}), 200)["review_due"] is due
    refused(
        await api.case_officer.post(path, json={**body, "reviewed_on": "2022-08-31"}), 409, "absence-review-not-due"
    )
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    problem = refused(await api.case_officer.post(path, json={**body, "reviewed_on": tomorrow}), 422, "validation")
    assert problem["errors"][0]["pointer"] == "#/reviewed_on"
    made = ok(await api.case_officer.post(path, json={**body, "reviewed_on": "2022-10-31"}))
    assert made["reviewed_on"] == "2022-10-31"
    assert ok(await api.case_officer.get(summary, params={"on": "2022-10-31"}), 200)["review_due"] is False
    refused(
        await api.case_officer.post(path, json={**body, "reviewed_on": "2022-10-31"}), 409, "absence-review-not-due"
    )


async def test_a1_days_after_the_placement_ended_are_not_counted(api: Api) -> None:
    """A1, A3: an absence that was documented before the end was known counts to and with the last day."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    place, before = await placement(api, provider_id), await placement(api, provider_id)
    items = [
        item(place, first="2022-10-03", last="2022-11-30"),
        item(place, external_id="F-2", first="2022-12-01", last="2022-12-02"),
        item(before, external_id="F-3", first="2022-10-10", last="2022-10-11"),
    ]
    await pushed(api.provider(ORGANISATION), items)
    for ended, last_day in ((place, "2022-10-10"), (before, "2022-09-30")):
        body = steps.end(ended, last_day, decided_on="2022-09-30")
        ok(await api.case_officer.post("/v1/decisions", json=body))
    path = f"/v1/placements/{place}/absence-summary"
    for on, planned, absent, share in (
        ("2022-10-10", "64.00", "6.00", "9.38"),
        ("2022-10-31", "49.00", "6.00", "12.24"),
        ("2022-12-31", "6.00", "6.00", "100.00"),
        ("2023-01-07", "1.00", "1.00", "100.00"),
        ("2023-01-08", "0.00", "0.00", "0.00"),
        ("2023-03-01", "0.00", "0.00", "0.00"),
    ):
        found = ok(await api.case_officer.get(path, params={"on": on}), 200)
        assert (found["planned"], found["absent"], found["share"]) == (planned, absent, share), on
        assert found["review_due"] is False
    report = f"/v1/providers/{provider_id}/absence-report"
    expected: list[tuple[str, list[tuple[str, int, str]]]] = [("2022-09-01", [(place, 1, "6.00")]), ("2022-10-11", [])]
    for first, rows in expected:
        found = ok(await api.case_officer.get(report, params={"from": first, "to": "2022-12-31"}), 200)
        assert [(row["placement_id"], row["absences"], row["days"]) for row in found["items"]] == rows


async def test_a3_review_does_not_cover_absence_that_began_after_it(api: Api) -> None:
    """A3: it has not seen what came after the day it was held, however long that has been stored."""
    await steps.law(api)
    place = await placement(api, await steps.provider(api))
    items = [
        item(place, first="2022-09-01", last="2022-10-14"),
        item(place, external_id="F-2", first="2022-11-14", last="2023-01-13"),
    ]
    await pushed(api.provider(ORGANISATION), items)
    path = f"/v1/placements/{place}/absence-reviews"
    body = {"reviewed_on": "2022-10-31", "outcome": "no_change", "reason": "Avklart."}

    async def due(on: str) -> bool:
        summary = f"/v1/placements/{place}/absence-summary"
        is_due: bool = ok(await api.case_officer.get(summary, params={"on": on}), 200)["review_due"]
        return is_due

    assert [await due("2022-10-31"), await due("2023-01-13")] == [True, True]
    ok(await api.case_officer.post(path, json=body))
    assert [await due("2022-10-31"), await due("2022-11-13"), await due("2023-01-13")] == [False, False, True]
    refused(await api.case_officer.post(path, json=body), 409, "absence-review-not-due")
    ok(await api.case_officer.post(path, json={**body, "reviewed_on": "2023-01-13"}))
    assert [await due("2022-10-31"), await due("2023-01-13")] == [False, False]
