"""The incurred cost of the position divided into settled, differing and open (C11–C13)."""

from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncConnection

from tests.conftest import Api
from tests.factories.places import got, posted
from tests.factories.settlements import RAISED, before_may, close
from tests.factories.steps import ok

POSITION = "/v1/budgets/2023/position"


async def close_and_invoice(api: Api, connection: AsyncConnection) -> None:
    """24 places, January to May closed, January invoiced, and an expected refund."""
    await before_may(api, connection)
    await close(api.finance, 1, 2, 3, 4, 5)
    refund = {"amount": "300000.00", "recorded_on": "2023-01-31", "reason": "Rekna ut"}
    await posted(api.finance, "/v1/budgets/2023/expected-refunds", refund)
    line = {"invoice_number": "F-1", "issued_on": "2023-02-01", "supplier": "310300403", "buyer": "920290922"}
    line |= {"period_from": "2023-01-01", "period_to": "2023-01-31", "quantity": "24", "unit_price": "22986.00"}
    ok(await api.finance.post("/v1/invoices/checks", json={"lines": [line | {"amount": "551664.00"}]}))


async def test_incurred_is_settled_or_open(api: Api, connection: AsyncConnection) -> None:
    """C11, C12, C13: five closed months, half of June, and one invoice; gross, refund and net."""
    await close_and_invoice(api, connection)
    position = await got(api.finance, POSITION, on="2023-06-15")
    assert position["of_incurred"] == {
        "settled": "2758320.00",
        "differing": "0.00",
        "open": "275832.00",
        "invoiced": "551664.00",
    }
    assert position["sums"] == {"gross": position["forecast"], "refund": "300000.00", "net": position["net_forecast"]}


async def test_raised_rate_is_differing_until_it_is_settled(api: Api, connection: AsyncConnection) -> None:
    """C13: by the position and by what-if alike."""
    await close_and_invoice(api, connection)
    await posted(api.finance, "/v1/rates", RAISED)
    assert (await got(api.finance, POSITION, on="2023-06-15"))["of_incurred"]["differing"] == "61740.00"
    await close(api.finance, 6)
    of_incurred = (await got(api.finance, POSITION, on="2024-01-01"))["of_incurred"]
    assert (of_incurred["settled"], of_incurred["differing"]) == ("3384072.00", "0.00")
    what_if = await api.finance.post("/v1/budgets/2023/what-if?on=2024-01-01", json={"changes": []})
    assert ok(what_if, 200)["after"]["of_incurred"] == of_incurred


async def test_parts_of_incurred_add_up_on_any_day(api: Api, connection: AsyncConnection) -> None:
    """C12, C13: settled + differing + open = incurred; an invoice counts once its month is over."""
    await close_and_invoice(api, connection)
    await posted(api.finance, "/v1/rates", RAISED)
    await close(api.finance, 6)
    for on in ("2022-12-31", "2023-01-30", "2023-01-31", "2023-05-10", "2023-05-11", "2023-06-30"):
        position = await got(api.finance, POSITION, on=on)
        parts = {name: Decimal(amount) for name, amount in position["of_incurred"].items()}
        assert parts["settled"] + parts["differing"] + parts["open"] == Decimal(position["incurred"]), on
        assert parts["invoiced"] == (Decimal(0) if on < "2023-01-31" else Decimal("551664.00")), on
