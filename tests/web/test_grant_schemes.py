"""Screen 23, schemes of others on the page: a list for everybody, and the forms that keep it (T17)."""

from tests.conftest import Api
from tests.web.html import find_faults, list_errors, read_message, submit

PAGE = "/andre-ordningar"
TYPED = {
    "namn": "Fritid for alle",
    "kven": "Den som treng følgje.",
    "adresse": "https://fritid.test/",
    "sjekka": "1.2.2022",
}


async def read(api: Api, person: str | None = None) -> str:
    answer = await (await api.browser(person)).get(PAGE)
    assert (answer.status_code, find_faults(answer)) == (200, []), answer.text
    return answer.text


async def test_what_is_recorded_is_shown_to_everybody(api: Api) -> None:
    """T17: without a log-in, and without the way to change it."""
    browser = await api.browser("fagutvikling")
    answer = await submit(browser, f"{PAGE}/ny", **TYPED)
    assert answer.status_code == 303, answer.text
    assert read_message(browser) == "Fritid for alle er på lista."
    text = await read(api)
    assert "https://fritid.test/" in text
    assert "Ny ordning" not in text


async def test_a_scheme_is_checked_again_and_closed(api: Api) -> None:
    browser = await api.browser("sakshandsamar")
    await submit(browser, f"{PAGE}/ny", **TYPED)
    [made] = (await api.anonymous.get("/v1/grant-schemes")).json()["items"]
    address = f"{PAGE}/{made['id']}"
    answer = await submit(browser, address, sjekka="1.3.2022")
    assert answer.status_code == 303, answer.text
    assert "Sjekka 1.\u00a0mars 2022" in await read(api)
    answer = await submit(browser, address, avslutta="2.3.2022")
    assert answer.status_code == 303, answer.text
    assert "Fritid for alle" not in await read(api)


async def test_what_is_wrong_stands_at_its_field(api: Api) -> None:
    browser = await api.browser("fagutvikling")
    answer = await submit(browser, f"{PAGE}/ny", **TYPED | {"adresse": "fritid", "namn": ""})
    assert (answer.status_code, set(list_errors(answer))) == (422, {"namn"})
    answer = await submit(browser, f"{PAGE}/ny", **TYPED | {"adresse": "fritid"})
    assert (answer.status_code, set(list_errors(answer))) == (422, {"adresse"})
    assert (await api.anonymous.get("/v1/grant-schemes")).json()["items"] == []
