"""Examples that succeed when tried: every operation's body and path, built from the fields' own examples.

A field named after a resource (`provider_id`) gets the id that the demo's first such row has, so that what Swagger UI
fills in is there. An answer is what the demo gave (`demo_answers.json`, which `tests/http/test_examples.py` writes and
holds against it).
"""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

# Resources that the demo numbers, in the order of their tables' numbers.
RESOURCES = (
    "provider",
    "capacity",
    "participant",
    "application",
    "request",
    "placement",
    "notice",
    "supplement",
    "decision",
    "rate",
    "guideline_version",
    "frame",
    "expected_refund",
    "meeting",
    "plan",
    "evaluation",
    "consent",
    "guideline_evaluation",
    "snapshot",
    "invoice",
    "absence",
    "absence_review",
    "calendar_subscription",
    "need_change",
    "trust_application",
    "step",
    "service",
    "stair_capacity",
    "stair_table",
    "need",
    "trip_round",
    "trip_application",
    "service_type",
    "service_hours",
    "survey",
    "trip",
    "grant_scheme",
    "trip_fund_entry",
    "trust_entry",
)
DEMO_CALENDAR = "demo-calendar-of-the-case-office-0123456789"
"""The secret of the demo's calendar, which is none."""


def demo_id(resource: str, number: int) -> UUID:
    """The id of the demo's n-th row of a resource: a version 7 UUID of 2019, distinguished by the resource."""
    return UUID(f"016e0000-{RESOURCES.index(resource):04x}-7000-8000-{number:012x}")


# Read when the document is made and not before: most processes never make it.
_ANSWERS = Path(__file__).with_name("demo_answers.json")
"""Operation id -> media type -> what the demo answers, lists and texts cut short."""

_PLANNED_TRIP = str(demo_id("trip", 4))
# Operations that cannot be tried on the first row, or not after an earlier example has ended it:
# (method and path, field) -> the example.
OVERRIDES: dict[tuple[str, str], Any] = {
    ("post /v1/applications/{application_id}/withdrawal", "application_id"): str(demo_id("application", 5)),
    ("post /v1/applications/{application_id}/annulment", "application_id"): str(demo_id("application", 5)),
    ("put /v1/applications/{application_id}/service-view", "application_id"): str(demo_id("application", 5)),
    ("post /v1/placements/{placement_id}/notices", "placement_id"): str(demo_id("placement", 10)),
    ("post /v1/participants/{participant_id}/merge", "duplicate_id"): str(demo_id("participant", 30)),
    ("patch /v1/participants/{participant_id}", "national_identity_number"): "15817000190",
    ("post /v1/absences", "placement_id"): str(demo_id("placement", 4)),
    ("post /v1/participants/lookup", "national_identity_number"): "15817000190",
    ("post /v1/participants/{participant_id}/erasure", "participant_id"): str(demo_id("participant", 31)),
    ("post /v1/participants/{participant_id}/erasure/approval", "participant_id"): str(demo_id("participant", 30)),
    ("post /v1/placements/{placement_id}/absence-reviews", "placement_id"): str(demo_id("placement", 2)),
    ("get /v1/placements/{placement_id}/absence-reviews/{absence_review_id}", "placement_id"): str(
        demo_id("placement", 3)
    ),
    ("get /v1/placements/{placement_id}/absence-reviews", "placement_id"): str(demo_id("placement", 3)),
    ("get /v1/placements/{placement_id}/notices", "placement_id"): str(demo_id("placement", 22)),
    ("get /v1/budgets/{year}/expected-refunds", "year"): 2023,
    ("post /v1/requests/{request_id}/answer", "request_id"): str(demo_id("request", 3)),
    ("post /v1/requests/{request_id}/recall", "request_id"): str(demo_id("request", 3)),
    ("post /v1/placements", "participant_id"): str(demo_id("participant", 31)),
    ("post /v1/placements", "starts_on"): "2021-03-01",
    ("post /v1/budgets/{year}/settlements/{month}", "year"): 2021,
    ("get /v1/budgets/{year}/expected-refunds/{expected_refund_id}", "year"): 2023,
    ("get /v1/placements/{placement_id}/notices/{notice_id}", "placement_id"): str(demo_id("placement", 22)),
    ("post /v1/placements/{placement_id}/notices/{notice_id}/annulment", "placement_id"): str(demo_id("placement", 22)),
    ("post /v1/plans/{plan_id}/sending", "plan_id"): str(demo_id("plan", 21)),
    ("post /v1/budgets/{year}/settlements/{month}/approval", "month"): 7,
    ("post /v1/tasks/{task_id}/waiver", "task_id"): f"plan.{demo_id('placement', 24)}.1",
    ("post /v1/trust/years/{year}/report", "year"): 2021,
    ("patch /v1/trust/applications/{trust_application_id}", "trust_application_id"): str(
        demo_id("trust_application", 26)
    ),
    ("post /v1/trust/applications/{trust_application_id}/decision", "trust_application_id"): str(
        demo_id("trust_application", 26)
    ),
    ("post /v1/trust/entries/{trust_entry_id}/annulment", "trust_entry_id"): str(demo_id("trust_entry", 24)),
    ("post /v1/trust/applications/{trust_application_id}/payment", "trust_application_id"): str(
        demo_id("trust_application", 25)
    ),
    ("patch /v1/trip-applications/{trip_application_id}", "trip_application_id"): str(demo_id("trip_application", 13)),
    ("post /v1/trip-applications/{trip_application_id}/assessment", "trip_application_id"): str(
        demo_id("trip_application", 13)
    ),
    ("post /v1/trip-applications/{trip_application_id}/withdrawal", "trip_application_id"): str(
        demo_id("trip_application", 12)
    ),
    ("post /v1/trips", "application_ids"): [str(demo_id("trip_application", 12))],
    ("patch /v1/trips/{trip_id}", "trip_id"): _PLANNED_TRIP,
    ("put /v1/trips/{trip_id}/staffing-plan", "trip_id"): _PLANNED_TRIP,
    ("post /v1/trips/{trip_id}/acceptances", "trip_id"): _PLANNED_TRIP,
    ("post /v1/trips/{trip_id}/acceptances", "participant_id"): str(demo_id("participant", 14)),
    ("post /v1/trips/{trip_id}/decisions", "trip_id"): _PLANNED_TRIP,
    ("post /v1/trips/{trip_id}/cancellation", "trip_id"): _PLANNED_TRIP,
    ("post /v1/trips/{trip_id}/settlement", "trip_id"): str(demo_id("trip", 3)),
    ("post /v1/trip-fund/entries/{trip_fund_entry_id}/annulment", "trip_fund_entry_id"): str(
        demo_id("trip_fund_entry", 2)
    ),
    ("post /v1/meetings", "placement_id"): str(demo_id("placement", 1)),
    ("get /v1/providers/{provider_id}/absence-report", "from"): "2022-01-01",
    ("get /v1/providers/{provider_id}/absence-report", "to"): "2022-12-31",
}


def add_examples(document: dict[str, Any]) -> None:
    """Add examples to every parameter, body and successful answer of an OpenAPI document, in place."""
    schemas = document["components"]["schemas"]
    known = _collect_examples(schemas)
    given: dict[str, dict[str, Any]] = json.loads(_ANSWERS.read_text(encoding="utf-8"))
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            name_of_operation = f"{method} {path}"
            for parameter in operation.get("parameters", []):
                # Swagger UI fills in what a parameter says itself, not what its schema says.
                [own, *_] = parameter["schema"].get("examples") or [None]
                example = OVERRIDES.get((name_of_operation, parameter["name"]), _find_demo_id(parameter["name"]) or own)
                if parameter.get("required") and example is not None:
                    parameter.setdefault("example", example)
            for content in _without_example(operation.get("requestBody", {})):
                example = _make_example(content["schema"], schemas)
                for name in example if isinstance(example, dict) else ():
                    example[name] = OVERRIDES.get((name_of_operation, name), example[name])
                content["example"] = example
            answers = given.get(operation["operationId"], {})
            for status, answer in operation["responses"].items():
                for media_type, content in answer.get("content", {}).items() if status < "300" else ():
                    if media_type in answers and "example" not in content:
                        content["example"] = _complete(answers[media_type], content["schema"], schemas, known)
                for content in _without_example(answer) if status < "300" else ():
                    content["example"] = _make_example(content["schema"], schemas, known)


def _complete(answer: Any, schema: dict[str, Any], schemas: dict[str, Any], known: dict[tuple[str, type], Any]) -> Any:
    """What the demo answered, with the fields that its schema has got since, and without those that it has no more."""
    if "$ref" in schema:
        return _complete(answer, schemas[schema["$ref"].rsplit("/", 1)[-1]], schemas, known)
    choices = [choice for name in ("anyOf", "oneOf") for choice in schema.get(name, ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        return _complete(answer, choices[0], schemas, known)
    if isinstance(answer, list) and isinstance(schema.get("items"), dict):
        return [_complete(item, schema["items"], schemas, known) for item in answer]
    if isinstance(answer, dict) and "properties" in schema:
        made = _make_object(schema, schemas, known)
        # Of a list without a row the form alone can be shown.
        missing = {name for name in made if name not in answer or (name == "items" and not answer[name])}
        return {
            name: made[name] if name in missing else _complete(answer[name], field, schemas, known)
            for name, field in schema["properties"].items()
        }
    return answer


def _without_example(described: dict[str, Any]) -> list[dict[str, Any]]:
    """The JSON contents of a body or an answer that have a schema and no example of their own."""
    contents = described.get("content", {}).items()
    return [
        content
        for media_type, content in contents
        if "json" in media_type and content.get("schema") and not {"example", "examples"} & set(content)
    ]


def _collect_examples(schemas: dict[str, Any]) -> dict[tuple[str, type], Any]:
    """(field, type of the value) -> the first example that any schema has of such a field."""
    known: dict[tuple[str, type], Any] = {}
    for schema in schemas.values():
        for name, field in schema.get("properties", {}).items():
            for example in field.get("examples", ()):
                known.setdefault((name, type(example)), example)
    return known


def _find_demo_id(name: str) -> str | None:
    resource = name.removesuffix("_id")
    return str(demo_id(resource, 1)) if resource in RESOURCES and resource != name else None


_TYPES = {"string": str, "integer": int, "boolean": bool, "array": list}
_FORMATS = {
    "date": "2022-08-31",
    "date-time": "2022-08-31T08:00:00Z",
    "uuid": "016e0000-00ff-7000-8000-000000000001",
}


def _make_example(
    schema: dict[str, Any], schemas: dict[str, Any], known: dict[tuple[str, type], Any] | None = None, name: str = ""
) -> Any:
    """A value of the schema. With `known` it is an answer's: it has every field, and examples of fields elsewhere."""
    if "$ref" in schema:
        return _make_example(schemas[schema["$ref"].rsplit("/", 1)[-1]], schemas, known, name)
    for key in ("example", "const", "default"):
        if key in schema and (known is None or schema[key] is not None):
            return schema[key]
    if schema.get("examples"):
        return schema["examples"][0]
    if "enum" in schema:
        return schema["enum"][0]
    for choice in ("oneOf", "anyOf", "allOf"):
        if choice in schema:
            return _make_example(schema[choice][0], schemas, known, name)
    kind = schema.get("type", "")
    if kind == "object" or "properties" in schema:
        return _make_object(schema, schemas, known)
    if kind == "array":
        return [_make_example(schema["items"], schemas, known)]
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    if known is not None and kind in _TYPES and (name, _TYPES[kind]) in known and "pattern" not in schema:
        return known[name, _TYPES[kind]]
    return {"integer": schema.get("minimum", 1), "boolean": False, "null": None}.get(kind, "string")


def _make_object(
    schema: dict[str, Any], schemas: dict[str, Any], known: dict[tuple[str, type], Any] | None
) -> dict[str, Any]:
    example: dict[str, Any] = {}
    for name, field in schema.get("properties", {}).items():
        stated = "examples" in field or "example" in field
        if known is None and name not in schema.get("required", ()) and not stated:
            continue
        id_ = None if stated else _find_demo_id(name)
        example[name] = _make_example(field, schemas, known, name) if id_ is None else id_
    return example
