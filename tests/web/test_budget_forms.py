"""A frame, a rate and a refund, recorded on the page (C1, C5, C11); a month closed by one and approved by another."""

import pytest

from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok
from tests.web.html import find_faults, list_errors, parse, read_message, submit

FRAME = {"belop": "7 100 000", "vedteken": "15.12.2022", "grunn": "Budsjett 2023"}
RATE = {"sats": "15 324", "fra": "1.1.2023", "kjend": "15.12.2022", "kjelde": "Statsbudsjettet 2023"}
REFUND = {"belop": "250 000,50", "dag": "31.8.2022", "grunn": "Overslag august"}


@pytest.mark.parametrize(
    ("address", "typed", "path", "sent"),
    [
        ("/aaret/2023/ramme", FRAME, "/v1/budgets/2023/frames", {"amount": "7100000.00", "adopted_on": "2022-12-15"}),
        ("/satsar/ny", RATE, "/v1/rates", {"monthly_amount": "15324.00", "valid_from": "2023-01-01"}),
        (
            "/aaret/2022/refusjon",
            REFUND,
            "/v1/budgets/2022/expected-refunds",
            {"amount": "250000.50", "recorded_on": "2022-08-31"},
        ),
    ],
)
@pytest.mark.parametrize("person", ["sakshandsamar", "okonomi"])
async def test_what_finance_records(
    api: Api, person: str, address: str, typed: dict[str, str], path: str, sent: dict[str, str]
) -> None:
    await steps.law(api)
    browser = await api.browser(person)
    answer = await submit(browser, address, **typed)
    assert answer.status_code == 303, answer.text
    made = ok(await api.finance.get(path), 200)["items"][-1]
    assert sent.items() <= made.items()
    assert find_faults(await browser.get(answer.headers["location"])) == []
    assert find_faults(await browser.get(address)) == []


@pytest.mark.parametrize(
    ("address", "typed", "fields"),
    [
        ("/aaret/2023/ramme", {"belop": "mykje"}, {"belop", "vedteken", "grunn"}),
        ("/aaret/2023/ramme", FRAME | {"vedteken": "31.2.2022"}, {"vedteken"}),
        ("/satsar/ny", RATE | {"sats": "0"}, {"sats"}),
        ("/aaret/2022/refusjon", REFUND | {"belop": "100 000 000 000"}, {"belop"}),
    ],
)
async def test_what_is_wrong_stands_at_its_field(
    api: Api, address: str, typed: dict[str, str], fields: set[str]
) -> None:
    await steps.law(api)
    answer = await submit(await api.browser("okonomi"), address, **typed)
    assert (answer.status_code, set(list_errors(answer))) == (422, fields)


async def ready_to_close(api: Api) -> None:
    await steps.law(api)
    await steps.recorded(api, await steps.provider(api))


async def test_month_is_closed_by_one_and_approved_by_another(api: Api) -> None:
    await ready_to_close(api)
    first, second = await api.browser("okonomi"), await api.browser("okonomi-2")
    answer = await submit(first, "/oppgjer/2022/1", "/oppgjer/2022/1/lukking")
    assert (answer.status_code, answer.headers["location"]) == (303, "/oppgjer/2022/1")
    assert read_message(first).startswith("Månaden er lukka med 22\u00a0317 kroner.")
    own = await first.get("/oppgjer/2022/1")
    assert find_faults(own) == []
    assert "Du lukka månaden sjølv. Ein annan må godkjenne." in own.text
    assert parse(own).all("form", action="/oppgjer/2022/1/godkjenning") == []
    done = await submit(second, "/oppgjer/2022/1", "/oppgjer/2022/1/godkjenning", avgjerd="ja")
    assert done.status_code == 303
    assert ok(await api.finance.get("/v1/budgets/2022/settlements/1"), 200)["status"] == "approved"


async def test_own_approval_is_refused_in_words(api: Api) -> None:
    """The form is not there; who sends it all the same is told why."""
    await ready_to_close(api)
    browser = await api.browser("okonomi")
    page = await browser.get("/oppgjer/2022/1")
    csrf = parse(page).all("input", name="csrf")[0].attributes["value"]
    await submit(browser, "/oppgjer/2022/1", "/oppgjer/2022/1/lukking")
    answer = await browser.post("/oppgjer/2022/1/godkjenning", data={"csrf": csrf, "avgjerd": "ja"})
    assert answer.status_code == 409
    assert parse(answer).all("div", **{"class": "error-summary"})
    assert ok(await api.finance.get("/v1/budgets/2022/settlements/1"), 200)["status"] == "closed"


async def test_rejection_needs_its_reason_and_opens_the_month_again(api: Api) -> None:
    await ready_to_close(api)
    first, second = await api.browser("okonomi"), await api.browser("okonomi-2")
    await submit(first, "/oppgjer/2022/1", "/oppgjer/2022/1/lukking")
    answer = await submit(second, "/oppgjer/2022/1", "/oppgjer/2022/1/godkjenning", avgjerd="nei")
    assert (answer.status_code, set(list_errors(answer))) == (422, {"grunn"})
    await submit(second, "/oppgjer/2022/1", "/oppgjer/2022/1/godkjenning", avgjerd="nei", grunn="Feil sats")
    assert "Lukk månaden på nytt" in (await first.get("/oppgjer/2022/1")).text
    await submit(first, "/oppgjer/2022/1", "/oppgjer/2022/1/lukking")
    assert ok(await api.finance.get("/v1/budgets/2022/settlements/1"), 200)["version"] == 2


async def test_month_that_is_not_over_offers_no_button(api: Api) -> None:
    await ready_to_close(api)
    page = await (await api.browser("okonomi")).get("/oppgjer/2022/9", params={"on": "31.08.2022"})
    assert parse(page).all("form", action="/oppgjer/2022/9/lukking") == []


async def test_month_with_open_earlier_ones_is_refused_in_words(api: Api) -> None:
    await ready_to_close(api)
    browser = await api.browser("okonomi")
    answer = await submit(browser, "/oppgjer/2022/3", "/oppgjer/2022/3/lukking")
    assert answer.status_code == 409
    assert find_faults(answer) == []
    assert parse(answer).all("div", **{"class": "error-summary"})
