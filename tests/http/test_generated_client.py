"""A client that a generator makes of the document: it has every operation, and a day's work can be done with it."""

import asyncio
import importlib
import inspect
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import httpx
import pytest

from tests.conftest import Api
from tests.factories import absences, steps
from tests.factories.absences import ORGANISATION
from tests.factories.tokens import bearer
from tests.http.operations import JSON_TYPES, document, operations

# What the generator cannot send; each operation takes JSON as well.
OTHER_BODIES = re.compile(r"Unsupported content type (application/x-ndjson|text/csv|application/xml|text/xml)")

INSTANT = re.compile(r"(T[0-9:.]+)\+00:00")

PROVIDER = {"name": "Gløde AS", "organisation_number": ORGANISATION, "municipality_number": "4631"}
PERSON = {
    "given_name": "Solveig",
    "family_name": "Testnes",
    "birth_date": "1991-04-23",
    "municipality_number": "4631",
    "service_area": "habilitation",
    "contacts": [{"kind": "guardian", "name": "Torbjørn Testnes", "phone": None, "email": None}],
    "address_protection": False,
    "national_identity_number": "23849150073",
}


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the generator says, and where the package `vekstplass_client` is."""
    folder = tmp_path_factory.mktemp("generated")
    (folder / "openapi.json").write_text(json.dumps(document()), encoding="utf-8")
    (folder / "config.yaml").write_text("post_hooks: []\n", encoding="utf-8")
    made = subprocess.run(
        [sys.executable, "-m", "openapi_python_client", "generate", "--path", "openapi.json", "--meta", "none"]
        + ["--output-path", "vekstplass_client", "--config", "config.yaml"],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    (folder / "said").write_text(made.stdout + made.stderr, encoding="utf-8")
    return str(folder)


@pytest.fixture
def package(generated: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The generated package, importable while a test runs."""
    monkeypatch.syspath_prepend(generated)
    yield importlib.import_module("vekstplass_client")
    for name in [name for name in sys.modules if name.split(".")[0] == "vekstplass_client"]:
        monkeypatch.delitem(sys.modules, name)


class Generated:
    """The generated package's operations as one caller, and its models."""

    def __init__(self, package: ModuleType, api: Api, role: str, organisation: str | None = None) -> None:
        token = bearer(role, organisation)["Authorization"].removeprefix("Bearer ")
        arguments = {"transport": httpx.ASGITransport(api.app)}
        self.client = package.AuthenticatedClient(base_url="http://test", token=token, httpx_args=arguments)

    async def call(self, operation: str, status: int = 200, **arguments: Any) -> Any:
        """The answer as the generated client parses it: `tag.operation_id`."""
        module = importlib.import_module(f"vekstplass_client.api.{operation}")
        answer = await module.asyncio_detailed(client=self.client, **arguments)
        assert answer.status_code == status, answer.content
        return answer.parsed

    @staticmethod
    def model(name: str, body: dict[str, Any]) -> Any:
        """One of the generated models, made of a JSON object; what it does not know it would put aside."""
        made = getattr(importlib.import_module("vekstplass_client.models"), name).from_dict(body)
        assert made.to_dict() == body
        return made


def test_every_operation_is_generated(generated: str, package: ModuleType) -> None:
    """None is left out for a schema that the generator does not take; only other media types of a body are."""
    said = Path(generated, "said").read_text(encoding="utf-8")
    assert "Endpoint will not be generated" not in said
    faults = re.findall(r"^(?:Unsupported|Cannot|Could|Invalid|ERROR).*$", said, re.MULTILINE)
    assert [fault for fault in faults if not OTHER_BODIES.fullmatch(fault)] == []
    for operation in operations():
        tag = operation.details["tags"][0].replace("-", "_").replace(" ", "_")
        module = importlib.import_module(f"vekstplass_client.api.{tag}.{operation.details['operationId']}")
        assert asyncio.iscoroutinefunction(module.asyncio_detailed)


def test_every_schema_is_a_model(generated: str, package: ModuleType) -> None:
    """Under its own name."""
    models = importlib.import_module("vekstplass_client.models")
    described = document()["components"]["schemas"]
    objects = {name for name, schema in described.items() if "properties" in schema}
    assert objects
    assert objects - set(vars(models)) == set()


def test_models_read_what_is_sent_and_answered(package: ModuleType) -> None:
    """Every example of a body and of an answer, which the demo takes and gives, is written again as it was read."""
    models = importlib.import_module("vekstplass_client.models")
    described = document()["components"]["schemas"]
    read, unread = 0, []
    for operation in operations():
        tag = operation.details["tags"][0].replace("-", "_").replace(" ", "_")
        module = importlib.import_module(f"vekstplass_client.api.{tag}.{operation.details['operationId']}")
        body = inspect.signature(module.asyncio_detailed).parameters.get("body")
        taken = () if body is None else get_args(body.annotation) or (body.annotation,)
        shown = [(taken, example) for name in JSON_TYPES for example in examples(operation.content.get(name, {}))]
        for answer in operation.details["responses"].values():
            content = answer.get("content", {}).get("application/json", {})
            name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
            # An answer of one shape or another is no single model's.
            if "properties" in described.get(name, {}):
                shown += [((getattr(models, name),), example) for example in examples(content)]
        for choices, example in shown:
            read += 1
            if not any(reads(model, example) for model in choices):
                unread.append((operation.name, example))
    assert unread == []
    assert read > len(operations())


def examples(content: Mapping[str, Any]) -> list[Any]:
    """What the document shows of a body or an answer."""
    if "example" in content:
        return [content["example"]]
    return [one["value"] for one in content.get("examples", {}).values()]


def reads(model: Any, example: Any) -> bool:
    """Whether a model knows every field of an example, and writes it again. Instants may be written otherwise."""
    try:
        made = model.from_dict(example)
    except (AttributeError, KeyError, TypeError, ValueError):
        return False
    written = json.loads(INSTANT.sub(r"\1Z", json.dumps(made.to_dict())))
    return not getattr(made, "additional_properties", None) and bool(written == example)


async def test_registers_grants_pushes_and_reads(generated: str, package: ModuleType, api: Api) -> None:
    """The case office, a provider's system and finance, each through the generated client alone."""
    await steps.law(api)
    office = Generated(package, api, "case_officer")
    enterprise = Generated(package, api, "provider", ORGANISATION)
    finance = Generated(package, api, "finance")

    provider = await office.call("providers.create_provider", 201, body=office.model("ProviderIn", PROVIDER))
    capacity = office.model("CapacityIn", {"valid_from": "2021-01-01", "places": 10})
    await office.call("providers.set_capacity", 201, provider_id=provider.id, body=capacity)
    person = await office.call("participants.register_participant", 201, body=office.model("ParticipantIn", PERSON))
    [guardian] = person.contacts
    assert (guardian.name, guardian.kind.value) == ("Torbjørn Testnes", "guardian")

    applied = await office.call(
        "applications.record_application",
        201,
        body=office.model(
            "ApplicationIn",
            {"participant_id": str(person.id), "received_on": "2022-01-03", "need": "permanent", "wishes": "Ute."},
        ),
    )
    request = await office.call(
        "applications.send_request",
        201,
        application_id=applied.id,
        body=office.model("RequestIn", {"provider_id": str(provider.id), "sent_on": "2022-01-04"}),
    )
    answer = enterprise.model("RequestAnswerIn", {"answer": "accepted"})
    await enterprise.call("applications.answer_request", request_id=request.id, body=answer)
    grant = office.model("GrantDecisionIn", steps.grant(str(applied.id), str(request.id)))
    decision = await office.call("decisions.create_decision", 201, body=grant)
    assert decision.budget.forecast == "133902.00"

    item = absences.item(str(decision.placement_id), note="Ringde sjølv.")
    batch = enterprise.model("PushAbsencesJsonBody", {"items": [item]})
    pushed = await enterprise.call("absences.push_absences", body=batch)
    assert (pushed.accepted, pushed.rejected, pushed.items[0].status.value) == (1, 0, "created")
    batch.items[0].percent = 40
    again = await enterprise.call("absences.push_absences", 207, body=batch)
    assert again.items[0].problem.type_ == "/problems/absence-revision-conflict"

    listed = await enterprise.call("absences.list_absences", placement_id=decision.placement_id)
    assert [(one.external_id, one.from_, one.note) for one in listed.items] == [
        ("F-1", date(2022, 10, 3), "Ringde sjølv.")
    ]
    assert listed.next_ is None
    seen = await enterprise.call("participants.read_participant", participant_id=person.id)
    assert (seen.id, seen.given_name) == (person.id, "Solveig")
    position = await finance.call("budget.read_position", year=2022, on=date(2022, 12, 31))
    assert (position.forecast, position.flag.value) == ("133902.00", "within")
    provider_ = await office.call("providers.read_provider", provider_id=provider.id)
    assert provider_ == provider

    refusal = await finance.call("absences.list_absences", 403)
    assert refusal.type_ == "/problems/role-required"
    second = enterprise.model("RequestAnswerIn", {"answer": "accepted"})
    assert (await enterprise.call("applications.answer_request", 409, request_id=request.id, body=second)).detail
