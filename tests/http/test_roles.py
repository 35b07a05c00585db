"""Every operation x every role, against the table in `roles.json` (see `roles.py` for how to add a row)."""

import json
import logging

import pytest

from app.security.roles import ROLE_NAMES, ROLES
from tests.conftest import Api
from tests.factories.raw_http import Answer, Headers, assert_problem, send
from tests.factories.tokens import bearer, person_claims, signed
from tests.http.operations import Operation, bodies, names, operations
from tests.http.roles import table

OPERATIONS = operations()
TABLE = table()
NO_ROLE = "nobody"


def token_of(role: str) -> Headers:
    """A good token with this role alone, or with none."""
    if role == NO_ROLE:
        return (("Authorization", f"Bearer {signed(person_claims())}"),)
    return tuple(bearer(role).items())


async def call(api: Api, operation: Operation, headers: Headers) -> Answer:
    """Call an operation as its examples say: well formed, about objects that nobody knows."""
    body = b""
    if operation.json_schema is not None:
        headers = (*headers, ("Content-Type", "application/json"))
        body = json.dumps(next(iter(bodies(operation.json_schema)))).encode()
    elif operation.content:
        headers = (*headers, ("Content-Type", next(iter(operation.content))))
    return await send(api.app, operation.method, operation.target, headers, body)


def test_every_operation_has_a_row_and_every_row_an_operation() -> None:
    """A new operation without a row fails here: `python -m tests.http.roles`, then look whether it is right."""
    assert list(TABLE) == names(OPERATIONS)
    for name, roles in TABLE.items():
        assert set(roles) <= set(ROLES), name
        assert len(set(roles)) == len(roles), name


@pytest.mark.parametrize("operation", OPERATIONS, ids=names(OPERATIONS))
async def test_the_table_is_what_the_service_does(
    api: Api, operation: Operation, caplog: pytest.LogCaptureFixture
) -> None:
    """No token: 401. A role that is not in the row: 403, which names those that are. Any other: whatever it answers."""
    allowed = TABLE[operation.name]
    assert bool(allowed) == operation.secured
    if not allowed:
        # An address that is its own key is unknown.
        assert (await call(api, operation, ())).status == (404 if "{secret}" in operation.path else 200)
        return
    assert_problem(await call(api, operation, ()), 401, "unauthenticated")
    for role in (*ROLES, NO_ROLE):
        answer = await call(api, operation, token_of(role))
        if role in allowed:
            assert answer.status not in (401, 403), (role, answer.body)
            assert answer.status < 500, (role, answer.body)
        else:
            assert_problem(answer, 403, "role-required")
            for needed in (role for role in ROLES if role in allowed):
                assert ROLE_NAMES[needed] in answer.json()["detail"]
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_the_access_log_is_the_auditors_alone() -> None:
    """The case office may do everything else (the contract's table of roles), but approve what is paid (C13).

    One person's log it may show to that person, whose right it is. The auditor finds people, to read their log.
    """
    finding = {"GET /v1/participants", "POST /v1/participants/lookup"}
    for name, roles in TABLE.items():
        if name == "GET /v1/participants/{participant_id}/access-log":
            assert set(roles) == {"auditor", "case_officer"}
        elif name in finding:
            assert {"case_officer", "auditor"} <= set(roles)
        elif "auditor" in roles:
            assert roles == ["auditor"], name
        elif roles and not name.endswith(("/answer", "/approval")):
            assert "case_officer" in roles, name


def test_finance_never_sees_a_person_and_providers_never_money() -> None:
    for name, roles in TABLE.items():
        address = name.split("/v1/")[-1]
        if address.startswith(("participants", "applications", "requests", "decisions")):
            assert "finance" not in roles, name
        if address.startswith(("rates", "guideline-versions", "budgets", "exports", "invoices")):
            assert not {"provider", "service", "epj"} & set(roles), name


READ_BY_MANAGERS = {
    "figures", "figure-definitions", "statistics/moves", "follow-up/{year}/counts", "trust/years/{year}/report",
    "providers", "providers/{provider_id}", "stair-reviews", "populations",
    "surveys", "surveys/{survey_id}", "surveys/{survey_id}/results",
    "mirror", "mirror/periods", "mirror/services", "service-types", "service-types/{service_type_id}",
    "service-types/{service_type_id}/norms",
    "rates", "rates/{rate_id}", "guideline-versions", "guideline-versions/{guideline_version_id}",
}  # fmt: skip
COMPUTED_FOR_MANAGERS = {"POST /v1/budgets/{year}/what-if", "POST /v1/budgets/what-if/years"}
"""Answers to what is assumed: nothing is stored (C9, C15)."""


def test_managers_read_sums_and_write_nothing() -> None:
    for name, roles in TABLE.items():
        address = name.split("/v1/")[-1]
        if "manager" in roles and name not in COMPUTED_FOR_MANAGERS:
            assert name.startswith("GET "), name
            assert not address.startswith(("participants", "placements", "applications", "decisions", "absences")), name
            assert address in READ_BY_MANAGERS or address.startswith(("stairs/", "budgets/{year}/")), name
