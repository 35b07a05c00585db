"""A period asked for backwards is refused alike wherever a query has `from` and `to`."""

from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok, refused

BACKWARDS = {"from": "2022-10-02", "to": "2022-10-01"}
ONE_DAY = {"from": "2022-10-02", "to": "2022-10-02"}


async def test_to_is_not_before_from(api: Api) -> None:
    provider = await steps.provider(api)
    document = (await api.anonymous.get("/openapi.json")).json()
    asked = {
        path: api.auditor if path.startswith("/v1/access-log") else api.case_officer
        for path, operations in document["paths"].items()
        if {"from", "to"} <= {parameter["name"] for parameter in operations.get("get", {}).get("parameters", [])}
    }
    assert set(asked) == {
        "/v1/absences",
        "/v1/access-log",
        "/v1/access-log/summary",
        "/v1/access-log/unusual",
        "/v1/figures",
        "/v1/providers/{provider_id}/absence-report",
        "/v1/statistics/processing-time",
        "/v1/service-hours",
        "/v1/trips/evaluation",
    }
    for path, client in asked.items():
        address = path.format(provider_id=provider)
        problem = refused(await client.get(address, params=BACKWARDS), 422, "validation")
        assert problem["errors"] == [
            {"pointer": "#/query/to", "detail": "Til og med («to») er før frå og med («from»)."}
        ]
        ok(await client.get(address, params=ONE_DAY), 200)
