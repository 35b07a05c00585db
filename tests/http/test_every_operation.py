"""The hostile input of `test_hostile_input.py`, at every parameter and field that the OpenAPI document knows.

A new operation is swept without a line here: what must be refused follows from the types of its document.
"""

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

import pytest

from tests.conftest import Api
from tests.factories.raw_http import MARKER, Answer, Headers, assert_problem, send
from tests.factories.tokens import bearer
from tests.http.operations import Operation, Schema, alternatives, bodies, names, operations, resolved, sample
from tests.http.roles import table

OPERATIONS = operations()
SECURED = [operation for operation in OPERATIONS if operation.secured]
# Those that take other formats too read their bodies themselves, item by item, and have tests of their own.
WITH_BODY = [operation for operation in SECURED if operation.json_schema is not None and len(operation.content) == 1]
GETS = [operation for operation in OPERATIONS if operation.method == "GET"]
TABLE = table()
JSON = (("Content-Type", "application/json"),)

HUGE = "9" * 5000
# Written as JSON. What of it is wrong depends on the field: see `wrong`.
TEXTS = [f'"{MARKER}\\u0000"', '"\\ud800"', '" "']
DATES = ['"7"', '"2022-07-01T00:00:00Z"', '"0001-01-01"', '"9999-12-31"', '"2022-02-30"', '"2022-7-1"']
AMOUNTS = [
    '"1e131073"',
    '"NaN"',
    '"Infinity"',
    '"1.234"',
    '"1,00"',
    '" 1.00"',
    '"99999999999999.00"',
    '"01.00"',
    '"-0.01"',
]
NUMBERS = ["-1e30", "1e30", "1" + "0" * 400, "-9223372036854775809", "9223372036854775808"]
OTHERS = {
    "string": ["5", "true", "[]", "{}", "1.5", "0", "86400.0"],
    "integer": ['"5"', "true", "false", "5.5", "[5]", "{}", *NUMBERS],
    "number": ['"5"', "true", "[5]", *NUMBERS],
    "boolean": ['"true"', "1", "0", '"yes"', "[]"],
    "array": ["{}", '"x"', "5", "true"],
    "object": ["[]", '"x"', "5", "true"],
}
NOT_JSON = ["NaN", "Infinity", "-Infinity", "1e400", "1e131073", HUGE]


def wrong(schema: Schema) -> Iterator[str]:
    """JSON texts that none of a field's types may take."""
    choices = alternatives(schema)
    types = {choice.get("type", "string") for choice in choices}
    if "null" not in types:
        yield "null"
    taken = set()
    for type_ in types - {"null"}:
        taken |= set(OTHERS[type_])
        if type_ == "string":
            yield from TEXTS
            yield json.dumps(MARKER * (max(choice.get("maxLength", 100) for choice in choices) // len(MARKER) + 1))
    for other in types - {"null"}:
        if other == "integer" or other == "number":
            yield from NUMBERS
    accepted = {
        "integer": {"5", "0", "1", "86400.0"},
        "number": {"5", "0", "1", "1.5", "5.5", "86400.0"},
        "boolean": {"true", "false"},
    }
    accepted |= {"array": {"[]", "[5]"}, "object": {"{}"}, "string": {'"x"', '"5"', '"true"', '"yes"'}}
    for text in sorted(taken):
        if not any(text in accepted.get(str(type_), ()) for type_ in types):
            yield text
    formats = {choice.get("format") for choice in choices}
    patterns = [str(choice.get("pattern", "")) for choice in choices]
    if "date" in formats:
        yield from DATES
    if "uuid" in formats:
        yield from ('"x"', f'"{MARKER}"', '"00000000-0000-0000-0000-00000000000g"')
    if any("[0-9]{2}" in pattern and "\\." in pattern for pattern in patterns) and "date" not in formats:
        yield from AMOUNTS
    if any("enum" in choice or "const" in choice for choice in choices):
        yield json.dumps(MARKER)


@dataclass(frozen=True, slots=True)
class Field:
    """A place in a body: how to write a body with a given text there, and its pointer."""

    before: str
    after: str
    pointer: str
    schema: Schema

    def body(self, text: str) -> bytes:
        return f"{self.before}{text}{self.after}".encode()


def fields(schema: Schema, before: str = "", after: str = "", pointer: str = "#") -> Iterator[Field]:
    """Every field of a body, at any depth; of a union, those of each alternative beside its tag."""
    for choice in alternatives(schema):
        if choice.get("type") == "array":
            yield from fields(choice["items"], f"{before}[", f"]{after}", f"{pointer}/0")
        properties = choice.get("properties", {})
        tags = {name: resolved(known)["const"] for name, known in properties.items() if "const" in resolved(known)}
        for name, known in properties.items():
            beside = "".join(f", {json.dumps(tag)}: {json.dumps(tags[tag])}" for tag in tags if tag != name)
            start, end = f'{before}{{"{name}": ', f"{beside}}}{after}"
            yield Field(start, end, f"{pointer}/{name}", known)
            yield from fields(known, start, end, f"{pointer}/{name}")


def officer() -> Headers:
    return tuple(bearer("case_officer").items())


def caller(operation: Operation) -> Headers:
    """Someone who may call the operation: the case office wherever it may."""
    allowed = TABLE[operation.name]
    return officer() if not allowed or "case_officer" in allowed else tuple(bearer(allowed[0]).items())


async def ask(
    api: Api, operation: Operation, body: bytes, headers: Headers = JSON, target: str | None = None
) -> Answer:
    conditions = (("If-Match", "*"),) if operation.method == "PATCH" else ()
    sent = (*caller(operation), *conditions, *headers)
    return await send(api.app, operation.method, target or operation.target, sent, body)


@pytest.mark.parametrize("operation", WITH_BODY, ids=names(WITH_BODY))
async def test_every_field_refuses_what_it_is_not(api: Api, operation: Operation) -> None:
    """422 that points at the field, for every wrong value of every field at every depth."""
    assert operation.json_schema is not None
    for field in fields(operation.json_schema):
        for text in wrong(field.schema):
            answer = await ask(api, operation, field.body(text))
            assert answer.status == 422, (field.pointer, text[:60], answer.body.decode())
            pointers = [error["pointer"] for error in answer.json().get("errors", ())]
            assert any(known.startswith(field.pointer) for known in pointers), (field.pointer, text[:60], pointers)
            assert_problem(answer, 422, "validation")
    for text in NOT_JSON:
        for field in list(fields(operation.json_schema))[:1]:
            assert_problem(await ask(api, operation, field.body(text)), 422, "validation", pointer="#")


@pytest.mark.parametrize("operation", WITH_BODY, ids=names(WITH_BODY))
async def test_every_body_refuses_what_is_no_body(api: Api, operation: Operation) -> None:
    assert operation.json_schema is not None
    sent = next(bodies(operation.json_schema))
    good = json.dumps(sent).encode()
    for body in (b"", b"null", b"[]", b'"x"', b"7", b"{", good + b"x", b"\xef\xbb\xbf" + good, b"\xff", b"[" * 100_000):
        assert_problem(await ask(api, operation, body), 422, "validation")
    twice = b'{"a": 1, "a": 2}'
    assert_problem(await ask(api, operation, twice), 422, "validation", pointer="#")
    for name in ("owner", "id", "created_at", "__class__"):
        if f'"{name}"' not in json.dumps(operation.json_schema):
            unknown = json.dumps({**sent, name: MARKER}).encode()
            assert_problem(await ask(api, operation, unknown), 422, "validation", pointer=f"#/{name}")
    assert_problem(await ask(api, operation, json.dumps({**sent, "\ud800": 1}).encode()), 422, "validation")
    too_large = good + b" " * api.app.state.settings.body_limit_bytes
    assert_problem(await ask(api, operation, too_large), 413, "body-too-large")
    for headers in ((), (("Content-Type", "text/plain"),), (("Content-Type", "application/xml"),)):
        assert_problem(await ask(api, operation, good, headers), 415, "unsupported-media-type")
    packed = (*JSON, ("Content-Encoding", "gzip"))
    assert_problem(await ask(api, operation, gzip.compress(good), packed), 415, "unsupported-media-type")


@pytest.mark.parametrize("operation", OPERATIONS, ids=names(OPERATIONS))
async def test_every_parameter_refuses_what_it_is_not(api: Api, operation: Operation) -> None:
    """In the path and in the query: 422 that points at it, or 404 where the path is then another."""
    for parameter in operation.parameters("path"):
        name, choices = parameter["name"], alternatives(parameter["schema"])
        for text in ("%00", "%ED%A0%80", HUGE[:4000], "%0A", "..%00", "\xff", "-1", "1e5", "%20", "+", "*", "'"):
            if text == "-1" and {choice.get("type") for choice in choices} == {"string"} and "format" not in choices[0]:
                continue
            path = operation.path.replace(f"{{{name}}}", text)
            for other in operation.parameters("path"):
                path = path.replace(f"{{{other['name']}}}", str(sample(other["schema"])))
            answer = await ask(api, operation, b"{}", target=path)
            assert answer.status in (404, 422), (path, answer.body)
            assert_problem(answer, answer.status, "validation" if answer.status == 422 else "not-found")
    if operation.secured or operation.parameters("path"):
        await refuses_queries(api, operation)


QUERY_WORDS = [
    *("%00", f"{MARKER}%00", "%ED%A0%80%00", "\xff", HUGE, "%0A", "%20", "1%2C", "1e400", "-1", "true", "2022-02-30"),
]


def admissible(schema: Schema, text: str) -> bool:
    """Whether a query parameter of this schema may be this text, as far as it is plain ASCII."""
    match schema.get("type", "string"):
        case "boolean":
            return text in ("true", "false")
        case "string" if "enum" in schema:
            return text in schema["enum"]
        case "string" if "format" not in schema:
            read = unquote(text)
            known = re.search(schema.get("pattern", ""), read) is not None
            return known and read.isascii() and "\0" not in read and len(read) <= schema.get("maxLength", len(read))
    return False


async def refuses_queries(api: Api, operation: Operation) -> None:
    required = operation.query + "&" if operation.query else ""
    headers = [("Content-Type", name) for name in operation.content][:1]
    for query in (f"owner={MARKER}", "%00=1", "\xff=1", "%ED%A0%80", "limit[]=1"):
        answer = await ask(api, operation, b"{}", headers, f"{operation.address}?{required}{query}")
        assert_problem(answer, 422, "validation")
    for parameter in operation.parameters("query"):
        name, schema = parameter["name"], parameter["schema"]
        for text in QUERY_WORDS:
            if any(admissible(choice, text) for choice in alternatives(schema)):
                continue
            answer = await ask(api, operation, b"{}", headers, f"{operation.address}?{name}={text}")
            assert answer.status == 422, (name, text[:40], answer.body)
            assert_problem(answer, 422, "validation", pointer=f"#/query/{name}")
        twice = f"{operation.address}?{name}=1&{name}=1"
        assert_problem(await ask(api, operation, b"{}", headers, twice), 422, "validation", pointer=f"#/query/{name}")


@pytest.mark.parametrize("operation", GETS, ids=names(GETS))
async def test_head_is_get_without_a_body(api: Api, operation: Operation) -> None:
    """The same status and headers (RFC 9110 § 9.3.2), for what is there and for what is not."""
    get = await send(api.app, "GET", operation.target, caller(operation))
    head = await send(api.app, "HEAD", operation.target, caller(operation))
    assert (head.status, head.body) == (get.status, b"")
    varying = {"x-request-id"}
    if get.status >= 400 or "access-log" in operation.path:  # the second has another id in it, or one more row to show
        varying.add("content-length")
    assert [header for header in head.headers if header[0] not in varying] == [
        header for header in get.headers if header[0] not in varying
    ]


@pytest.mark.parametrize("path", sorted({operation.path for operation in OPERATIONS}))
async def test_every_address_says_what_it_allows(api: Api, path: str) -> None:
    """405 with all methods of the address, 404 with a slash too many, and never a redirect."""
    here = [operation for operation in OPERATIONS if operation.path == path]
    allowed = {operation.method for operation in here} | ({"HEAD"} if any(op.method == "GET" for op in here) else set())
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - allowed:
        answer = await send(api.app, method, here[0].target, caller(here[0]))
        assert_problem(answer, 405, "method-not-allowed")
        assert answer.header("allow") == ", ".join(sorted(allowed))
    for wrong_path in (f"{here[0].address}/", f"/{here[0].address}", f"{here[0].address}/x/y"):
        assert_problem(await send(api.app, here[0].method, wrong_path, officer()), 404, "not-found")


@pytest.mark.parametrize("operation", SECURED, ids=names(SECURED))
async def test_every_answer_comes_in_the_format_asked_for_or_not_at_all(api: Api, operation: Operation) -> None:
    offered = {name for answer in operation.details["responses"].values() for name in answer.get("content", {})}
    for accept in {"text/csv", "text/html", "application/xml"} - offered:
        answer = await ask(api, operation, b"{}", (*JSON, ("Accept", accept)))
        assert_problem(answer, 406, "not-acceptable")
