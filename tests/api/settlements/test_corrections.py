"""What a corrected or annulled decision costs in months that were closed (C13, D8)."""

from decimal import Decimal

from tests.api.placements.helpers import correct, decide, grant_place
from tests.conftest import Api
from tests.factories import steps
from tests.factories.places import got
from tests.factories.settlements import close, total

SETTLEMENTS = "/v1/budgets/2022/settlements"


async def test_an_annulled_placement_is_taken_back_from_closed_months(api: Api) -> None:
    """C13, D8: closed lines stay; what they cost comes back as differences of the correction."""
    await steps.law(api)
    grant = await grant_place(api)
    closed = await close(api.finance, 7, 8, path=SETTLEMENTS)
    await decide(api, steps.annul(grant["placement_id"], grant["id"]))
    now = [await got(api.finance, f"{SETTLEMENTS}/{month}") for month in (7, 8)]
    assert [settlement["lines"] for settlement in now] == [settlement["lines"] for settlement in closed]
    pending = [difference for settlement in now for difference in settlement["differences"]]
    assert [(row["cause"], row["amount"], row["line_id"]) for row in pending] == [
        ("correction", "-22317.00", settlement["lines"][0]["id"]) for settlement in closed
    ]
    (september,) = await close(api.finance, 9, path=SETTLEMENTS)
    assert (september["lines"], september["total"]) == ([], "-44634.00")
    assert {row["cause"] for row in september["differences"]} == {"correction"}
    assert [(await got(api.finance, f"{SETTLEMENTS}/{month}"))["differences"] for month in (7, 8)] == [[], []]


async def test_a_corrected_first_day_and_share_are_one_difference(api: Api) -> None:
    """C13, D8: closed lines + differences are the months recomputed, also of a month that had no line."""
    await steps.law(api)
    grant = await grant_place(api)
    other = await grant_place(api, grant["provider_id"])
    closed = await close(api.finance, 6, 7, 8, path=SETTLEMENTS)
    await correct(api, grant, starts_on="2022-06-16", share=50)
    now = [await got(api.finance, f"{SETTLEMENTS}/{month}") for month in (6, 7, 8)]
    pending = [difference for settlement in now for difference in settlement["differences"]]
    assert [(row["month"], row["cause"], row["amount"]) for row in pending] == [
        ("2022-06", "correction", "5579.25"),
        ("2022-07", "correction", "-11158.50"),
        ("2022-08", "correction", "-11158.50"),
    ]
    assert {row["placement_id"] for row in pending} != {other["placement_id"]}
    settled = sum((total(settlement["lines"]) for settlement in closed), Decimal(0)) + total(pending)
    costs = await got(api.finance, "/v1/budgets/2022/costs", by="month", on="2022-12-31")
    months = {row["month"]: Decimal(row["amount"]) for row in costs["items"]}
    assert settled == sum(months[month] for month in ("2022-06", "2022-07", "2022-08"))


async def test_what_changes_after_a_settled_correction_has_its_own_cause(api: Api) -> None:
    """C13: an end that is decided afterwards is no correction."""
    await steps.law(api)
    grant = await grant_place(api)
    await close(api.finance, 7, path=SETTLEMENTS)
    await correct(api, grant, starts_on="2022-07-02")
    await close(api.finance, 8, path=SETTLEMENTS)
    await decide(api, steps.end(grant["placement_id"], "2022-07-20", decided_on="2022-09-16"))
    now = [await got(api.finance, f"{SETTLEMENTS}/{month}") for month in (7, 8)]
    causes = [(row["month"], row["cause"]) for month in now for row in month["differences"] if not row["settled_in"]]
    assert causes == [("2022-07", "period"), ("2022-08", "removed")]
