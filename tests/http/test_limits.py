"""How much one caller may ask for in a minute: 429 after that, for that caller alone."""

from collections.abc import Iterator

import pytest

from app.http.attempts import Attempts
from app.http.problems import Problem
from tests.conftest import Api
from tests.factories import absences, steps
from tests.factories.steps import refused

NUMBER = {"national_identity_number": "15817000190"}


@pytest.fixture
def limited(api: Api) -> Iterator[Api]:
    """Three requests and two look-ups a minute."""
    state = api.app.state
    calls, lookups = state.calls, state.lookups
    state.calls, state.lookups = Attempts(3), Attempts(2)
    yield api
    state.calls, state.lookups = calls, lookups


async def test_caller_is_refused_after_its_share(limited: Api) -> None:
    """Whatever it asks for, and with which of its tokens; the refusal says when to come back. Others go on."""
    for path in ("/v1/providers", "/v1/access-log", "/v1/placements"):
        assert (await limited.person("case_officer", "a").get(path)).status_code != 429
    answer = await limited.person("finance", "a").get("/v1/budgets/2022/position")
    refused(answer, 429, "too-many-requests")
    seconds = int(answer.headers["retry-after"])
    assert 0 < seconds <= 60
    assert answer.headers["ratelimit"] == f'"default";r=0;t={seconds}'
    for client in (limited.person("case_officer", "b"), limited.provider("310300403")):
        assert (await client.get("/v1/providers")).status_code == 200
    assert (await limited.anonymous.get("/health/live")).status_code == 200


async def test_batch_is_one_request(limited: Api) -> None:
    items = [absences.item("01890a5d-0000-7000-8000-000000000009", external_id=f"F-{n}") for n in range(50)]
    await steps.provider(limited)
    client = limited.provider("310300403")
    for _ in range(3):
        assert (await client.post(absences.BATCH, json={"items": items})).status_code == 207


async def test_look_ups_have_a_limit_of_their_own(limited: Api) -> None:
    """Found or not: who tries numbers gets no further by it."""
    limited.app.state.calls.per_minute = 0
    await steps.participant(limited, **NUMBER)
    answers = [
        await limited.epj.post("/v1/participants/lookup", json=body)
        for body in (NUMBER, {"national_identity_number": "15817000271"}, NUMBER)
    ]
    assert [answer.status_code for answer in answers] == [200, 404, 429]
    assert int(answers[2].headers["retry-after"]) > 0
    assert (await limited.case_officer.post("/v1/participants/lookup", json=NUMBER)).status_code == 200


async def test_page_is_not_counted(limited: Api) -> None:
    """One look at a page makes several calls."""
    browser = await limited.browser("sakshandsamar")
    for _ in range(4):
        assert (await browser.get("/", follow_redirects=True)).status_code == 200


def test_minute_passes_and_zero_is_no_limit() -> None:
    now = 0.0
    attempts = Attempts(1, monotonic=lambda: now)
    attempts.count_one("a")
    attempts.count_one("b")
    with pytest.raises(Problem):
        attempts.count_one("a")
    now = 60.0
    attempts.count_one("a")
    for _ in range(3):
        Attempts(0).count_one("a")
