"""What people read is nynorsk: every field has a name there, and no sentence quotes a field without it."""

import ast
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.http.field_names import FIELD_NAMES
from app.http.names import format_amount, list_values, name_fields, name_pointer
from app.http.problems import TYPES, VALIDATION
from app.http.schemas import PATTERNS, TEXT
from app.http.value_names import VALUE_NAMES
from tests.conftest import Api
from tests.http.operations import operations, resolved

APP = Path(__file__).parents[2] / "app"
QUOTED = re.compile(r"«([a-z]+(?:_[a-z]+)*)»")
IDENTIFIER = re.compile(r"(?<![«\w/.-])[a-z]+(?:_[a-z]+)+(?![»\w])")
# Words in nynorsk that sentences quote, and members of an answer rather than fields of a request.
OTHER_WORDS = {"errors"}
# Types that parse a text themselves, and say of it what is wrong.
PARSED = re.compile(r"\(19\|20\)|\\\.\[0-9\]\{[12](,\d+)?\}|100\\\.00|\(0\|\[1-9\]|^\^\[!#-~\]")


def walk(schema: Any, field: str, known: set[str]) -> Iterator[tuple[str, str, Any]]:
    """(kind, field, value) of every property, allowed value and pattern of a schema."""
    if "$ref" in schema:
        if schema["$ref"] in known:
            return
        known.add(schema["$ref"])
        schema = resolved(schema)
    for name, inner in schema.get("properties", {}).items():
        yield "field", name, name
        yield from walk(inner, name, known)
    for inner in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from walk(inner, field, known)
    if "items" in schema:
        yield from walk(schema["items"], field, known)
    for value in (*schema.get("enum", ()), *([schema["const"]] if "const" in schema else ())):
        yield "value", field, value
    if "pattern" in schema:
        yield "pattern", field, schema["pattern"]


def requests() -> set[tuple[str, str, Any]]:
    """The same of every parameter and body of the API."""
    known = set[str]()
    found = set[tuple[str, str, Any]]()
    for operation in operations():
        for where in ("query", "path"):
            for parameter in operation.parameters(where):
                found |= {("field", parameter["name"], parameter["name"])}
                found |= set(walk(parameter["schema"], parameter["name"], known))
        for content in operation.content.values():
            found |= set(walk(content.get("schema", {}), "", known))
    return found


def literal(node: ast.expr) -> str | None:
    """A text in the code, with `…` for what is put into it."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(literal(part) or "…" for part in parts)
        case _:
            return None


def sentences() -> Iterator[tuple[str, str]]:
    """(place, text) of every sentence of a problem in the code: its type's, and those that are raised."""
    for path in sorted(set(APP.rglob("*.py")) - {APP / "settings.py", APP / "issuers.py"}):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func).rsplit(".", 1)[-1]
            texts = [keyword.value for keyword in node.keywords if called == "problem_type" and keyword.arg == "nn"]
            if called.isupper() or called in {"ValueError", "FieldFault"}:
                texts = node.args[-1:]
            for text in texts:
                if (sentence := literal(text)) is not None:
                    yield f"{path.relative_to(APP.parent)}:{node.lineno}", sentence


REQUESTS = requests()


def test_every_field_of_a_request_has_a_nynorsk_name() -> None:
    missing = sorted({value for kind, _, value in REQUESTS if kind == "field"} - FIELD_NAMES.keys())
    assert not missing, (
        "add to FIELD_NAMES in app/http/field_names.py, in alphabetical order, a nynorsk name of: " + ", ".join(missing)
    )


def test_every_value_of_a_request_has_a_nynorsk_name() -> None:
    missing = sorted({str(value) for kind, _, value in REQUESTS if kind == "value"} - VALUE_NAMES.keys())
    assert not missing, (
        f"add to VALUE_NAMES in app/http/value_names.py, in alphabetical order, the meaning of {missing}"
    )


def test_every_pattern_of_a_request_is_described() -> None:
    patterns = {(field, value) for kind, field, value in REQUESTS if kind == "pattern"}
    missing = sorted(
        (field, pattern)
        for field, pattern in patterns
        if pattern not in PATTERNS and pattern != TEXT and not PARSED.search(pattern)
    )
    assert not missing, (
        'write pattern=describe_pattern(r"…", "må vere …") (app/http/schemas.py), so that a refusal says what the'
        f" field asks for: {missing}"
    )


def test_the_names_are_in_alphabetical_order() -> None:
    for names in (FIELD_NAMES, VALUE_NAMES):
        assert list(names) == sorted(names), "field_names.py and value_names.py are in alphabetical order"


def test_no_sentence_names_a_field_in_english_alone() -> None:
    """Quoted as «received_on» it gets its nynorsk name in front; unquoted, or unknown, it would not."""
    wrong = []
    for place, sentence in sentences():
        shown = name_fields(sentence)
        for word in QUOTED.findall(shown):
            if f"(«{word}»)" not in shown and word not in OTHER_WORDS and not re.search("[æøå]", word):
                wrong.append(f"{place}: «{word}» has no name: add it to FIELD_NAMES in app/http/field_names.py")
        for word in IDENTIFIER.findall(shown):
            wrong.append(f"{place}: write «{word}» in guillemets, or the nynorsk word alone")
    assert not wrong, "\n".join(wrong)


def test_a_quoted_field_gets_its_name() -> None:
    assert name_fields("«received_on» er 2027-01-01. «to» er før «from».") == (
        "Motteken dato («received_on») er 2027-01-01. Til og med («to») er før frå og med («from»)."
    )


def test_a_field_beside_the_sentences_own_words_stays() -> None:
    sentence = "Plassen må ha ein siste dag («ends_on»), og «Gløde AS» er ikkje eit felt."
    assert name_fields(sentence) == sentence


@pytest.mark.parametrize(
    ("pointer", "name"),
    [
        ("#", "Innhaldet"),
        ("#/received_on", "Motteken dato («received_on»)"),
        ("#/query/by", "Gruppering («by»)"),
        ("#/items/0/kind", "Slag («items/0/kind»)"),
        ("#/themes/1", "Tema («themes/1»)"),
        ("#/invented", "«invented»"),
    ],
)
def test_a_pointer_is_named(pointer: str, name: str) -> None:
    assert name_pointer(pointer) == name


def test_values_are_listed_with_their_meaning() -> None:
    assert list_values(["sick", "other"]) == "sjuk («sick»), anna («other»)"


def test_an_amount_is_written_as_people_do() -> None:
    assert format_amount(Decimal("10000000")).split("\u00a0") == ["kr", "10", "000", "000,00"]
    assert format_amount(Decimal("28904.5")) == "kr\u00a028\u00a0904,50"


def test_a_problem_names_the_fields_of_its_sentence() -> None:
    assert VALIDATION("«to» er før «from».").detail == "Til og med («to») er før frå og med («from»)."
    assert "Siste dag («ends_on»)" not in TYPES["temporary-needs-last-day"].nn


REFUSED = {"participant_id": "nobody", "received_on": "2022-13-01", "need": "seldom", "wishes": "x" * 5000, "when": 1}
SAID = {
    "#/participant_id": "må vere ein id (UUID)",
    "#/received_on": "må vere ein dato på forma ÅÅÅÅ-MM-DD mellom 1900 og 2099",
    "#/need": "er ikkje blant dei tillatne verdiane: varig («permanent»), mellombels («temporary»)",
    "#/wishes": "er for lang: høgst 4000 teikn",
}


async def test_a_refusal_says_what_is_allowed(api: Api) -> None:
    """At each field: allowed values with their meaning, limits, and the form that is asked for."""
    answer = await api.case_officer.post("/v1/applications", json=REFUSED)
    problem = answer.json()
    faults = {error["pointer"]: error["detail"] for error in problem["errors"]}
    assert SAID.items() <= faults.items()
    assert faults["#/when"].startswith("er eit ukjent felt; felta her er deltakar («participant_id»), motteken dato (")
    assert problem["detail"] == "Deltakar («participant_id») må vere ein id (UUID)."


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("limit=0", "Tal på ei side («limit») er for liten: minst 1."),
        ("limit=201", "Tal på ei side («limit») er for stor: høgst 200."),
        ("after=x", "Peikar («after») er ikkje ein gyldig peikar; send neste side («next») frå førre svar."),
    ],
)
async def test_a_refused_parameter_names_its_limit(api: Api, query: str, detail: str) -> None:
    answer = await api.case_officer.get(f"/v1/providers?{query}")
    assert answer.json()["detail"] == detail


async def test_an_unknown_parameter_names_the_known(api: Api) -> None:
    answer = await api.case_officer.get("/v1/providers?colour=red")
    assert answer.json()["errors"] == [
        {
            "pointer": "#/query/colour",
            "detail": "er ein ukjend parameter; her finst tal på ei side («limit»), peikar («after»)",
        }
    ]


@pytest.mark.parametrize("name", ["limit[]", "økse", "a b", "23849150073"])
async def test_an_unknown_name_that_is_not_said_back_is_no_fault_of_the_whole(api: Api, name: str) -> None:
    """It may be anything: the fault stands at what the name is in, and says so."""
    query = await api.case_officer.get("/v1/providers", params={name: "1"})
    (fault,) = query.json()["errors"]
    assert (fault["pointer"], fault["detail"].partition(";")[0]) == (
        "#/query",
        "har ein parameter med eit namn som ikkje er til",
    )
    body = await api.case_officer.post("/v1/providers", json={name: 1})
    (fault,) = [error for error in body.json()["errors"] if error["pointer"] == "#"]
    assert fault["detail"].startswith("har eit felt med eit namn som ikkje er til; felta her er ")
    assert name not in query.json()["detail"] + body.text


async def test_an_unknown_field_of_one_kind_names_the_fields_of_that_kind(api: Api) -> None:
    """Of the decisions it is the rejection that `kind` says."""
    answer = await api.case_officer.post("/v1/decisions", json={"kind": "reject", "starts_on": "2022-01-01"})
    faults = {error["pointer"]: error["detail"] for error in answer.json()["errors"]}
    assert "søknad («application_id»)" in faults["#/starts_on"]
    assert "ends_on" not in faults["#/starts_on"]


def test_a_provider_is_a_vekstbedrift_wherever_people_read() -> None:
    read = [path for kind in ("*.py", "*.html") for path in APP.rglob(kind)]
    assert [path.name for path in read if "leverandør" in path.read_text(encoding="utf-8").lower()] == []
