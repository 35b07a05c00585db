"""Headers that every request may have: what is taken over from them, and what never is."""

import json
from uuid import UUID

import pytest
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from tests.conftest import Api
from tests.factories.raw_http import MARKER, Headers, assert_problem, send
from tests.factories.tokens import bearer
from tests.http.operations import NOBODY

PROVIDERS = "/v1/providers"


def officer() -> Headers:
    """What a case officer sends with every request."""
    return tuple(bearer("case_officer").items())


@pytest.mark.parametrize("host", ["[", "a/b?c", "\xff", "x:99999999", "@", ""])
async def test_a_strange_host_changes_nothing(api: Api, host: str) -> None:
    """Nothing is built from `Host`: no link, no redirect, no error."""
    for target, status in ((f"{PROVIDERS}?limit=1", 200), ("/nowhere", 404)):
        answer = await send(api.app, "GET", target, (*officer(), ("Host", host)))
        assert answer.status == status
    body = {"name": "Gløde AS", "organisation_number": "310300403", "municipality_number": "4631"}
    sent = (*officer(), ("Host", host), ("Content-Type", "application/json"))
    made = await send(api.app, "POST", PROVIDERS, sent, json.dumps(body).encode())
    assert str(made.header("location")).startswith(f"{PROVIDERS}/")


async def test_an_unknown_address_is_404_for_anybody(api: Api) -> None:
    for headers in ((), officer()):
        assert_problem(await send(api.app, "GET", f"/v1/{MARKER}", headers), 404, "not-found")


@pytest.mark.parametrize("accept", ["*/*", "application/*", "text/csv, application/json;q=0.1", "", "Application/JSON"])
async def test_accept_that_allows_json(api: Api, accept: str) -> None:
    answer = await send(api.app, "GET", PROVIDERS, (*officer(), ("Accept", accept)))
    assert answer.status == 200
    both = await send(api.app, "GET", PROVIDERS, (*officer(), ("Accept", "text/csv"), ("Accept", accept or "*/*")))
    assert both.status == 200


@pytest.mark.parametrize("sent", ["0123-abcD", "a" * 64, str(NOBODY)])
async def test_a_request_id_is_taken_over(api: Api, sent: str) -> None:
    for target in (PROVIDERS, "/nowhere"):
        answer = await send(api.app, "GET", target, (*officer(), ("X-Request-ID", sent)))
        assert answer.header("x-request-id") == sent


TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.mark.parametrize("sent", [f"00-{TRACE}-{SPAN}-01", f"00-{TRACE}-{SPAN}-00", f"cc-{TRACE}-{SPAN}-01-more"])
async def test_the_callers_trace_goes_on(api: Api, sent: str) -> None:
    """W3C Trace Context: the answer and every line of the log name the trace, a refusal's too."""
    for target in (PROVIDERS, "/nowhere"):
        with capture_logs(processors=[merge_contextvars]) as lines:
            answer = await send(api.app, "GET", target, (*officer(), ("traceparent", sent)))
        assert answer.header("x-trace-id") == TRACE
        assert [(line["trace_id"], line["request_id"]) for line in lines] == [(TRACE, answer.header("x-request-id"))]


@pytest.mark.parametrize(
    "sent",
    [
        "",
        TRACE,
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE}-{SPAN}-01\r\nSet-Cookie: x=1",
        "\xff" * 60,
        "0" * 4000,
    ],
)
async def test_a_malformed_trace_is_ignored(api: Api, sent: str) -> None:
    with capture_logs(processors=[merge_contextvars]) as lines:
        answer = await send(api.app, "GET", PROVIDERS, (*officer(), ("traceparent", sent)))
    assert (answer.status, answer.header("x-trace-id"), answer.header("set-cookie")) == (200, None, None)
    assert all("trace_id" not in line for line in lines)
    two = ("traceparent", f"00-{TRACE}-{SPAN}-01"), ("traceparent", f"00-{TRACE[::-1]}-{SPAN}-01")
    assert (await send(api.app, "GET", PROVIDERS, (*officer(), *two))).header("x-trace-id") is None


@pytest.mark.parametrize(
    "sent", ["", "a" * 7, "a" * 65, "with space!", "a\r\nSet-Cookie: x=1", "æøåæøåæøå", "a_bcdefgh"]
)
async def test_a_malformed_request_id_is_replaced(api: Api, sent: str) -> None:
    """One of our own is made; the client's is nowhere in the answer."""
    answer = await send(api.app, "GET", "/nowhere", (*officer(), ("X-Request-ID", sent)))
    made = answer.header("x-request-id")
    assert made is not None
    assert UUID(made).version == 7
    assert answer.json()["request_id"] == made
    assert answer.header("set-cookie") is None
