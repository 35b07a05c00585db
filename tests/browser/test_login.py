"""Logging in by an issuer on another site, and out again, in Chromium: its rules of cookies and forms."""

import json
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser

import postgres
from tests.browser.looks import RULES, SIDEWAYS, log_in
from tests.browser.screens import APPLICATION
from tests.conftest import cloned
from tests.factories.openid import CLIENT_SECRET, EMPLOYEE, employees, fake_issuer
from tests.test_readme import free_port
from tests.test_serving import served

pytestmark = pytest.mark.browser


async def test_log_in_by_an_issuer_and_out_of_both(
    cluster: postgres.Cluster, chromium: Browser, pictures: Path, tmp_path: Path
) -> None:
    port = free_port()
    async with cloned(cluster) as name, fake_issuer() as issuer:
        # Another site than 127.0.0.1, so that cookies meet what they meet between hosts.
        issuer.address = issuer.address.replace("127.0.0.1", "localhost")
        issuer.page_address = f"http://127.0.0.1:{port}"
        issuer.claims = dict(EMPLOYEE)
        login = {**employees(issuer).model_dump(mode="json"), "client_secret": CLIENT_SECRET}
        settings = {
            "VEKSTPLASS_LOGINS": json.dumps([login]),
            "VEKSTPLASS_PAGE_ADDRESS": issuer.page_address,
            "VEKSTPLASS_TODAY": "2022-08-31",
        }
        url = cluster.url("vekstplass_service", name)
        async with served(url, tmp_path, port, settings):
            context = await chromium.new_context(viewport={"width": 320, "height": 900})
            page = await context.new_page()
            said: list[str] = []
            faults: list[str] = []
            page.on("console", lambda message: said.append(message.text))

            async def look(screen: str) -> None:
                await page.screenshot(path=pictures / f"{screen}-320.png", full_page=True)
                found = await Axe().run(page, options=RULES)
                faults.extend(f"{screen}: {one['id']}" for one in found.response["violations"])
                if await page.evaluate(SIDEWAYS) > 0:
                    faults.append(f"{screen}: scrolls sideways")

            await page.goto(f"{issuer.page_address}/aaret/2022")
            await look("logg-inn-hos")
            await page.get_by_role("link", name="Tilsett i kommunen").focus()
            await page.keyboard.press("Enter")
            await page.wait_for_url("**/aaret/2022")
            (cookie,) = [one for one in await context.cookies() if one["name"] == "__Host-vekstplass"]
            assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "Lax")
            await page.get_by_text("Meny", exact=True).click()
            await page.get_by_role("button", name="Logg ut").locator("visible=true").click()
            await page.wait_for_url("**/logg-ut?hos=kommunen")
            await look("logga-ut-hos")
            await page.get_by_role("link", name="Logg ut av pålogginga").click()
            await page.wait_for_url(f"{issuer.page_address}/logg-ut")
            assert "post_logout_redirect_uri" in issuer.requests[-1]
            assert said == []

            issuer.claims |= {"nonce": "another"}
            await page.goto(f"{issuer.page_address}/logg-inn/hos/kommunen")
            assert await page.locator("h1").inner_text() == "Innlogginga kunne ikkje godkjennast"
            await look("innlogging-feil")
            await context.close()
            assert faults == []
        written = "".join(file.read_text() for file in tmp_path.glob("*.out"))
        assert '"reason": "nonce"' in written
        assert [secret for secret in issuer.issued if secret in written] == []


async def test_what_is_typed_stands_when_the_session_ends(address: str, chromium: Browser) -> None:
    """Neither «Hald fram» nor what is computed on the way takes the form from the screen."""
    context = await chromium.new_context(viewport={"width": 390, "height": 900})
    page = await log_in(context, address, "sakshandsamar")
    await page.goto(f"{address}/vedtak/ny?soknad={APPLICATION}1")
    await page.locator("#grunngjeving").fill("Ei lang grunngjeving")
    await context.clear_cookies()
    await page.locator("#forste_dag").fill("1.11.2022")
    await page.get_by_text("Ikkje rekna om; prøv igjen.").wait_for()
    assert await page.locator("h1").count() == 1
    await page.evaluate("document.querySelector('[data-session-seconds]').hidden = false")
    await page.get_by_role("button", name="Hald fram").click()
    await page.get_by_text("Du er logga ut.").wait_for()
    assert await page.get_by_role("button", name="Hald fram").is_hidden()
    assert await page.locator("#grunngjeving").input_value() == "Ei lang grunngjeving"

    async with context.expect_page() as opened:
        await page.get_by_role("link", name="Logg inn i ei ny fane").click()
    tab = await opened.value
    await tab.click('button[value="sakshandsamar"]')
    # Chromium never closes the context of a tab that was closed on its way somewhere.
    await tab.wait_for_url("**/arbeidsliste")
    await tab.close()
    await page.locator("main form[method=post] .button--primary").first.click()
    await page.get_by_text("Du har logga inn på nytt").wait_for()
    assert await page.locator("#grunngjeving").input_value() == "Ei lang grunngjeving"
    await context.close()
