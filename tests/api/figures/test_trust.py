"""Figures of the trust's grants (R10, S2, S6): how many, and how much."""

from decimal import Decimal
from typing import Any

from tests.conftest import Api
from tests.factories import steps, trust
from tests.factories.steps import ok

CODES = ["trust_grants", "trust_granted"]


async def read(client: Any, **query: Any) -> dict[str, tuple[Any, bool]]:
    asked = {"code": CODES, "from": "2020-01-01", "to": "2020-12-31", "period": "year"} | query
    items = ok(await client.get("/v1/figures", params=asked), 200)["items"]
    return {one["code"]: (one["value"], one["suppressed"]) for one in items}


async def test_grants_are_counted_by_the_day_they_were_decided(api: Api) -> None:
    """R10: as the trust's own list has them; a rejection is none, and a grant that was not made by the day neither."""
    await trust.open_year(api)
    await trust.granted(api, "6000.00")
    await trust.granted(api, "1000.50")
    ok(await trust.decide(api, await trust.apply(api), trust.reject()))
    listed = ok(await api.grants_officer.get(trust.APPLICATIONS, params={"year": 2020}), 200)["items"]
    amounts = [Decimal(one["granted"]) for one in listed if one["granted"] is not None]
    assert await read(api.case_officer) == {
        "trust_grants": (len(amounts), False), "trust_granted": (f"{sum(amounts)}", False),
    }  # fmt: skip
    assert (await read(api.case_officer, on="2020-08-31"))["trust_grants"] == (0, False)


async def test_grants_of_few_people_are_hidden(api: Api) -> None:
    """S6: two grants of one person are one person's; five people's are shown."""
    await trust.open_year(api)
    person = await steps.participant(api, service_area="other")
    await trust.granted(api, "1000.00", person)
    await trust.granted(api, "2000.00", person)
    assert set((await read(api.finance)).values()) == {(None, True)}
    for _ in range(4):
        await trust.granted(api, "1000.00")
    assert await read(api.finance) == {"trust_grants": (6, False), "trust_granted": ("7000.00", False)}
