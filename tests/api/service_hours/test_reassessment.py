"""S4: a new assessment is due some months after the last, of everybody who has hours."""

from datetime import date, timedelta
from typing import Any

from app import clock
from app.rules.calendar import add_months
from tests.conftest import Api
from tests.factories import hours, steps
from tests.factories.hours import item, push
from tests.factories.places import got
from tests.factories.steps import ok

OPEN_END: dict[str, Any] = {"from": "2022-01-01", "to": None}


def months_ago(months: int, days: int = 0) -> str:
    return (add_months(clock.today(), -months) - timedelta(days=days)).isoformat()


async def tasks(client: Any) -> list[dict[str, Any]]:
    """The tasks of this kind."""
    found: list[dict[str, Any]] = (await got(client, "/v1/tasks", kind="reassessment"))["items"]
    return found


async def test_a_new_assessment_is_due_a_year_after_the_last(api: Api) -> None:
    await hours.service_type(api)
    late, soon, fresh, ended, never = [await steps.participant(api, given_name=f"P{n}") for n in range(5)]
    await push(
        api,
        item(late, external_id="T-1", **OPEN_END, assessed_on=months_ago(13)),
        item(soon, **OPEN_END, assessed_on=months_ago(11)),
        item(fresh, **OPEN_END, assessed_on=months_ago(1)),
        item(ended, **{"from": "2022-01-01", "to": "2022-12-31"}, assessed_on="2021-01-01"),
        item(never, **OPEN_END, assessed_on=None),
    )
    found = await tasks(api.case_officer)
    assert [(task["participant_id"], task["status"]) for task in found] == [(late, "overdue"), (soon, "open")]
    first = found[0]
    assert first["due_on"] == add_months(date.fromisoformat(months_ago(13)), 12).isoformat()
    assert (first["rule"], first["responsible"], first["link"]) == ("S4", "case_office", f"/v1/participants/{late}")
    assert first["title"] == "Ny kartlegging av behovet: P0 Hage"
    await push(api, item(late, external_id="T-1", revision=2, **OPEN_END, assessed_on=months_ago(0)))
    assert [task["participant_id"] for task in await tasks(api.case_officer)] == [soon]
    assert await tasks(api.service("habilitation")) == []


async def test_how_long_is_the_guidelines(api: Api) -> None:
    await hours.service_type(api)
    person = await steps.participant(api)
    await push(api, item(person, **OPEN_END, assessed_on=months_ago(4)))
    assert await tasks(api.case_officer) == []
    ok(
        await api.case_officer.post(
            "/v1/guideline-versions", json={"valid_from": "2022-01-01", "reassessment_months": 3}
        )
    )
    [task] = await tasks(api.case_officer)
    assert task["status"] == "overdue"
