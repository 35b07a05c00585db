"""Applications: status, order, withdrawal and processing times (D4, D6)."""

from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok, refused


async def test_withdrawn_application_is_closed(api: Api) -> None:
    """D6: nothing follows, and what was asked of a provider is not answered any more."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    application_id = await steps.application(api, await steps.participant(api))
    request_id = await steps.request(api, application_id, provider_id, answer=None)
    path = f"/v1/applications/{application_id}"
    early = await api.case_officer.post(f"{path}/withdrawal", json={"withdrawn_on": "2022-01-02"})
    refused(early, 422, "validation")
    withdrawn = ok(await api.case_officer.post(f"{path}/withdrawal", json={"withdrawn_on": "2022-01-05"}), 200)
    assert (withdrawn["status"], withdrawn["withdrawn_on"]) == ("withdrawn", "2022-01-05")
    for client in (api.provider("310300403"), api.case_officer):
        answer = await client.post(f"/v1/requests/{request_id}/answer", json={"answer": "accepted"})
        refused(answer, 409, "application-closed")
    refused(await api.case_officer.post(f"{path}/withdrawal", json={}), 409, "application-closed")
    body = steps.grant(application_id, request_id)
    refused(await api.case_officer.post("/v1/decisions", json=body), 409, "application-closed")


async def test_list_is_in_order_of_receipt_and_filtered_by_status(api: Api) -> None:
    """D4: whoever has waited longest first, however late it was recorded; page by page."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    made: dict[str, list[str]] = {}
    for day in ("2022-01-20", "2022-01-03", "2022-01-12", "2022-01-03"):
        application_id = await steps.application(api, await steps.participant(api), received_on=day)
        made.setdefault(day, []).append(application_id)
    ordered = [*made["2022-01-03"], *made["2022-01-12"], *made["2022-01-20"]]
    first, second, third, last = ordered
    await steps.request(api, first, provider_id)
    await steps.request(api, second, provider_id, answer=None)
    await steps.request(api, third, provider_id, answer="declined", sent_on="2022-01-12")

    async def listed(**query: str | int) -> list[str]:
        answer = await api.case_officer.get("/v1/applications", params=query)
        return [row["id"] for row in ok(answer, 200)["items"]]

    assert await listed() == await listed(status="waiting") == ordered
    assert await listed(status="accepted") == [first]
    assert await listed(status="requested") == [second]
    assert await listed(status="received") == [third, last]
    page = ok(await api.case_officer.get("/v1/applications", params={"status": "waiting", "limit": 2}), 200)
    assert await listed(status="waiting", after=page["next"]) == ordered[2:]
    grant = steps.grant(first, (await list_request_ids(api, first))[0])
    ok(await api.case_officer.post("/v1/decisions", json=grant))
    ok(await api.case_officer.post(f"/v1/applications/{last}/withdrawal", json={}), 200)
    assert await listed(status="waiting") == [second, third]
    assert (await listed(status="granted"), await listed(status="withdrawn")) == ([first], [last])
    assert await listed(status="rejected") == []


async def list_request_ids(api: Api, application_id: str) -> list[str]:
    answer = await api.case_officer.get(f"/v1/applications/{application_id}/requests")
    return [row["id"] for row in ok(answer, 200)["items"]]


async def test_processing_times_by_provider_and_month(api: Api) -> None:
    """D4, D6: days from receipt to decision, by provider and month."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    for received, decided in (("2022-01-03", "2022-01-10"), ("2022-01-03", "2022-01-13"), ("2022-01-20", "2022-02-01")):
        body = await steps.ready_to_grant(api, provider_id, received_on=received)
        ok(await api.case_officer.post("/v1/decisions", json=body | {"decided_on": decided}))
    rejected = await steps.application(api, await steps.participant(api))
    ok(await api.case_officer.post("/v1/decisions", json=steps.reject(rejected, decided_on="2022-01-05")))
    path = "/v1/statistics/processing-time"
    rows = ok(await api.case_officer.get(path), 200)["items"]
    keys = ("provider_id", "month", "decisions", "average_days", "shortest_days", "longest_days")
    assert [tuple(row[key] for key in keys) for row in rows] == [
        (provider_id, "2022-01", 2, "8.50", 7, 10),
        (None, "2022-01", 1, "2.00", 2, 2),
        (provider_id, "2022-02", 1, "12.00", 12, 12),
    ]
    some = ok(await api.case_officer.get(path, params={"from": "2022-02-01", "provider_id": provider_id}), 200)["items"]
    assert some == rows[2:]
    assert ok(await api.case_officer.get(path, params={"to": "2022-01-09"}), 200)["items"] == rows[1:2]
