"""The OpenAPI document: what the routes say of themselves, and what every operation has in common."""

from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.http import openapi_examples
from app.http.access_reasons import (
    REASON_HEADER,
    REASON_REQUIRED,
    REASONS,
    REFERENCE_HEADER,
    REFERENCE_PATTERN,
    asks_for_reason,
    takes_reason,
)
from app.http.attempts import TOO_MANY_REQUESTS
from app.http.content_negotiation import JSON, MERGE_PATCH
from app.http.endpoint import Route
from app.http.idempotency import ERASED, IDEMPOTENCY_KEY_IN_USE, IDEMPOTENCY_KEY_REUSED
from app.http.identity_numbers import IDENTITY_NUMBER_IN_TEXT
from app.http.problems import (
    BODY_TOO_LARGE,
    HEADERS_TOO_LARGE,
    INTERNAL,
    MEDIA_TYPE,
    NOT_ACCEPTABLE,
    NOT_FOUND,
    OUTCOME_UNKNOWN,
    PARTICIPANT_ERASED,
    PRECONDITION_FAILED,
    PRECONDITION_REQUIRED,
    RESTRICTED,
    ROLE_REQUIRED,
    UNAUTHENTICATED,
    UNAVAILABLE,
    UNSUPPORTED_MEDIA_TYPE,
    URI_TOO_LONG,
    VALIDATION,
    ProblemType,
)

# Served as it is: to generate it takes a process a second and 24 MB.
DOCUMENT = Path(__file__).parents[2] / "openapi" / "openapi.json"
"""The document as `python -m app openapi` has written it."""

DESCRIPTION = """
The service with which Alver kommune runs its places at sheltered enterprises: who has a place, by which decision, on
which terms, what is due, what it costs, and whether the year's frame holds. Rule ids such as **C6** and **D4** name
the municipal guideline's rules.

Press **Authorize** and paste a token (the demo prints one for each role). Amounts are strings in NOK with two
decimals, dates are calendar dates in Europe/Oslo, and a period includes its first and its last day. `X-Request-ID` is
the id of the request, and `X-Trace-ID` that of its trace if the request had a `traceparent`.

What `/v1` has is never renamed or removed. Fields, values and operations are added, so a client ignores those that it
does not know.
""".strip()

PROBLEM_SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "type": "object",
    "description": "Problem details (RFC 9457). `GET /problems/{code}` explains each type.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "examples": ["/problems/validation"]},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "Nynorsk, one sentence that a case officer understands."},
        "instance": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}


def refusals(*types: ProblemType) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route: its own problems by status, each named and explained."""
    documented: dict[int | str, dict[str, Any]] = {}
    for type_ in types:
        line = f"`{type_.code}`: {type_.en}"
        known = documented.get(type_.status)
        documented[type_.status] = _problem_response(f"{known['description']}  \n{line}" if known else line)
    return documented


def _problem_response(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def header_parameter(name: str, description: str, *, required: bool = False, **bounds: Any) -> dict[str, Any]:
    """A request header as OpenAPI describes it."""
    schema = {"type": "string", **bounds}
    return {"name": name, "in": "header", "required": required, "description": description, "schema": schema}


def _common_problems(method: str, path: str, operation: dict[str, Any]) -> list[ProblemType]:
    types = [NOT_ACCEPTABLE, URI_TOO_LONG, VALIDATION, HEADERS_TOO_LARGE, INTERNAL, UNAVAILABLE]
    if operation.get("security"):
        types += [UNAUTHENTICATED, ROLE_REQUIRED, RESTRICTED, TOO_MANY_REQUESTS]
    if operation.get("security") or "{" in path:
        types.append(NOT_FOUND)
    if "requestBody" in operation:
        types += [BODY_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE]
    if "requestBody" in operation or operation.get("parameters"):
        types.append(IDENTITY_NUMBER_IN_TEXT)
    if method == "post" and operation.get("security"):
        types += [IDEMPOTENCY_KEY_IN_USE, IDEMPOTENCY_KEY_REUSED, ERASED]
    if method != "get" and operation.get("security"):
        types += [OUTCOME_UNKNOWN, PARTICIPANT_ERASED]
    if method == "patch":
        types += [PRECONDITION_REQUIRED, PRECONDITION_FAILED]
    return types


def _add_reason(method: str, path: str, operation: dict[str, Any]) -> None:
    """The headers in which a case officer says why a person with a protected address is opened."""
    if not takes_reason(method.upper(), path):
        return
    operation.setdefault("parameters", []).extend(
        (
            header_parameter(
                REASON_HEADER,
                "Why the case office opens a person with a protected address; the access log keeps it.",
                enum=list(REASONS),
            ),
            header_parameter(
                REFERENCE_HEADER,
                "The case that the reason belongs to.",
                minLength=1,
                maxLength=100,
                pattern=REFERENCE_PATTERN,
            ),
        )
    )
    if asks_for_reason(method.upper(), path):
        operation["responses"].setdefault("403", refusals(REASON_REQUIRED)[403])


def _complete_operation(method: str, path: str, operation: dict[str, Any], *, is_tagged: bool, is_list: bool) -> None:
    responses = operation["responses"]
    # FastAPI's own 422 speaks of another body than ours.
    if "HTTPValidationError" in str(responses.get("422", "")):
        del responses["422"]
    for type_ in _common_problems(method, path, operation):
        line = f"`{type_.code}`: {type_.en}"
        known = responses.get(str(type_.status))
        if known is None or "description" not in known:
            responses[str(type_.status)] = _problem_response(line)
        elif type_.code not in known["description"]:
            known["description"] += f"  \n{line}"
            known.setdefault("content", _problem_response(line)["content"])
    parameters = operation.setdefault("parameters", [])
    for parameter in parameters:
        parameter.setdefault("description", _describe_parameter(parameter))
        # Left out is not null: neither an address nor a header can say null.
        choices = [choice for choice in parameter["schema"].get("anyOf", ()) if choice != {"type": "null"}]
        if len(choices) == 1:
            del parameter["schema"]["anyOf"]
            parameter["schema"] |= choices[0]
    if method == "post" and operation.get("security"):
        parameters.append(
            header_parameter(
                "Idempotency-Key",
                "The same key and body within 24 hours answer as the first time, with `Idempotency-Replayed: true`.",
                minLength=1,
                maxLength=255,
                pattern=r"^[!#-~]{1,255}$",
            )
        )
    if method == "patch":
        content = operation["requestBody"]["content"]
        content[MERGE_PATCH] = content[JSON]
        parameters.append(
            header_parameter("If-Match", "The `ETag` of the version the change is based on.", required=True)
        )
    if method == "get" and is_tagged:
        parameters.append(
            header_parameter("If-None-Match", "`ETag` of an earlier answer; 304 without a body if nothing has changed.")
        )
        responses.setdefault("304", {"description": "Unchanged since the version that `If-None-Match` names."})
    parameters += [header_parameter(name, description) for name, description in _REQUEST_HEADERS.items()]
    for status, response in responses.items():
        if response.get("description") == "Successful Response":
            response["description"] = _DESCRIPTIONS.get(status, "Success.")
        for name in _headers(method, status, is_tagged=is_tagged, is_list=is_list):
            response.setdefault("headers", {})[name] = {"description": _HEADERS[name], "schema": {"type": "string"}}
    operation["responses"] = dict(sorted(responses.items()))


def _describe_parameter(parameter: dict[str, Any]) -> str:
    """What a parameter that says nothing of itself is: an id by what it names, a filter by its name."""
    noun = parameter["name"].removesuffix("_id").replace("_", " ")
    if parameter["in"] == "path":
        return f"Id of the {noun}." if parameter["name"].endswith("_id") else f"The {noun}."
    return f"Only with this {noun}."


# Of every operation. Any value may be sent: what is none of these is left aside.
_REQUEST_HEADERS = {
    "X-Request-ID": "An id for the request, which the answer has too: 8 to 64 letters, digits and hyphens.",
    "traceparent": "The trace that the request is part of (W3C Trace Context).",
}
_DESCRIPTIONS = {"201": "Created.", "204": "Done; the answer has no content."}
_HEADERS = {
    "Location": "Where the new object is.",
    "ETag": "The version of the object, for `If-Match` and `If-None-Match`.",
    "Link": 'The next page, `rel="next"` (RFC 8288); none on the last one.',
    "Idempotency-Replayed": "`true` when this is the first answer again.",
    "RateLimit": "What is left of the caller's share, and the seconds until it is whole again.",
    "Retry-After": "Seconds to wait before the next try.",
    "WWW-Authenticate": "`Bearer`, and what was wrong with the token.",
    "X-Request-ID": "The id of this request: the one that was sent, or a new one.",
}


def _headers(method: str, status: str, *, is_tagged: bool, is_list: bool) -> list[str]:
    """The headers that matter to a client, in an answer of this status."""
    names = ["X-Request-ID"]
    if status == "201":
        names.append("Location")
    if status in {"200", "201", "207", "304"} and is_tagged:
        names.append("ETag")
    if status == "200" and method == "get" and is_list:
        names.append("Link")
    if status < "300" and method == "post":
        names.append("Idempotency-Replayed")
    if status in {"429", "503"}:
        names.append("Retry-After")
    if status == "429":
        names.append("RateLimit")
    if status == "401":
        names.append("WWW-Authenticate")
    return names


def _refer_to_problem(schemas: dict[str, Any]) -> None:
    """An item's `problem` is one like any other: its schema is here, and no model of pydantic's can name it."""
    for schema in schemas.values():
        problem = schema.get("properties", {}).get("problem")
        if problem is not None:
            problem["anyOf"] = [{"$ref": "#/components/schemas/Problem"}, {"type": "null"}]


def _name_pages(document: dict[str, Any]) -> None:
    """A page has its model's name, `AbsencePage`; pydantic calls the schema of a generic model `Page_AbsenceOut_`."""
    schemas = document["components"]["schemas"]
    titles = {name: schema["title"] if name.startswith("Page_") else name for name, schema in schemas.items()}
    document["components"]["schemas"] = {
        titles[name]: schemas[name] for name in sorted(schemas, key=titles.__getitem__)
    }
    prefix = "#/components/schemas/"

    def rename(node: Any) -> None:
        if isinstance(node, dict):
            reference = node.get("$ref")
            if isinstance(reference, str):
                name = reference.removeprefix(prefix)
                node["$ref"] = prefix + titles.get(name, name)
        for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            rename(child)

    rename(document["paths"])


def _role_name(role: str) -> str:
    """A role as people say it: «case officer», «EPJ»."""
    return "EPJ" if role == "epj" else role.replace("_", " ")


def build_document(app: FastAPI) -> dict[str, Any]:
    """The document as the code has it; `DOCUMENT` is what is served."""
    if app.openapi_schema is None:
        app.openapi_schema = _generate(app)
    return app.openapi_schema


def _generate(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=DESCRIPTION,
        servers=[{"url": "/"}],
        contact={"name": "Alver kommune", "url": "https://www.alver.kommune.no"},
        routes=app.routes,
        tags=app.openapi_tags,
        separate_input_output_schemas=app.separate_input_output_schemas,
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = PROBLEM_SCHEMA
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    _refer_to_problem(schemas)
    _name_pages(document)
    routes = {(route.operation.method.lower(), route.path): route for route in app.routes if isinstance(route, Route)}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            route = routes.get((method, path))
            if route is not None and route.operation.roles:
                named = ", ".join(sorted(_role_name(role) for role in route.operation.roles))
                operation["description"] = f"{operation.get('description', '')}\n\nRoles: {named}.".strip()
                if "case_officer" in route.operation.roles:
                    _add_reason(method, path, operation)
            is_tagged, is_list = (False, False) if route is None else (route.is_tagged, route.is_list)
            _complete_operation(method, path, operation, is_tagged=is_tagged, is_list=is_list)
            operation.setdefault("security", [])
    openapi_examples.add_examples(document)
    return document
