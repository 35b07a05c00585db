"""Other schemes as information (T17): the office keeps them, everybody reads them, and old ones are tasks."""

from typing import Any

import pytest

from app.http.attempts import Attempts
from tests.conftest import Api
from tests.factories.steps import ok, refused

PATH = "/v1/grant-schemes"
SCHEME = {
    "name": "Bufdir: ferie for alle",
    "for_whom": "Barn og unge.",
    "address": "https://www.bufdir.no/",
    "checked_on": "2022-01-31",
}


async def record(api: Api, **changes: Any) -> dict[str, Any]:
    return ok(await api.grants_officer.post(PATH, json=SCHEME | changes))


async def patch(api: Api, id_: str, **body: Any) -> Any:
    etag = (await api.grants_officer.get(f"{PATH}/{id_}")).headers["etag"]
    return await api.case_officer.patch(f"{PATH}/{id_}", json=body, headers={"If-Match": etag})


async def test_everybody_reads_what_the_office_keeps(api: Api) -> None:
    """T17: without a token, on any page, with a tag; by name."""
    empty = ok(await api.anonymous.get(PATH), 200)
    assert (empty["licence"], empty["updated_at"], empty["items"]) == ("NLOD-2.0", None, [])
    made = await record(api)
    await record(api, name="Alver: fritidskort")
    answer = await api.anonymous.get(PATH, headers={"Origin": "https://www.example.org"})
    assert [one["name"] for one in ok(answer, 200)["items"]] == ["Alver: fritidskort", SCHEME["name"]]
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.json()["items"][1] == SCHEME | {"id": made["id"], "closed_on": None}
    again = await api.anonymous.get(PATH, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


async def test_office_alone_changes_it(api: Api) -> None:
    made = await record(api)
    for caller in (api.anonymous, api.finance, api.service("habilitation"), api.provider("310300403"), api.epj):
        assert (await caller.post(PATH, json=SCHEME)).status_code in (401, 403)
    foreign = await api.finance.post(PATH, json=SCHEME, headers={"Origin": "https://www.example.org"})
    assert "access-control-allow-origin" not in foreign.headers
    changed = ok(await patch(api, made["id"], address="https://www.bufdir.no/ny", checked_on="2022-08-31"), 200)
    assert (changed["address"], changed["checked_on"], changed["name"]) == (
        "https://www.bufdir.no/ny", "2022-08-31", SCHEME["name"],
    )  # fmt: skip
    assert (await api.case_officer.patch(f"{PATH}/{made['id']}", json={})).status_code == 428
    ok(await patch(api, made["id"], closed_on="2022-09-01"), 200)
    assert ok(await api.anonymous.get(PATH), 200)["items"] == []
    assert ok(await api.case_officer.get(f"{PATH}/{made['id']}"), 200)["closed_on"] == "2022-09-01"
    refused(await api.grants_officer.get(f"{PATH}/016e0000-0002-7000-8000-0000000000ff"), 404, "not-found")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"name": ""}, "#/name"),
        ({"for_whom": " "}, "#/for_whom"),
        ({"address": "javascript:alert(1)"}, "#/address"),
        ({"checked_on": "2199-01-01"}, "#/checked_on"),
    ],
)
async def test_scheme_of_bad_input(api: Api, changes: dict[str, str], pointer: str) -> None:
    problem = refused(await api.grants_officer.post(PATH, json=SCHEME | changes), 422, "validation")
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    made = await record(api)
    problem = refused(await patch(api, made["id"], **changes), 422, "validation")
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    earlier = refused(await patch(api, made["id"], checked_on="2022-01-30"), 422, "validation")
    assert [error["pointer"] for error in earlier["errors"]] == ["#/checked_on"]


async def test_information_is_old_after_12_months(api: Api) -> None:
    """T17: a task from that day until it is checked again, or closed."""
    made = await record(api, checked_on="2022-01-31")

    async def tasks(on: str) -> list[tuple[str, str, str]]:
        query = {"kind": "information_stale", "on": on}
        items = ok(await api.grants_officer.get("/v1/tasks", params=query), 200)["items"]
        return [(one["title"], one["due_on"], one["status"]) for one in items]

    title = f"Informasjon som skal sjekkast: {SCHEME['name']}"
    assert await tasks("2023-01-30") == []
    assert await tasks("2023-01-31") == [(title, "2023-01-31", "open")]
    assert await tasks("2023-02-01") == [(title, "2023-01-31", "overdue")]
    ok(await patch(api, made["id"], checked_on="2022-03-01"), 200)
    assert await tasks("2023-02-01") == []
    ok(await patch(api, made["id"], closed_on="2023-03-05"), 200)
    assert [due_on for _, due_on, _ in await tasks("2023-03-04")] == ["2023-03-01"]
    assert await tasks("2023-03-05") == []


async def test_callers_without_a_token_share_one_limit(api: Api) -> None:
    """Open data has no caller to count by."""
    api.app.state.open_calls = Attempts(2, "open data")
    try:
        for _ in range(2):
            ok(await api.anonymous.get(PATH), 200)
        refused(await api.anonymous.get(PATH), 429, "too-many-requests")
    finally:
        api.app.state.open_calls = Attempts(0, "open data")
