"""Input that was meant to hurt, or was just broken: each row a request, the refusal it gets, and no 5xx anywhere.

The rows use providers, whose fields have every kind of type; `test_every_operation.py` throws the like at the rest.
"""

import gzip
import json
from dataclasses import dataclass
from uuid import UUID

import pytest

from tests.conftest import Api
from tests.factories.raw_http import MARKER, Answer, Headers, assert_problem, send
from tests.factories.tokens import bearer

PROVIDERS = "/v1/providers"
NOBODY = UUID(int=7 << 76 | 2 << 62)
CAPACITIES = f"{PROVIDERS}/{NOBODY}/capacities"
GLOEDE = {"name": "Gløde AS", "organisation_number": "310300403", "municipality_number": "4631"}
GOOD = json.dumps(GLOEDE).encode()
JSON = (("Content-Type", "application/json"),)


def officer() -> Headers:
    """What a case officer sends with every request."""
    return tuple(bearer("case_officer").items())


@dataclass(frozen=True, slots=True)
class Row:
    """One request and its refusal: where it goes, what is in it, and the problem with its pointer."""

    name: str
    method: str = "POST"
    target: str = PROVIDERS
    headers: Headers = JSON
    body: bytes | list[bytes] = b""
    status: int = 422
    code: str = "validation"
    pointer: str | None = None


def name_is(name: str, written: str) -> Row:
    """A provider's name, as JSON text."""
    body = GOOD.replace(json.dumps(GLOEDE["name"]).encode(), written.encode())
    return Row(f"name {name}", body=body, pointer="#/name")


def places_is(written: str, pointer: str = "#/places") -> Row:
    body = b'{"valid_from": "2022-01-01", "places": %s}' % written.encode()
    return Row(f"places {written[:30]}", target=CAPACITIES, body=body, pointer=pointer)


def day_is(written: str) -> Row:
    body = b'{"places": 5, "valid_from": %s}' % written.encode()
    return Row(f"valid_from {written}", target=CAPACITIES, body=body, pointer="#/valid_from")


def whole_is(name: str, body: bytes, pointer: str = "#") -> Row:
    return Row(f"body {name}", body=body, pointer=pointer)


def query_is(query: str, pointer: str, target: str = PROVIDERS) -> Row:
    return Row(f"query {query[:40]}", "GET", f"{target}?{query}", (), pointer=pointer)


def nowhere(target: str) -> Row:
    return Row(f"path {target}", "GET", target, (), status=404, code="not-found")


def too_large(
    name: str,
    method: str = "POST",
    target: str = PROVIDERS,
    headers: Headers = JSON,
    body: bytes | list[bytes] = b"",
) -> Row:
    return Row(name, method, target, headers, body, 413, "body-too-large")


def sent_as(name: str, headers: Headers, body: bytes = GOOD) -> Row:
    return Row(f"sent as {name}", headers=headers, body=body, status=415, code="unsupported-media-type")


def content(value: str) -> Headers:
    return (("Content-Type", value),)


TEXTS = [
    name_is("with NUL", f'"a\\u0000{MARKER}"'),
    name_is("NUL alone", '"\\u0000"'),
    name_is("lone high surrogate", f'"{MARKER}\\ud800"'),
    name_is("lone low surrogate", '"\\udc00\\ud800"'),
    name_is("empty", '""'),
    name_is("blank", '" \\t\\u00a0\\u200b\\u3000\\ufeff"'),
    name_is("too long", json.dumps(MARKER * 21)),
    name_is("a number", "1e5"),
    name_is("true", "true"),
    name_is("null", "null"),
    name_is("a list", f'["{MARKER}"]'),
    name_is("an object", f'{{"{MARKER}": 1}}'),
]
NUMBERS = [
    *map(
        places_is,
        ["-1", "100001", "2147483648", "9223372036854775808", "1" + "0" * 400, "5.5", "1e30", "true", "false", '"5"'],
    ),
    *map(places_is, ["null", "[5]", "{}", '"Infinity"', '"1e5"', "-0.5"]),
    places_is("9" * 5000, "#"),
    *(places_is(written, "#") for written in ("NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1e131073")),
]
DAYS = [
    *map(
        day_is,
        [
            *("0", "86400.0", "1600000000", "true", "null", '""', '"7"', '"1600000000"', '"2022-7-1"', '"20220701"'),
            *('"2022-07-01T00:00:00Z"', '"2022-07-01 "', '"2022-07-01\\n"', '"0001-01-01"', '"9999-12-31"'),
            *('"2022-02-30"', '"2022-13-01"', '"1899-12-31"', '"2100-01-01"', '"-2022-07-01"', '"2022-W26-5"'),
            '"٢٠٢٢-٠٧-٠١"',
            '["2022-07-01"]',
        ],
    ),
]
NESTED = b'{"a":'
BODIES = [
    whole_is("empty", b""),
    whole_is("blank", b"  \n "),
    whole_is("a list", b"[" + GOOD + b"]"),
    whole_is("null", b"null"),
    whole_is("text", f'"{MARKER}"'.encode()),
    whole_is("a number", b"7"),
    whole_is("cut off", GOOD[:-1]),
    whole_is("two values", GOOD + GOOD),
    whole_is("single quotes", GOOD.replace(b'"', b"'")),
    whole_is("trailing comma", GOOD[:-1] + b",}"),
    whole_is("BOM", b"\xef\xbb\xbf" + GOOD),
    whole_is("latin-1", json.dumps(GLOEDE, ensure_ascii=False).encode("latin-1")),
    whole_is("UTF-16", json.dumps(GLOEDE).encode("utf-16")),
    whole_is("surrogate in UTF-8", GOOD.replace(b"AS", b"\xed\xa0\x80")),
    whole_is("raw control character", GOOD.replace(b"AS", b"A\x01S")),
    whole_is("gzip without saying so", gzip.compress(GOOD)),
    whole_is("nested 100 000 deep", b"[" * 100_000),
    whole_is("objects nested 100 000 deep", NESTED * 100_000),
    whole_is("nested 900 deep in an unknown field", GOOD[:-1] + b',"a":' + NESTED * 900 + b"1" + b"}" * 901, "#/a"),
    whole_is("a name twice", GOOD[:-1] + f', "name": "{MARKER}"}}'.encode()),
    whole_is("a name twice, escaped", GOOD[:-1] + b', "n\\u0061me": "x"}'),
    whole_is("a name twice, deep inside", GOOD[:-1] + b', "a": [{"b": 1, "b": 2}]}'),
    whole_is("unknown field", GOOD[:-1] + f', "owner": "{MARKER}"}}'.encode(), "#/owner"),
    whole_is("a field of ours", GOOD[:-1] + f', "id": "{NOBODY}"}}'.encode(), "#/id"),
    whole_is("unknown field with a surrogate", GOOD[:-1] + b', "owner": "\\ud800"}', "#/owner"),
    whole_is("unknown field of NaN", GOOD[:-1] + b', "owner": NaN}'),
    whole_is("surrogate in an unknown name", GOOD[:-1] + b', "\\ud800": 1}'),
    whole_is("unknown name with NUL", GOOD[:-1] + b', "\\u0000": 1}'),
    whole_is("a person's number as a name", GOOD[:-1] + b', "23849150073": 1}'),
    whole_is("a very long name", GOOD[:-1] + f', "{MARKER * 1000}": 1}}'.encode()),
    whole_is("100 000 unknown fields", b"{" + b",".join(b'"f%d":1' % i for i in range(70_000)) + b"}"),
]
QUERIES = [
    *(
        query_is(f"limit={limit}", "#/query/limit")
        for limit in ("0", "-1", "201", "1000000000", "9223372036854775808", "9" * 5000, "abc", "5.0", "", "+5", "0x5")
    ),
    *(query_is(f"limit={limit}", "#/query/limit") for limit in ("%00", "5%00", "%D9%A5", "true", "NaN", "1e2", "\xff")),
    *(query_is(f"after={after}", "#/query/after") for after in ("", "x", "%00", "A" * 21, "A" * 23, "A" * 21 + "%2B")),
    query_is(f"after={MARKER}{'%00' * 12}", "#/query/after"),
    query_is("after=" + "A" * 21 + "%0A", "#/query/after"),
    query_is("owner=1", "#/query/owner"),
    query_is(f"{MARKER * 7}=1", "#/query"),
    query_is(f"limit[]={MARKER}", "#/query"),
    query_is("Limit=5", "#/query/Limit"),
    query_is("23849150073=1", "#/query"),
    query_is("%ED%A0%80=1", "#/query"),
    query_is("\xff", "#/query"),
    query_is("limit=5&limit=5", "#/query/limit"),
    query_is("limit=5&after=&limit=6", "#/query/limit"),
    query_is("limit=5;after=x", "#/query/limit"),
    query_is("limit=5", "#/query/limit", f"{PROVIDERS}/{NOBODY}"),
]
PATHS = [
    *map(nowhere, ["/v1/providers/", "//v1/providers", "/v1//providers", "/V1/providers", "/v1/Providers"]),
    *map(nowhere, ["/..%2f", "/v1/..%2fproviders", "/v1/providers%2f", "/%00", "/v1/%ED%A0%80"]),
    *map(nowhere, ["/v1/providers;a=b", "/v1/providers%3Flimit=5", "/docs/", "/docs/assets/..%2F..%2Fdocs.py"]),
    *map(nowhere, ["/nowhere?\xff", "/\xff", "/docs/assets/%00", "/.env", f"{PROVIDERS}/{NOBODY}"]),
    *(
        Row(f"id {written[:40]}", "GET", f"{PROVIDERS}/{written}", (), pointer="#/path/provider_id")
        for written in (
            "x",
            "..",
            "%00",
            "1",
            "9" * 5000,
            "%ED%A0%80",
            "\xff",
            "..%00",
            f"{NOBODY}%00",
            f"{NOBODY}%0A",
            "*",
        )
    ),
    Row("8 KB of path", "GET", "/v1/" + "a" * 9000, (), status=414, code="uri-too-long"),
    Row("8 KB of query", "GET", f"{PROVIDERS}?{MARKER * 1000}", (), status=414, code="uri-too-long"),
    Row("problem of a strange name", "GET", "/problems/..%00", (), pointer="#/path/problem_code"),
    Row("problem nobody knows", "GET", "/problems/nobody", (), status=404, code="not-found"),
]
MEDIA = [
    *(
        sent_as(value or "nothing", content(value))
        for value in (
            *("text/plain", "application/xml", "application/jsonx", "application/x-www-form-urlencoded", "*/*", ""),
            *("application/json; charset=latin1", "application/json; charset=utf-16", "application/merge-patch+json"),
            *("application/json; charset*0*=x''y", "application/json; charset*=utf-8''utf-8"),
            *("json", "application/json, application/json", "multipart/form-data; boundary=x", "\xff\xfe", ";" * 999),
        )
    ),
    sent_as("no content type at all", ()),
    sent_as("two content types", JSON + JSON),
    sent_as("gzip", (*JSON, ("Content-Encoding", "gzip")), gzip.compress(GOOD)),
    sent_as("brotli", (*JSON, ("Content-Encoding", "br"))),
    sent_as("a bomb", (*JSON, ("Content-Encoding", "gzip")), gzip.compress(b"0" * 10_000_000)),
]
SIZES = [
    too_large("10 MB of text", body=b'{"name":"' + MARKER.encode() * 1_000_000 + b'"}'),
    too_large("10 MB in chunks", body=[b" " * 100_000] * 100),
    too_large("announces 10 MB", headers=(*JSON, ("Content-Length", "10000000"))),
    too_large("announces too little", headers=(*JSON, ("Content-Length", "5")), body=b" " * 2_000_000),
    too_large("PATCH of 2 MB", "PATCH", f"{PROVIDERS}/{NOBODY}", body=b" " * 2_000_000),
    Row("announces nonsense", headers=(*JSON, ("Content-Length", "²")), body=b"7", pointer="#"),
    Row("40 KB of headers", "GET", headers=(("X-Long", MARKER * 4000),), status=431, code="headers-too-large"),
    Row("3 000 headers", "GET", headers=(("X-Many", MARKER),) * 3000, status=431, code="headers-too-large"),
]
METHODS = [
    Row(f"{method} {target}", method, target, (), status=405, code="method-not-allowed")
    for target, methods in (
        (PROVIDERS, ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "QUERY", "get")),
        (f"{PROVIDERS}/{NOBODY}", ("POST", "PUT", "DELETE", "OPTIONS")),
        ("/health/live", ("POST", "OPTIONS")),
        ("/docs", ("POST",)),
        ("/openapi.json", ("DELETE",)),
    )
    for method in methods
]
ACCEPTS = [
    Row(f"accepts {value}", "GET", headers=(("Accept", value),), status=406, code="not-acceptable")
    for value in (
        "text/csv",
        "text/html",
        "application/json;q=0",
        "application/json;q=x",
        "image/*",
        "json",
        "\xff",
        ";",
    )
]
KEYS = [
    Row(
        f"key {value[:20]!r}",
        headers=(*JSON, ("Idempotency-Key", value)),
        body=GOOD,
        pointer="#/header/idempotency-key",
    )
    for value in ("", " ", "a b", "k" * 256, "æ", "a\tb", '"', '""', '"a', 'a"', "a\x00b", "\xff")
] + [
    Row(
        "two keys",
        headers=(*JSON, ("Idempotency-Key", "a"), ("Idempotency-Key", "a")),
        body=GOOD,
        pointer="#/header/idempotency-key",
    )
]
ROWS = [*TEXTS, *NUMBERS, *DAYS, *BODIES, *QUERIES, *PATHS, *MEDIA, *SIZES, *METHODS, *ACCEPTS, *KEYS]


@pytest.mark.parametrize("row", ROWS, ids=[row.name.encode("ascii", "backslashreplace").decode() for row in ROWS])
async def test_hostile_input_is_refused(api: Api, row: Row) -> None:
    """Each row is refused as documented, and nothing is stored."""
    body = row.body if isinstance(row.body, bytes) else list(row.body)
    answer = await send(api.app, row.method, row.target, (*officer(), *row.headers), body)
    assert_problem(answer, row.status, row.code, pointer=row.pointer)
    assert b"23849150073" not in answer.body
    assert (await api.case_officer.get(PROVIDERS)).json()["items"] == []


def test_the_rows_have_names_of_their_own() -> None:
    names = [row.name for row in ROWS]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize(
    ("target", "allow"),
    [
        (PROVIDERS, "GET, HEAD, POST"),
        (f"{PROVIDERS}/{NOBODY}", "GET, HEAD, PATCH"),
        (CAPACITIES, "GET, HEAD, POST"),
        ("/health/ready", "GET, HEAD"),
        ("/docs", "GET, HEAD"),
        ("/docs/assets/docs.js", "GET, HEAD"),
        ("/problems/validation", "GET, HEAD"),
    ],
)
async def test_allow_is_every_method_of_the_address(api: Api, target: str, allow: str) -> None:
    """RFC 9110 § 10.2.1: of the resource, not of one route."""
    for method in ("PUT", "OPTIONS"):
        answer = await send(api.app, method, target, officer())
        assert (answer.status, answer.header("allow")) == (405, allow)


async def accepted(api: Api, body: bytes, headers: Headers = JSON) -> Answer:
    answer = await send(api.app, "POST", PROVIDERS, (*officer(), *headers), body)
    assert answer.status == 201, answer.body
    return answer


@pytest.mark.parametrize(
    "value",
    [
        *("application/json;charset=utf-8", 'APPLICATION/JSON; CHARSET="UTF-8"', " application/json ;x=y"),
    ],
)
async def test_takes_json_in_any_spelling_of_its_name(api: Api, value: str) -> None:
    await accepted(api, GOOD, (("Content-Type", value), ("Content-Encoding", "Identity")))


@pytest.mark.parametrize(
    "name",
    [
        "Ø",
        "a" * 200,
        "😀" * 200,
        "e\u0301",
        "'; drop table provider; --",
        "<script>",
        "{{7*7}}",
        "%00",
    ],
)
async def test_keeps_text_exactly_as_it_came(api: Api, name: str) -> None:
    """Strange is not hostile: what is text is stored and given back, character by character."""
    answer = await accepted(api, json.dumps(GLOEDE | {"name": name}).encode())
    assert answer.json()["name"] == name
    location = answer.header("location")
    assert location is not None
    assert (await send(api.app, "GET", location, officer())).json() == answer.json()


@pytest.mark.parametrize(("written", "places"), [("503.0", 503), ("5e2", 500), ("0", 0), ("-0", 0), ("1E+2", 100)])
async def test_takes_what_json_schema_calls_an_integer(api: Api, written: str, places: int) -> None:
    """JSON has one kind of number: 503.0 is an integer there."""
    provider = (await accepted(api, GOOD)).json()["id"]
    body = b'{"valid_from": "2024-02-29", "places": %s}' % written.encode()
    answer = await send(api.app, "POST", f"{PROVIDERS}/{provider}/capacities", (*officer(), *JSON), body)
    assert answer.status == 201, answer.body
    assert answer.json()["places"] == places
    assert type(answer.json()["places"]) is int


@pytest.mark.parametrize(
    "fault",
    [
        *({"id": str(NOBODY)}, {"created_at": "2020-01-01T00:00:00Z"}, {"updated_at": None}, {"version": 7}),
        *({"organisation_number": "310300411"}, {"name": None}, {"name": "a\0"}, {"name": "\ud800"}, {"__dict__": {}}),
        *({"__class__": "x"}, {"metadata": {}}, {"municipality_number": 4631}, {"name": {"$ne": None}}),
    ],
)
async def test_patch_changes_nothing_it_may_not(api: Api, fault: dict[str, object]) -> None:
    """An identity, a time, or a field nobody knows: 422, and the provider is as before, beside a good field too."""
    before = await accepted(api, GOOD)
    path, tag = before.header("location"), before.header("etag")
    assert path is not None
    assert tag is not None
    headers = (*officer(), ("Content-Type", "application/merge-patch+json"), ("If-Match", tag))
    answer = await send(api.app, "PATCH", path, headers, json.dumps({"municipality_number": "4631"} | fault).encode())
    assert_problem(answer, 422, "validation", pointer=f"#/{next(iter(fault))}")
    after = await send(api.app, "GET", path, officer())
    assert after.json() == before.json()
    assert after.header("etag") == tag


async def test_packed_body_is_told_what_to_send(api: Api) -> None:
    """RFC 9110 § 12.5.3: what is accepted instead; the media type is not to blame."""
    for coding in ("gzip", "br"):
        headers = (*officer(), *JSON, ("Content-Encoding", coding))
        answer = await send(api.app, "POST", PROVIDERS, headers, gzip.compress(GOOD))
        assert (answer.status, answer.header("accept-encoding")) == (415, "identity")
        assert "upakka" in json.loads(answer.body)["detail"]
