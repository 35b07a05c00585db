"""Logging in by an issuer (OpenID Connect Core § 3.1), over real HTTP, also with one that lies."""

import json
from typing import Any

import asyncpg
import httpx
import pytest
from structlog.testing import capture_logs

from app.security.jwks import RETRY_SECONDS
from app.security.logins import METADATA_SECONDS
from app.web.login_refusals import REFUSALS
from tests.conftest import Api
from tests.factories.openid import (
    CLIENT_ID,
    PAGE_ADDRESS,
    FakeIssuer,
    authorized,
    employees,
    follow_to_issuer,
    providers,
)
from tests.factories.participants import identity_numbers, registered
from tests.factories.tokens import PROVIDER_A, PROVIDER_B
from tests.web.doors import COOKIE, Door, assert_refused, is_logged_in, opened
from tests.web.html import find_faults, parse


async def test_employee_logs_in_and_is_where_they_wanted_to_go(door: Door) -> None:
    answer = await door.log_in("/aaret/2022?on=2022-08-31")
    assert (answer.status_code, answer.headers["location"]) == (303, "/aaret/2022?on=2022-08-31")
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= set(answer.headers["set-cookie"].split("; "))
    page = await door.browser.get("/arbeidsliste")
    assert page.status_code == 200
    assert "Kari Nordmann" in page.text
    assert "Forvaltningskontoret" in page.text


async def test_request_to_the_issuer_is_bound_to_this_login(door: Door) -> None:
    """State, nonce and challenge are new each time, and the code comes to our own address alone (RFC 7636, S256)."""
    asked = [httpx.URL(await door.begin()).params for _ in range(2)]
    for one in asked:
        assert one["response_type"] == "code"
        assert one["client_id"] == CLIENT_ID
        assert one["redirect_uri"] == f"{PAGE_ADDRESS}/logg-inn/svar"
        assert one["scope"] == "openid profile"
        assert one["code_challenge_method"] == "S256"
        assert one["ui_locales"] == "nn nb"
        assert min(len(one[name]) for name in ("state", "nonce", "code_challenge")) == 43
    assert len({one[name] for one in asked for name in ("state", "nonce", "code_challenge")}) == 6


async def test_two_tabs_of_one_browser_log_in(door: Door) -> None:
    first, second = await door.begin("/aaret/2022"), await door.begin("/vekstbedrifter")
    for address, target in ((first, "/aaret/2022"), (second, "/vekstbedrifter")):
        answer = await door.come_back(await follow_to_issuer(address))
        assert answer.headers["location"] == target


async def test_login_page_has_a_link_for_each_issuer(door: Door) -> None:
    people, door.api.app.state.demo_people = door.api.app.state.demo_people, ()
    try:
        answer = await door.browser.get("/logg-inn", params={"til": "/aaret/2022?x=å&y=1"})
    finally:
        door.api.app.state.demo_people = people
    assert find_faults(answer) == []
    links = [one.attributes["href"] for one in parse(answer).all("a") if "/hos/" in one.attributes["href"]]
    assert len(links) == 1
    back = await follow_to_issuer((await door.browser.get(links[0])).headers["location"])
    assert (await door.come_back(back)).headers["location"] == "/aaret/2022?x=å&y=1".replace("å", "%C3%A5")


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example"])
async def test_login_leads_nowhere_else(door: Door, target: str) -> None:
    assert (await door.log_in(target)).headers["location"] == "/"


@pytest.mark.parametrize("written", ["10915596784", "109155 96784", "109155%2096784", "109155+96784"])
async def test_address_with_an_identity_number_is_not_stored(door: Door, written: str) -> None:
    """A number typed into a search while logged out: the page is asked for again, without it."""
    assert (await door.log_in(f"/deltakarar?name={written}")).headers["location"] == "/"


@pytest.mark.parametrize(("letters", "kept"), [(3_000, True), (5_000, False)])
async def test_long_address_is_kept_whole_or_not_at_all(door: Door, letters: int, kept: bool) -> None:
    """As a what-if's, whose changes stand in it: a part of it would say something else."""
    address = f"/aaret/2022?endring={'x' * letters}"
    page = await door.browser.get(address)
    link = f"/logg-inn/hos/kommunen?{httpx.URL(page.headers['location']).query.decode()}"
    back = await follow_to_issuer((await door.browser.get(link)).headers["location"])
    assert (await door.come_back(back)).headers["location"] == (address if kept else "/")


async def test_unknown_issuer_is_a_page(door: Door) -> None:
    assert (await door.browser.get("/logg-inn/hos/konge")).status_code == 404


@pytest.mark.parametrize(
    ("given", "address"),
    [
        (["Vekstplass.Okonomi"], "/aaret"),
        (["Vekstplass.Habilitering", "Noko.Anna"], "/deltakarar"),
        ("Vekstplass.PsykiskHelse", "/deltakarar"),
    ],
)
async def test_roles_are_those_that_the_settings_give(door: Door, given: object, address: str) -> None:
    door.issuer.claims["roles"] = given
    assert (await door.log_in()).status_code == 303
    assert (await door.browser.get("/")).headers["location"] == address


async def test_roles_may_come_from_another_claim(api: Api, issuer: FakeIssuer) -> None:
    async with opened(api, issuer, employees, roles_claim="groups", roles={"8d1f-finance": "finance"}) as door:
        door.issuer.claims |= {"roles": ["Vekstplass.Sakshandsamar"], "groups": ["8d1f-finance"]}
        assert (await door.log_in()).status_code == 303
        assert (await door.browser.get("/")).headers["location"] == "/aaret"


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"roles": ["Noko.Anna"]}, "no_role"),
        ({"roles": None}, "no_role"),
        ({"roles": ["case_officer", "provider"]}, "no_role"),
        ({"roles": None, "_claim_names": {"roles": "src1"}}, "too_many_groups"),
        ({"roles": ["Vekstplass.Habilitering", "Vekstplass.PsykiskHelse"]}, "several_areas"),
        ({"roles": ["Vekstplass.Revisor", "Vekstplass.Sakshandsamar"]}, "exclusive_roles"),
    ],
)
async def test_nobody_comes_in_without_one_clear_role(door: Door, claims: dict[str, Any], reason: str) -> None:
    door.issuer.claims |= claims
    await assert_refused(door, await door.log_in(), reason, REFUSALS[reason].title)


async def test_providers_person_acts_for_the_organisation_they_chose(provider_door: Door) -> None:
    door = provider_door
    assert (await door.log_in()).status_code == 303
    asked = door.issuer.requests[0]
    assert asked["acr_values"] == "idporten-loa-substantial"
    assert json.loads(asked["authorization_details"]) == [
        {"type": "ansattporten:altinn:resource", "resource": "urn:altinn:resource:alver-vekstplass"}
    ]
    assert (await door.browser.get("/")).headers["location"] == "/vekstbedrift"
    assert (await door.browser.get("/arbeidsliste")).status_code == 403


async def test_people_of_two_issuers_are_not_one_person(
    committed_api: Api, issuer: FakeIssuer, behind: asyncpg.Connection
) -> None:
    """Nor are they when they come back with their session: rows and the access log have the issuer's name."""
    participant = await registered(committed_api)
    async with opened(committed_api, issuer, employees, issuer_name="kommunen") as door:
        settings = committed_api.app.state.settings
        committed_api.app.state.settings = settings.model_copy(update={"logins": (door.login,)})
        assert (await door.log_in()).status_code == 303
        assert (await door.browser.get(f"/deltakarar/{participant['id']}")).status_code == 200
        committed_api.app.state.settings = settings
    known = await behind.fetchval("select actor from web_person")
    assert known.startswith("person@kommunen:")
    assert await behind.fetchval("select count(*) from access_log where actor = $1", known)


async def test_nothing_of_the_identity_number_is_stored(
    committed_api: Api, issuer: FakeIssuer, behind: asyncpg.Connection
) -> None:
    """The subject is a digest under a key of ours, the same at each login, and another for another person."""
    async with opened(committed_api, issuer, providers) as door:
        one, another = identity_numbers(2)
        for pid in (one, one, another):
            door.issuer.claims |= {"pid": pid}
            assert (await door.log_in()).status_code == 303
            door.browser = await committed_api.browser()
    rows = await behind.fetch("select subject, name, organisation from web_session order by created_at")
    assert [row["organisation"] for row in rows] == [PROVIDER_A] * 3
    assert rows[0]["subject"] == rows[1]["subject"] != rows[2]["subject"]
    assert not any(letter.isdigit() for row in rows for letter in row["subject"])
    assert not await behind.fetchval("select count(*) from web_login")


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"authorization_details": None}, "no_organisation"),
        ({"authorization_details": authorized()}, "no_organisation"),
        ({"authorization_details": authorized(PROVIDER_A, resource="urn:altinn:resource:another")}, "no_organisation"),
        ({"authorization_details": authorized(PROVIDER_A, type="ansattporten:entra")}, "no_organisation"),
        ({"authorization_details": "alle"}, "no_organisation"),
        ({"authorization_details": authorized(PROVIDER_A, PROVIDER_B)}, "several_organisations"),
        ({"authorization_details": authorized("123456789")}, "organisation"),
        ({"authorization_details": authorized(PROVIDER_A, authorized_parties=["alle"])}, "organisation"),
        ({"pid": None}, "claims"),
        ({"acr": "idporten-loa-low"}, "level"),
        ({"acr": None}, "level"),
        ({"acr": ["idporten-loa-high"]}, "level"),
    ],
)
async def test_providers_person_needs_one_organisation_and_a_level(
    provider_door: Door, claims: dict[str, Any], reason: str
) -> None:
    provider_door.issuer.claims |= claims
    title = REFUSALS[reason].title if reason in REFUSALS else None
    await assert_refused(provider_door, await provider_door.log_in(), reason, title)


async def test_an_organisation_in_a_directorys_token_makes_no_provider(door: Door) -> None:
    door.issuer.claims |= {"authorization_details": authorized(PROVIDER_A), "organisation": PROVIDER_A}
    assert (await door.log_in()).status_code == 303
    assert (await door.browser.get("/vekstbedrift")).status_code == 403


async def test_answer_without_state(door: Door) -> None:
    door.issuer.answer = {"state": None}
    await assert_refused(door, await door.log_in(), "state_missing", "Innlogginga vart ikkje fullført")


async def test_answer_with_a_state_that_nobody_asked_with(door: Door) -> None:
    door.issuer.answer = {"state": "x" * 43}
    await assert_refused(door, await door.log_in(), "state_unknown", "Innlogginga vart ikkje fullført")


async def test_answer_to_another_browser(door: Door) -> None:
    """Somebody who is led to a thief's own answer is not logged in as the thief."""
    thief = await door.api.browser()
    back = await follow_to_issuer(await door.begin(browser=thief))
    await assert_refused(door, await door.come_back(back), "state_unknown", "Innlogginga vart ikkje fullført")
    await door.begin()  # with a login of their own under way
    answer = await door.come_back(back)
    assert answer.status_code == 400
    assert not await is_logged_in(door.browser)
    # Nor has it cost the one who asked anything.
    assert (await door.come_back(back, thief)).status_code == 303


async def test_answer_that_was_used(door: Door) -> None:
    """Even where the issuer takes a code twice."""
    door.issuer.codes_work_twice = True
    back = await follow_to_issuer(await door.begin())
    assert (await door.come_back(back)).status_code == 303
    door.browser.cookies.delete(COOKIE)
    await assert_refused(door, await door.come_back(back), "state_unknown", "Innlogginga vart ikkje fullført")


async def test_code_that_was_used_in_another_login(door: Door) -> None:
    """A code belongs to the verifier that it was asked for with."""
    stolen = (await follow_to_issuer(await door.begin())).params["code"]
    back = await follow_to_issuer(await door.begin())
    answer = await door.come_back(back.copy_set_param("code", stolen))
    await assert_refused(door, answer, "code", "Innlogginga vart ikkje fullført")


async def test_login_that_took_too_long(committed_api: Api, issuer: FakeIssuer, behind: asyncpg.Connection) -> None:
    async with opened(committed_api, issuer, employees) as door:
        back = await follow_to_issuer(await door.begin())
        await behind.execute("update web_login set expires_at = expires_at - interval '601 seconds'")
        await assert_refused(door, await door.come_back(back), "state_unknown", "Innlogginga vart ikkje fullført")


async def test_answer_without_a_code(door: Door) -> None:
    door.issuer.answer = {"code": None}
    await assert_refused(door, await door.log_in(), "no_code", "Innlogginga vart ikkje fullført")


async def test_issuer_that_does_not_know_the_service(api: Api, issuer: FakeIssuer) -> None:
    async with opened(api, issuer, employees, client_secret="another") as door:
        await assert_refused(door, await door.log_in(), "issuer_error", "Pålogginga svarte med ein feil")


async def test_issuer_that_fails_at_the_code(door: Door) -> None:
    door.issuer.token_status = 503
    await assert_refused(door, await door.log_in(), "issuer_error", "Pålogginga svarte med ein feil")


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://another.example"},
        {"token_endpoint": None},
        {"authorization_endpoint": "ftp://x"},
        {"jwks_uri": 7},
    ],
)
async def test_issuer_whose_metadata_cannot_be_used(door: Door, metadata: dict[str, Any]) -> None:
    door.issuer.metadata = metadata
    answer = await door.browser.get("/logg-inn/hos/kommunen", params={"til": "/aaret/2022"})
    assert answer.status_code == 503
    assert find_faults(answer) == []
    assert parse(answer).all("a", href="/logg-inn?til=/aaret/2022")
    # It is asked again after half a minute, and not before.
    door.issuer.metadata = {}
    assert (await door.browser.get("/logg-inn/hos/kommunen")).status_code == 503
    door.seconds += RETRY_SECONDS
    assert (await door.browser.get("/logg-inn/hos/kommunen")).status_code == 303


async def test_issuer_that_is_down_when_the_code_is_redeemed(door: Door) -> None:
    door.issuer.metadata = {"token_endpoint": "http://127.0.0.1:9/token"}
    await assert_refused(door, await door.log_in(), "issuer_down", "Pålogginga svarar ikkje")


async def test_metadata_and_keys_are_kept_a_day(door: Door) -> None:
    for _ in range(2):
        assert (await door.log_in()).status_code == 303
    assert (door.issuer.discoveries, door.issuer.key_fetches) == (1, 1)
    door.seconds += METADATA_SECONDS
    assert (await door.log_in()).status_code == 303
    assert (door.issuer.discoveries, door.issuer.key_fetches) == (2, 2)


async def test_new_key_of_the_issuer_is_fetched(door: Door) -> None:
    assert (await door.log_in()).status_code == 303
    door.issuer.keys, door.issuer.signs_with = ("issuer-1", "issuer-2"), "issuer-2"
    door.seconds += RETRY_SECONDS
    assert (await door.log_in()).status_code == 303
    assert door.issuer.key_fetches == 2


async def test_login_gives_a_new_session_and_ends_the_old(door: Door) -> None:
    """A secret from before the login opens nothing afterwards, whoever knows it."""
    await door.log_in()
    former = door.browser.cookies[COOKIE]
    door.issuer.claims |= {"roles": ["Vekstplass.Okonomi"]}
    await door.log_in()
    assert door.browser.cookies[COOKIE] != former
    thief = await door.api.browser()
    thief.cookies.set(COOKIE, former, domain="vekstplass.test")
    assert not await is_logged_in(thief)


async def test_login_that_is_taken_out_of_the_settings_ends_its_sessions(door: Door) -> None:
    await door.log_in()
    assert await is_logged_in(door.browser)
    door.api.app.state.login_issuers = {}
    assert not await is_logged_in(door.browser)


async def test_log_names_the_pages_route_and_not_what_was_asked(door: Door) -> None:
    await door.log_in()
    assert [line["route"] for line in door.lines if line["event"] == "request"] == ["/logg-inn/svar"]
    with capture_logs() as lines:
        await door.browser.get("/aaret/2022?on=2022-08-31")
    assert [line["route"] for line in lines if line["event"] == "request"][-1] == "/aaret/{year:int}"


async def test_session_lasts_as_long_as_the_login_says(provider_door: Door) -> None:
    answer = await provider_door.log_in()
    assert "Max-Age=7200" in answer.headers["set-cookie"]


async def test_logout_leads_to_the_issuers_too(door: Door) -> None:
    """OpenID Connect RP-Initiated Logout, by a link: a browser follows no form to another site."""
    await door.log_in()
    csrf = parse(await door.browser.get("/arbeidsliste")).all("input", name="csrf")[0].attributes["value"]
    answer = await door.browser.post("/logg-ut", data={"csrf": csrf})
    assert (answer.status_code, answer.headers["location"]) == (303, "/logg-ut?hos=kommunen")
    page = await door.browser.get(answer.headers["location"])
    assert find_faults(page) == []
    links = [httpx.URL(one.attributes["href"]) for one in parse(page).all("a")]
    (address,) = [one for one in links if str(one).startswith(f"{door.issuer.address}/logout")]
    assert dict(address.params) == {"client_id": CLIENT_ID, "post_logout_redirect_uri": f"{PAGE_ADDRESS}/logg-ut"}
    assert not await is_logged_in(door.browser)


async def test_logout_where_the_issuer_has_none(door: Door) -> None:
    door.issuer.metadata = {"end_session_endpoint": None}
    page = await door.browser.get("/logg-ut", params={"hos": "kommunen"})
    assert page.status_code == 200
    assert find_faults(page) == []
    assert door.issuer.address not in page.text


async def test_logins_have_a_limit(door: Door) -> None:
    attempts = door.api.app.state.login_attempts
    before, attempts.per_minute = attempts.per_minute, 1
    try:
        answers = [await door.browser.get("/logg-inn/hos/kommunen") for _ in range(3)]
    finally:
        attempts.per_minute = before
    assert answers[-1].status_code == 429
    assert find_faults(answers[-1]) == []
