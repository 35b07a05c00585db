"""The OpenAPI document says everything, says it truly, and is the one that is kept in the repository."""

import asyncio
import json
import re
from collections import Counter
from html.parser import HTMLParser
from typing import Any

import httpx
import jsonschema_rs
import pytest

from app.http.openapi import DOCUMENT
from app.http.problems import MEDIA_TYPE, TYPES
from tests.conftest import Api
from tests.factories.raw_http import send
from tests.factories.tokens import bearer
from tests.http.operations import Operation, bodies, document, names, operations, resolved

# Who calls these has no token yet, is a probe, or reads open data.
PUBLIC = {
    "GET /health/live", "GET /health/ready", "GET /problems/{problem_code}", "GET /v1/calendars/{secret}.ics",
    "GET /v1/open/stairs", "GET /v1/grant-schemes",
}  # fmt: skip
# What the guideline says nothing of: the law and the service itself do.
RULED_BY_OTHERS = {"service", "access log"}
RULE = re.compile(r"\b[ACDKLMPRST][1-9][0-9]?\b")
PARAMETER = re.compile(r"[a-z]+(_[a-z]+)*_id|year|month|stair|system|value|secret|([a-z]+_)?code")
OPERATION_ID = re.compile(r"[a-z]+(_[a-z]+)+")
EVERYWHERE = {"X-Request-ID", "traceparent"}
ODD_SCHEMA = re.compile(r"__|Told|Made|Another|^Body")

OPERATIONS = operations()
SECURED = [operation for operation in OPERATIONS if operation.secured]
WITH_BODY = [operation for operation in OPERATIONS if operation.json_schema is not None]


def problems(operation: Operation) -> dict[str, Any]:
    """The answers of an operation that are problems."""
    return {status: answer for status, answer in operation.details["responses"].items() if status >= "400"}


def test_the_file_is_the_document() -> None:
    """Regenerate it by `python -m app openapi`."""
    assert json.loads(DOCUMENT.read_text(encoding="utf-8")) == document()


def test_the_document_is_openapi_3_1() -> None:
    assert document()["openapi"].startswith("3.1.")
    assert document()["info"]["description"]
    used = {tag for operation in OPERATIONS for tag in operation.details["tags"]}
    assert used == {tag["name"] for tag in document()["tags"]}


def test_operation_ids_are_unique_names() -> None:
    """Generated clients name their functions after them: a verb and what it is about, without the path."""
    ids = [operation.details["operationId"] for operation in OPERATIONS]
    assert [id_ for id_, count in Counter(ids).items() if count > 1] == []
    assert [id_ for id_ in ids if not OPERATION_ID.fullmatch(id_) or "_v1_" in id_] == []


def test_schema_names_are_unique_nouns() -> None:
    """Without module paths, which FastAPI puts in front where two schemas share a name."""
    schemas = document()["components"]["schemas"]
    assert [name for name in schemas if not re.fullmatch(r"[A-Z][A-Za-z]+", name) or ODD_SCHEMA.search(name)] == []


@pytest.mark.parametrize("operation", SECURED, ids=names(SECURED))
def test_an_operation_names_its_roles(operation: Operation) -> None:
    """In people's words, as the last line of its description."""
    last = operation.details["description"].rsplit("\n\n", 1)[1]
    assert re.fullmatch(r"Roles: (case officer|service|provider|EPJ|finance|auditor)(, [A-Za-z ]+)*\.", last)


async def test_it_is_served_to_anybody(api: Api) -> None:
    answer = await api.anonymous.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.content == DOCUMENT.read_bytes()
    assert answer.json() == document()


@pytest.mark.parametrize("operation", OPERATIONS, ids=names(OPERATIONS))
def test_a_list_says_where_it_goes_on(operation: Operation) -> None:
    """Every answer with `items` to a question has `next`, also where it is always null."""
    told = operation.details["responses"].get("200", {}).get("content", {}).get("application/json")
    if operation.method != "GET" or told is None:
        return
    for schema in told["schema"].get("anyOf", [told["schema"]]):
        fields = resolved(schema).get("properties", {})
        assert "items" not in fields or "next" in fields
        assert ("Link" in operation.details["responses"]["200"]["headers"]) == ("next" in fields)


async def test_below_a_prefix_it_names_that_server(api: Api) -> None:
    transport = httpx.ASGITransport(api.app, root_path="/vekstplass")
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        several = await asyncio.gather(*(client.get("/vekstplass/openapi.json") for _ in range(3)))
    for answer in several:
        assert answer.json() == document() | {"servers": [{"url": "/vekstplass"}]}


def test_a_change_may_come_as_a_merge_patch() -> None:
    """RFC 7396, or the same as JSON."""
    changes = [operation for operation in OPERATIONS if operation.method == "PATCH"]
    assert changes
    for operation in changes:
        content = operation.details["requestBody"]["content"]
        assert set(content) == {"application/json", "application/merge-patch+json"}


@pytest.mark.parametrize("operation", OPERATIONS, ids=names(OPERATIONS))
def test_an_operation_explains_itself(operation: Operation) -> None:
    """Summary, description with the rules it carries, names that Schemathesis can follow, all its refusals."""
    details = operation.details
    assert re.fullmatch(r"[A-Z].{4,70}[^.]", details["summary"])
    assert len(details["description"]) > 10
    assert RULE.search(details["description"]) or details["tags"][0] in RULED_BY_OTHERS
    for parameter in operation.parameters("path"):
        assert PARAMETER.fullmatch(parameter["name"])
    assert all(parameter["description"] for parameter in operation.details.get("parameters", ()))
    statuses = {"406", "414", "422", "431", "500", "503"}
    if operation.secured:
        statuses |= {"401", "403"}
    if operation.content:
        statuses |= {"413", "415"}
    if operation.method == "PATCH":
        statuses |= {"412", "428"}
    if operation.method == "POST" and operation.secured:
        statuses |= {"409"}
    assert statuses <= set(problems(operation))


@pytest.mark.parametrize("operation", OPERATIONS, ids=names(OPERATIONS))
def test_its_refusals_are_problems_by_name(operation: Operation) -> None:
    for status, answer in problems(operation).items():
        assert answer["content"] == {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        codes = re.findall(r"^`([a-z-]+)`: ", answer["description"], re.MULTILINE)
        assert codes, answer["description"]
        assert {TYPES[code].status for code in codes} == {int(status)}


def test_nothing_is_public_but_what_must_be() -> None:
    assert {operation.name for operation in OPERATIONS if not operation.secured} == PUBLIC
    assert document()["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


@pytest.mark.parametrize("operation", OPERATIONS, ids=names(OPERATIONS))
def test_its_success_has_a_schema(operation: Operation) -> None:
    """An object, never a bare list, with a description of its own; what is made has an address."""
    successes = {status: answer for status, answer in operation.details["responses"].items() if status < "300"}
    assert successes
    for status, answer in successes.items():
        if status == "204":  # nothing, and says so by having no content at all
            assert "content" not in answer
            continue
        for media_type, content in answer["content"].items():
            if media_type == "application/json":
                assert resolved(content["schema"]).get("type", "object") == "object"
                assert "$ref" in content["schema"] or "anyOf" in content["schema"] or "oneOf" in content["schema"]
        if status == "201":
            assert "Location" in answer["headers"]


@pytest.mark.parametrize("operation", OPERATIONS, ids=names(OPERATIONS))
def test_its_success_has_a_valid_example(operation: Operation) -> None:
    """In JSON of its schema, and as text: what a client gets. A workbook is nothing to read."""
    components = {"components": document()["components"]}
    for status, answer in operation.details["responses"].items():
        for media_type, content in answer.get("content", {}).items() if status < "300" else ():
            if media_type.startswith("text/"):
                assert content["example"].strip()
            else:
                assert "json" in media_type or content["schema"].get("format") == "binary"
            if media_type == "application/json":
                jsonschema_rs.validator_for({**content["schema"], **components}).validate(content["example"])


def test_the_document_names_its_server_and_contact() -> None:
    assert document()["servers"] == [{"url": "/"}]
    assert document()["info"]["contact"]["name"] == "Alver kommune"


def test_next_may_always_lead_on() -> None:
    """A `next` that is null alone makes generators of clients fail."""
    schemas = document()["components"]["schemas"]
    found = [schema["properties"]["next"] for schema in schemas.values() if "next" in schema.get("properties", {})]
    assert found
    assert [schema for schema in found if schema.get("anyOf") != [{"type": "string"}, {"type": "null"}]] == []


@pytest.mark.parametrize(
    ("name", "headers"),
    [
        ("POST /v1/decisions", {"If-Match", "Idempotency-Key"}),
        ("PUT /v1/participants/by-external-id/{system}/{value}", {"If-Match", "If-None-Match"}),
        ("DELETE /v1/absences/{absence_id}", {"If-Match"}),
    ],
)
def test_a_condition_that_may_be_sent_is_declared(name: str, headers: set[str]) -> None:
    [operation] = [operation for operation in OPERATIONS if operation.name == name]
    assert {parameter["name"] for parameter in operation.parameters("header")} - EVERYWHERE == headers
    assert "412" in problems(operation)


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.method == "GET"], ids=lambda one: one.name)
def test_what_can_be_asked_for_by_its_tag_says_so(operation: Operation) -> None:
    """A single object, and a file that is fetched again; a list has no tag."""
    answers = operation.details["responses"]
    schema = answers["200"].get("content", {}).get("application/json", {}).get("schema")
    is_page = schema is not None and "next" in resolved(schema).get("properties", {})
    is_tagged = "304" in answers
    if schema is not None and "$ref" in schema and not is_page:
        assert is_tagged
    assert ("If-None-Match" in {parameter["name"] for parameter in operation.parameters("header")}) == is_tagged
    assert ("ETag" in answers["200"]["headers"]) == is_tagged


@pytest.mark.parametrize("operation", OPERATIONS, ids=names(OPERATIONS))
def test_headers_that_work_everywhere_are_declared(operation: Operation) -> None:
    """As optional ones; generated clients can send them."""
    declared = {one["name"]: one["required"] for one in operation.parameters("header")}
    assert {name: declared[name] for name in EVERYWHERE} == dict.fromkeys(EVERYWHERE, False)


def inputs(schema: Any, seen: set[str]) -> None:
    """Collect the names of all schemas that a body is made of."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            if name not in seen:
                seen.add(name)
                inputs(resolved(schema), seen)
        for value in schema.values():
            inputs(value, seen)
    elif isinstance(schema, list):
        for value in schema:
            inputs(value, seen)


def test_what_comes_in_is_bounded() -> None:
    """Every object closed, every text and list with a length, every number with both ends."""
    found: set[str] = set()
    for operation in WITH_BODY:
        inputs(operation.json_schema, found)
    assert found

    def check(schema: Any, where: str) -> None:
        if not isinstance(schema, dict):
            return
        # Limits written after a validator end up under names that JSON Schema does not know.
        assert not {"ge", "gt", "le", "lt"} & set(schema), where
        match schema.get("type"):
            case "object":
                assert schema.get("additionalProperties") is False, where
            # What these say is compared or left aside, and kept nowhere.
            case "string" if not {"enum", "const", "format"} & set(schema) and "If-" not in where:
                assert "maxLength" in schema or str(schema.get("pattern", "")).endswith("$"), where
            case "integer" | "number":
                assert {"minimum", "maximum"} <= set(schema) or {"exclusiveMinimum", "maximum"} <= set(schema), where
            case "array":
                assert "maxItems" in schema, where
        for key in ("items", "additionalProperties"):
            check(schema.get(key), f"{where}.{key}")
        for key in ("anyOf", "oneOf", "allOf"):
            for choice in schema.get(key, ()):
                check(choice, f"{where}.{key}")
        for name, property_ in schema.get("properties", {}).items():
            check(property_, f"{where}.{name}")

    for name in sorted(found):
        check(document()["components"]["schemas"][name], name)
    for operation in OPERATIONS:
        for parameter in operation.details.get("parameters", ()):
            if parameter["name"] not in EVERYWHERE:
                check(parameter["schema"], f"{operation.name} {parameter['name']}")


@pytest.mark.parametrize("operation", WITH_BODY, ids=names(WITH_BODY))
async def test_the_examples_are_taken(api: Api, operation: Operation) -> None:
    """A body made of the examples is well formed: whatever the state says to it, it is not malformed."""
    assert operation.json_schema is not None
    for body in bodies(operation.json_schema):
        headers = (*bearer("case_officer").items(), ("Content-Type", "application/json"), ("If-Match", '"x"'))
        answer = await send(api.app, operation.method, operation.target, headers, json.dumps(body).encode())
        assert answer.status < 500
        assert b'"/problems/validation"' not in answer.body, (body, answer.body.decode())


class Links(HTMLParser):
    """Every address in a page's tags."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.addresses += [str(value) for name, value in attrs if name in ("src", "href", "action", "srcset")]
        self.inline += [name for name in values if name.startswith("on") or name == "style"]
        if tag == "script":
            assert values.get("src"), "a script in the page itself"


async def test_the_docs_page_asks_nobody_else_for_anything(api: Api) -> None:
    """A closed network is enough: all its files come from here, and its policy lets none come from elsewhere."""
    page = await api.anonymous.get("/docs")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "http:" not in page.text
    assert "https:" not in page.text
    links = Links()
    links.feed(page.text)
    assert links.addresses
    assert links.inline == []
    for address in links.addresses:
        assert re.fullmatch(r"docs/assets/[a-z-]+\.[a-z]+", address)
        asset = await api.anonymous.get(f"/{address}")
        assert asset.status_code == 200
        assert asset.content
        if address.endswith((".js", ".css")):
            # The tags it may write, and what its style sheet loads.
            assert re.findall(rb"<(?:script|link|img|iframe)[^>]{0,200}https?:", asset.content) == []
            assert re.findall(rb"(?:url\(|@import)\s*[\"']?(?:https?:)?//", asset.content) == []
    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert "http" not in page.headers["content-security-policy"]


async def test_the_docs_page_can_authorise_and_validates_nowhere_else(api: Api) -> None:
    script = (await api.anonymous.get("/docs/assets/docs.js")).text
    assert 'url: "openapi.json"' in script
    assert "validatorUrl: null" in script
    # Seen in a browser only: without it the example of a batch goes out quoted, and each of its lines is refused.
    assert "plugins: [linesAsTheyAre]" in script
    assert "http" not in script
