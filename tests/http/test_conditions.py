"""ETags and conditions (RFC 9110 § 13): read again only what changed, and never overwrite what was not seen."""

import asyncio

import httpx
import pytest

from tests.conftest import Api
from tests.factories import steps
from tests.factories.raw_http import assert_problem, send
from tests.factories.tokens import bearer

PROVIDERS = "/v1/providers"
GLOEDE = {"name": "Gløde AS", "organisation_number": "310300403", "municipality_number": "4631"}


async def made(api: Api) -> tuple[str, str]:
    """Where a new provider is, and its tag."""
    answer = await api.case_officer.post(PROVIDERS, json=GLOEDE)
    assert answer.status_code == 201
    return answer.headers["location"], answer.headers["etag"]


async def rename(client: httpx.AsyncClient, path: str, name: str, tag: str) -> httpx.Response:
    return await client.patch(path, json={"name": name}, headers={"If-Match": tag})


async def test_a_tag_is_strong_and_changes_exactly_when_the_answer_does(api: Api) -> None:
    path, tag = await made(api)
    assert tag[0] == tag[-1] == '"'
    assert (await api.case_officer.get(path)).headers["etag"] == tag
    assert (await api.finance.get(path)).headers["etag"] == tag
    changed = await rename(api.case_officer, path, "Gløde", tag)
    assert changed.headers["etag"] != tag
    assert (await api.case_officer.get(path)).headers["etag"] == changed.headers["etag"]


@pytest.mark.parametrize("condition", ["{tag}", "W/{tag}", '"x", {tag}', '"x",W/{tag} , "y"', "*", " * "])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_not_modified_has_a_tag_and_no_body(api: Api, condition: str, method: str) -> None:
    path, tag = await made(api)
    headers = (*bearer("case_officer").items(), ("If-None-Match", condition.format(tag=tag)))
    answer = await send(api.app, method, path, headers)
    assert (answer.status, answer.body, answer.header("etag")) == (304, b"", tag)
    assert answer.header("content-length") in (None, "0")
    assert answer.header("cache-control") == "no-store"
    assert answer.header("x-request-id")


@pytest.mark.parametrize("condition", ['"x"', "", "x", '"', '""', "W/", '"*"', "{bare}", "w/{tag}", "\xff"])
async def test_modified_is_answered_whole(api: Api, condition: str) -> None:
    path, tag = await made(api)
    sent = condition.format(tag=tag, bare=tag.strip('"'))
    answer = await send(api.app, "GET", path, (*bearer("case_officer").items(), ("If-None-Match", sent)))
    assert (answer.status, answer.header("etag")) == (200, tag)
    assert answer.json()["name"] == GLOEDE["name"]


@pytest.mark.parametrize("condition", ["{tag}", '"x", {tag}', "*", '"x",{tag},'])
async def test_a_change_of_the_current_version_is_made(api: Api, condition: str) -> None:
    path, tag = await made(api)
    assert (await rename(api.case_officer, path, "Gløde", condition.format(tag=tag))).status_code == 200


@pytest.mark.parametrize("condition", ["W/{tag}", '"x"', "", "{bare}", '"*"', "**", '"x", W/{tag}', "\xff"])
async def test_a_change_of_another_version_is_refused(api: Api, condition: str) -> None:
    """A weak tag never matches: it does not promise the same bytes (strong comparison)."""
    path, tag = await made(api)
    sent = condition.format(tag=tag, bare=tag.strip('"'))
    headers = (*bearer("case_officer").items(), ("Content-Type", "application/json"), ("If-Match", sent))
    assert_problem(await send(api.app, "PATCH", path, headers, b'{"name": "X"}'), 412, "precondition-failed")
    assert (await api.case_officer.get(path)).headers["etag"] == tag


async def test_a_change_of_no_version_is_refused(api: Api) -> None:
    path, tag = await made(api)
    headers = (*bearer("case_officer").items(), ("Content-Type", "application/merge-patch+json"))
    assert_problem(await send(api.app, "PATCH", path, headers, b'{"name": "X"}'), 428, "precondition-required")
    assert (await api.case_officer.get(path)).headers["etag"] == tag


async def test_a_list_in_two_header_fields_is_one_list(api: Api) -> None:
    """RFC 9110 § 5.3."""
    path, tag = await made(api)
    officer = tuple(bearer("case_officer").items())
    answer = await send(api.app, "GET", path, (*officer, ("If-None-Match", '"x"'), ("If-None-Match", tag)))
    assert answer.status == 304
    headers = (*officer, ("Content-Type", "application/json"), ("If-Match", '"x"'), ("If-Match", tag))
    assert (await send(api.app, "PATCH", path, headers, b'{"name": "X"}')).status == 200


async def test_a_change_that_changes_nothing_is_fine(api: Api) -> None:
    path, tag = await made(api)
    answer = await api.case_officer.patch(path, json={}, headers={"If-Match": tag})
    assert (answer.status_code, answer.headers["etag"]) == (200, tag)


async def test_of_twenty_writers_at_once_one_wins(committed_api: Api) -> None:
    path, tag = await made(committed_api)
    answers = await asyncio.gather(*(rename(committed_api.case_officer, path, f"Nr. {n}", tag) for n in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 19
    (winner,) = (answer.json()["name"] for answer in answers if answer.status_code == 200)
    assert (await committed_api.case_officer.get(path)).json()["name"] == winner


async def test_no_change_is_lost_by_those_who_read_again(committed_api: Api) -> None:
    """Ten writers each add a letter, again and again until theirs is in."""
    path, _ = await made(committed_api)

    async def add(letter: str) -> None:
        while True:
            now = await committed_api.case_officer.get(path)
            answer = await rename(committed_api.case_officer, path, now.json()["name"] + letter, now.headers["etag"])
            if answer.status_code == 200:
                return
            assert answer.status_code == 412

    await asyncio.gather(*(add(letter) for letter in "abcdefghij"))
    name = (await committed_api.case_officer.get(path)).json()["name"]
    assert sorted(name.removeprefix(GLOEDE["name"])) == list("abcdefghij")


@pytest.mark.parametrize("path", ["/v1/budgets/2022/position", "/v1/exports/framsikt/2022"])
async def test_figures_about_nobody_may_be_kept_and_asked_about(api: Api, path: str) -> None:
    """A cache that may not store what it has a tag of cannot ask whether it still holds."""
    await steps.law(api)
    answer = await api.finance.get(path)
    assert answer.headers["cache-control"] == "private, no-cache"
    again = await api.finance.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.headers["cache-control"]) == (304, "private, no-cache")
