"""A person whose processing is restricted, on the page (GDPR art. 18)."""

from tests.conftest import Api
from tests.factories import steps
from tests.web.html import find_faults, list_errors, list_links, read_message, submit


async def test_restricted_and_lifted_on_the_page(api: Api) -> None:
    person = await steps.participant(api, given_name="Solrun")
    page, browser = f"/deltakarar/{person}", await api.browser("sakshandsamar")
    assert list_links(await browser.get(page))[f"{page}/avgrensing"] == "Avgrens handsaminga"
    assert list(list_errors(await submit(browser, f"{page}/avgrensing", grunn=""))) == ["grunn"]
    answer = await submit(browser, f"{page}/avgrensing", grunn="Personen meiner at noko er feil.")
    assert (answer.status_code, answer.headers["location"]) == (303, "/deltakarar")
    assert "avgrensa" in read_message(browser)
    listed = await browser.get("/deltakarar?name=Solrun")
    assert list_links(listed)[page] == "Avgrensa handsaming"
    opened = await browser.get(page)
    assert opened.headers["location"] == f"{page}/avgrensing/opphev"
    form = await browser.get(opened.headers["location"])
    assert (form.status_code, find_faults(form)) == (200, [])
    assert "Personen meiner at noko er feil." in form.text
    for address in (f"{page}/opplysningar", f"{page}/opplysningar/kopi", f"/innsyn/{person}"):
        assert (await browser.get(address)).status_code == 200, address
    answer = await submit(browser, f"{page}/avgrensing/opphev", grunn="Retta, og sagt frå.")
    assert answer.headers["location"] == page
    assert "Solrun" in (await browser.get(page)).text
    assert (await browser.get(f"{page}/avgrensing/opphev")).status_code == 404
