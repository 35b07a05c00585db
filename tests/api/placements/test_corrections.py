"""What a decision should have said is set right by another (D8)."""

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.api.placements.helpers import (
    correct,
    count_rows,
    decide,
    give_notice,
    grant_place,
    list_events,
    read_latest_event,
    read_placement,
    refuse_correction,
)
from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok, refused


async def test_the_history_has_the_wrong_step_and_its_mending(api: Api) -> None:
    """D6, D8: each as it was said, in order."""
    await steps.law(api)
    grant = await grant_place(api, ends_on="2022-12-31")
    made = await correct(api, grant, starts_on="2022-08-01", share=50, found_by="guardian")
    history = (await read_placement(api, grant["placement_id"]))["history"]
    shown = ("step", "on", "decision_id", "corrects_id", "valid_from", "ends_on", "share", "need")
    assert [tuple(event[name] for name in shown) for event in history] == [
        ("granted", "2022-01-10", grant["id"], None, "2022-07-01", "2022-12-31", 100, None),
        ("corrected", "2022-09-15", made["id"], grant["id"], "2022-08-01", "2022-12-31", 50, "temporary"),
    ]
    assert ok(await api.case_officer.get(f"/v1/decisions/{grant['id']}"), 200)["starts_on"] == "2022-07-01"


async def test_the_last_correction_of_a_decision_counts(api: Api) -> None:
    """D8: the same one may be corrected again, a correction be corrected, and what is left out stays as it stood."""
    await steps.law(api)
    grant = await grant_place(api)
    first = await correct(api, grant, starts_on="2022-08-01")
    second = await correct(api, first, share=50, decided_on="2022-09-16")
    placement = await read_placement(api, grant["placement_id"])
    assert (placement["starts_on"], placement["share"]) == ("2022-08-01", 50)
    assert (second["corrects_id"], second["follows_id"]) == (first["id"], first["id"])
    await correct(api, grant, starts_on="2022-07-01", share=100, decided_on="2022-09-17")
    assert await steps.forecast(api) == "133902.00"
    assert await steps.forecast(api, on="2022-09-15") == "111585.00"
    assert await steps.forecast(api, on="2022-09-16") == "55792.50"


async def test_what_was_decided_later_holds_over_a_correction(api: Api) -> None:
    """D6, D8: a change and an end keep their days."""
    await steps.law(api)
    grant = await grant_place(api)
    await decide(api, steps.change(grant["placement_id"], valid_from="2022-10-01", share=50))
    await decide(api, steps.end(grant["placement_id"], "2022-11-30", decided_on="2022-08-16"))
    await correct(api, grant, starts_on="2022-09-01", share=80)
    # September at 80 %, October and November at 50 %.
    assert await steps.forecast(api) == "40170.60"


async def test_a_change_is_corrected_from_the_day_it_should_have(api: Api) -> None:
    """D8: first day and share of its terms."""
    await steps.law(api)
    grant = await grant_place(api)
    change = await decide(api, steps.change(grant["placement_id"], valid_from="2022-10-01", share=50))
    made = await correct(api, change, starts_on="2022-11-01", share=60)
    # Four months whole, two at 60 %.
    assert await steps.forecast(api) == "116048.40"
    assert (made["starts_on"], made["share"], made["need"]) == ("2022-11-01", 60, None)


async def test_an_end_moves_to_the_day_it_should_have(api: Api) -> None:
    """D8, L5: also later than the notice said."""
    await steps.law(api)
    grant = await grant_place(api)
    notice = await give_notice(api, grant["placement_id"], "2022-07-15")
    end = await decide(api, steps.end(grant["placement_id"], notice["ends_on"], destination="vta"))
    made = await correct(api, end, ends_on="2022-12-31")
    assert (made["destination"], made["notice_id"]) == ("vta", None)
    placement = await read_placement(api, grant["placement_id"])
    assert placement["ends_on"] == "2022-12-31"
    assert await steps.forecast(api) == "133902.00"
    again = await correct(api, made, ends_on=None, decided_on="2022-09-16")
    assert again["notice_id"] == notice["id"]
    await correct(api, again, ends_on="2022-10-31", decided_on="2022-09-17")
    assert await steps.forecast(api) == "89268.00"


async def test_a_temporary_place_becomes_permanent_and_back(api: Api) -> None:
    """D8, L7."""
    await steps.law(api)
    grant = await grant_place(api, ends_on="2022-08-31")
    await correct(api, grant, need="permanent", ends_on=None)
    placement = await read_placement(api, grant["placement_id"])
    assert (placement["need"], placement["ends_on"]) == ("permanent", None)
    assert await steps.forecast(api) == "133902.00"
    await correct(api, grant, need="temporary", ends_on="2022-09-30", decided_on="2022-09-16")
    assert await steps.forecast(api) == "66951.00"


async def test_an_end_of_a_temporary_place_gives_way_to_its_own_last_day(api: Api) -> None:
    """D8, L7: none is none by the end; the grant's stays."""
    await steps.law(api)
    grant = await grant_place(api, ends_on="2022-12-31")
    end = await decide(api, steps.end(grant["placement_id"], "2022-08-31", decided_on="2022-08-16"))
    await refuse_correction(api, end, 409, "end-after-last-day", ends_on="2023-01-31")
    await correct(api, end, ends_on=None)
    assert (await read_placement(api, grant["placement_id"]))["ends_on"] == "2022-12-31"


async def test_a_correction_is_refused_by_the_first_day_without_room(api: Api) -> None:
    """D8, P2: and nothing is stored."""
    await steps.law(api)
    provider_id = await steps.provider(api, places=1)
    later = await grant_place(api, provider_id, starts_on="2022-11-01")
    earlier = await grant_place(api, provider_id, starts_on="2022-07-01", ends_on="2022-10-31")
    answer = await refuse_correction(api, later, 409, "capacity-exceeded", starts_on="2022-09-15")
    assert answer["day"] == "2022-09-15"
    answer = await refuse_correction(api, earlier, 409, "capacity-exceeded", ends_on="2022-12-31")
    assert answer["day"] == "2022-11-01"
    assert (await read_placement(api, later["placement_id"]))["starts_on"] == "2022-11-01"


@pytest.mark.parametrize(("share", "day"), [(40, "2022-09-15"), (60, "2022-09-15")])
async def test_a_correction_is_refused_by_the_first_day_that_overlaps(api: Api, share: int, day: str) -> None:
    """D8, L1: at one provider also where the shares would go together."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    person = await steps.participant(api)
    first = await steps.ready_to_grant(api, provider_id, person, need="temporary")
    await decide(api, first | {"ends_on": "2022-10-31", "share": share})
    second = await steps.ready_to_grant(api, provider_id, person)
    grant = await decide(api, second | {"starts_on": "2022-11-01", "share": share})
    assert (await refuse_correction(api, grant, 409, "placement-overlap", starts_on="2022-09-15"))["day"] == day


async def test_a_share_is_corrected_within_the_persons_day(api: Api) -> None:
    """D8, L1: 50 % beside 50 % at another provider cannot be 60 %."""
    await steps.law(api)
    person = await steps.participant(api)
    providers = [await steps.provider(api, organisation_number=number) for number in ("310300403", "310300411")]
    one, other = [
        await decide(api, await steps.ready_to_grant(api, provider_id, person) | {"share": 50})
        for provider_id in providers
    ]
    assert (await refuse_correction(api, one, 409, "placement-overlap", share=60))["day"] == "2022-07-01"
    await correct(api, one, share=40)
    await correct(api, other, share=60)


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({}, 422, "validation"),
        ({"share": None}, 422, "validation"),
        ({"share": 0}, 422, "validation"),
        ({"share": 101}, 422, "validation"),
        ({"need": "some"}, 422, "validation"),
        ({"starts_on": None}, 422, "validation"),
        ({"starts_on": "2022-08-01", "ends_on": "2022-07-31"}, 422, "validation"),
        ({"starts_on": "2024-09-16"}, 422, "validation"),
        ({"reason": None, "share": 50}, 422, "validation"),
        ({"legal_basis": steps.LEGAL_BASIS, "share": 50}, 422, "validation"),
        ({"decided_on": "2022-01-09", "share": 50}, 409, "decision-out-of-order"),
        ({"starts_on": "2021-12-31"}, 409, "no-guideline-in-force"),
        ({"ends_on": "2022-12-31"}, 409, "permanent-has-no-last-day"),
        ({"need": "temporary"}, 409, "temporary-needs-last-day"),
        ({"medication_tasks": True, "share": 50}, 422, "validation"),
    ],
)
async def test_a_wrong_correction_is_refused_and_stores_nothing(
    api: Api, connection: AsyncConnection, changes: dict[str, Any], status: int, code: str
) -> None:
    """D2, D3, D6, D8, D9, L2, L7."""
    await steps.law(api)
    grant = await grant_place(api)
    before = await count_rows(connection)
    await refuse_correction(api, grant, status, code, **changes)
    assert await count_rows(connection) == before
    assert await steps.forecast(api) == "133902.00"


async def test_a_correction_says_only_what_the_decision_said(api: Api) -> None:
    """D8: 422 at the field, with those that may be corrected."""
    await steps.law(api)
    grant = await grant_place(api)
    end = await decide(api, steps.end(grant["placement_id"], "2022-12-31", decided_on="2022-09-01"))
    answer = await refuse_correction(api, end, 422, "validation", starts_on="2022-08-01")
    assert answer["errors"][0]["pointer"] == "#/starts_on"
    assert "«ends_on»" in answer["detail"]
    moved = await decide(api, steps.change(grant["placement_id"], decided_on="2022-09-02", ends_on="2022-11-30"))
    answer = await refuse_correction(api, moved, 422, "validation", share=50)
    assert answer["errors"][0]["pointer"] == "#/share"


async def test_another_placements_decision_is_not_corrected(api: Api) -> None:
    """D8: 422 at `corrects_id`; nor is an unknown one."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    grant, other = await grant_place(api, provider_id), await grant_place(api, provider_id)
    for named in (other["id"], "01901f2e-0000-7000-8000-000000000000"):
        body = steps.correct(grant["placement_id"], named, share=50)
        answer = refused(await api.case_officer.post("/v1/decisions", json=body), 422, "validation")
        assert answer["errors"][0]["pointer"] == "#/corrects_id"


async def test_a_first_day_after_the_last_is_refused(api: Api) -> None:
    """D8, L1: both days are named."""
    await steps.law(api)
    grant = await grant_place(api)
    await decide(api, steps.end(grant["placement_id"], "2022-09-30", decided_on="2022-08-16"))
    answer = await refuse_correction(api, grant, 409, "end-before-start", starts_on="2022-10-01")
    assert "2022-10-01" in answer["detail"]
    assert "2022-09-30" in answer["detail"]


async def test_new_terms_do_not_begin_outside_the_place(api: Api) -> None:
    """D8."""
    await steps.law(api)
    grant = await grant_place(api)
    change = await decide(api, steps.change(grant["placement_id"], valid_from="2022-10-01", share=50))
    await refuse_correction(api, change, 409, "change-outside-place", starts_on="2022-06-30")


async def test_a_correction_is_an_event_with_the_first_day_that_is_otherwise(
    api: Api, connection: AsyncConnection
) -> None:
    """D8."""
    await steps.law(api)
    grant = await grant_place(api)
    change = await decide(api, steps.change(grant["placement_id"], valid_from="2022-10-01", share=50))
    made = await correct(api, change, starts_on="2022-11-01")
    assert (await list_events(connection))[-1] == ("placement.corrected", f"/v1/placements/{grant['placement_id']}")
    assert await read_latest_event(connection) == {
        "placement_id": grant["placement_id"],
        "provider_id": grant["provider_id"],
        "decision_id": made["id"],
        "effective_on": "2022-10-01",
    }


async def test_absence_before_the_corrected_first_day_counts_for_nothing(api: Api) -> None:
    """A1, D8: of two weeks the second is within the place."""
    await steps.law(api)
    grant = await grant_place(api)
    absence = {"placement_id": grant["placement_id"], "kind": "sick", "percent": 100}
    ok(await api.case_officer.post("/v1/absences", json=absence | {"from": "2022-08-01", "to": "2022-08-12"}))
    await correct(api, grant, starts_on="2022-08-08")
    path, period = f"/v1/providers/{grant['provider_id']}/absence-report", {"from": "2022-07-01", "to": "2022-08-31"}
    report = ok(await api.case_officer.get(path, params=period), 200)["items"]
    assert [row["days"] for row in report] == ["5.00"]
    path = f"/v1/placements/{grant['placement_id']}/absence-summary"
    summary = ok(await api.case_officer.get(path, params={"on": "2022-08-31"}), 200)
    assert (summary["absent"], summary["by_kind"]["sick"]) == ("5.00", "5.00")


async def test_a_corrected_grant_still_stands_on_its_request(api: Api, connection: AsyncConnection) -> None:
    """D4, D6: the placement follows from the grant, which nobody can edit."""
    await steps.law(api)
    grant = await grant_place(api)
    made = await correct(api, grant, starts_on="2022-08-01")
    assert (made["request_id"], made["application_id"]) == (None, None)
    decisions = ok(await api.case_officer.get("/v1/decisions", params={"placement_id": grant["placement_id"]}), 200)
    assert [decision["kind"] for decision in decisions["items"]] == ["grant", "correct"]
    by_kind = ok(await api.case_officer.get("/v1/decisions", params={"kind": "correct"}), 200)["items"]
    assert [decision["id"] for decision in by_kind] == [made["id"]]


async def test_a_place_that_has_changed_since_is_not_corrected(api: Api) -> None:
    """D6: by the placement's ETag, as any decision about it."""
    await steps.law(api)
    grant = await grant_place(api)
    known = (await api.case_officer.get(f"/v1/placements/{grant['placement_id']}")).headers["etag"]
    await decide(api, steps.change(grant["placement_id"], valid_from="2022-10-01", share=50))
    body = steps.correct(grant["placement_id"], grant["id"], share=80)
    answer = await api.case_officer.post("/v1/decisions", json=body, headers={"If-Match": known})
    refused(answer, 412, "precondition-failed")
