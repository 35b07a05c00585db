"""Registering, changing and merging participants on the page (D1), and waiving what is due (M9)."""

from typing import Any

import pytest

from tests.conftest import Api
from tests.factories import follow_up, steps
from tests.factories.participants import NUMBER, SECOND
from tests.factories.steps import ok
from tests.web.html import find_unwritten, list_errors, list_links, parse, read_fields, read_message, submit

PERSON: dict[str, Any] = {
    "fornamn": "Åse",
    "etternamn": "Lykt",
    "fodd": "23.4.1991",
    "teneste": "habilitation",
}
FORM = "/deltakarar/ny"


async def read_person(api: Api, address: str) -> dict[str, Any]:
    """The participant of a page."""
    headers = {"X-Access-Reason": "case"}
    path = f"/v1/participants/{address.removeprefix('/deltakarar/')}"
    return ok(await api.case_officer.get(path, headers=headers), 200)


async def has_number(api: Api, id_: str) -> bool:
    """Whether an identity number is stored; it is shown to nobody."""
    answer = await api.case_officer.get(f"/v1/participants/{id_}", headers={"Accept": "application/fhir+json"})
    return any(one.get("use") == "official" for one in ok(answer, 200)["identifier"])


async def test_person_is_registered_with_contacts(api: Api) -> None:
    browser = await api.browser("sakshandsamar")
    assert FORM in list_links(await browser.get("/deltakarar"))
    second = {"kontakt1_slag": "guardian", "kontakt1_namn": "Torbjørn Lykt", "kontakt1_telefon": "+47 400 00 000"}
    answer = await submit(browser, FORM, **PERSON, **second, fnr=NUMBER, vern="ja")
    assert answer.status_code == 303, answer.text
    person = await read_person(api, answer.headers["location"])
    assert (person["given_name"], person["birth_date"], person["municipality_number"]) == ("Åse", "1991-04-23", "4631")
    assert (person["service_area"], person["address_protection"]) == ("habilitation", True)
    assert [(one["kind"], one["name"], one["email"]) for one in person["contacts"]] == [
        ("guardian", "Torbjørn Lykt", None)
    ]
    assert read_message(browser) == "Åse Lykt er registrert. Registrer søknaden når han er komen."
    found = await api.case_officer.post("/v1/participants/lookup", json={"national_identity_number": NUMBER})
    assert ok(found, 200)["id"] == person["id"]


async def test_what_is_wrong_with_a_person_stands_at_its_field(api: Api) -> None:
    browser = await api.browser("sakshandsamar")
    answer = await submit(browser, FORM, fornamn="", fodd="i går")
    assert list(list_errors(answer)) == ["fornamn", "etternamn", "fodd", "teneste"]
    for typed, field in (
        ({"fodd": "1.1.2099"}, "fodd"),
        ({"kommune": "Alver"}, "kommune"),
        ({"fnr": "12345678901"}, "fnr"),
        ({"fnr": "123"}, "fnr"),
        ({"kontakt1_namn": "Torbjørn Lykt"}, "kontakt1_slag"),
        ({"kontakt1_slag": "guardian"}, "kontakt1_namn"),
        ({"kontakt1_slag": "guardian", "kontakt1_namn": "T", "kontakt1_telefon": "ring"}, "kontakt1_telefon"),
        ({"kontakt1_slag": "guardian", "kontakt1_namn": "T", "kontakt1_epost": "t"}, "kontakt1_epost"),
    ):
        answer = await submit(browser, FORM, **PERSON | typed)
        assert (answer.status_code, list(list_errors(answer))) == (422, [field])
    assert ok(await api.case_officer.get("/v1/participants", params={"name": "lykt"}), 200)["items"] == []


async def test_two_digits_of_a_year_of_birth_are_the_last_such_year(api: Api) -> None:
    browser = await api.browser("sakshandsamar")
    answer = await submit(browser, FORM, **PERSON | {"fodd": "3.2.90"})
    assert (await read_person(api, answer.headers["location"]))["birth_date"] == "1990-02-03"
    assert "Åse Lykt" in (await browser.get("/deltakarar", params={"birth_date": "3.2.90"})).text


async def test_a_day_in_a_refusal_is_written_as_people_write_it(api: Api) -> None:
    answer = await submit(await api.browser("sakshandsamar"), FORM, **PERSON | {"fodd": "1.2.2099"})
    assert "1.\xa0februar 2099" in list_errors(answer)["fodd"]
    assert find_unwritten(answer) == []


async def test_identity_number_of_somebody_else_is_said_at_its_field(api: Api) -> None:
    await steps.participant(api, national_identity_number=NUMBER)
    answer = await submit(await api.browser("sakshandsamar"), FORM, **PERSON, fnr=NUMBER)
    assert list(list_errors(answer)) == ["fnr"]


async def test_possible_duplicate_is_shown_and_merged(api: Api) -> None:
    known = await steps.participant(api, given_name="Åse", family_name="Lykt", birth_date="1991-04-23")
    await steps.participant(api, given_name="Odd", birth_date="1991-04-24")
    browser = await api.browser("sakshandsamar")
    answer = await submit(browser, FORM, **PERSON)
    form = f"/deltakarar/{known}/slaa-saman"
    assert (answer.status_code, answer.headers["location"]) == (303, form)
    assert "Sjå om det er same person." in read_message(browser)
    assert form in list_links(await browser.get(f"/deltakarar/{known}"))
    page = await browser.get(form)
    [duplicate] = [one.attributes["value"] for one in parse(page).all("input", name="dublett")]
    assert list_errors(await submit(browser, form)) == {"dublett": "Vel eitt av alternativa."}
    fields = read_fields(page, form) | {"dublett": [duplicate]}
    answers = [await browser.post(form, data=fields) for _ in range(2)]
    assert [(one.status_code, one.headers["location"]) for one in answers] == [(303, f"/deltakarar/{known}")] * 2
    assert (await api.case_officer.get(f"/v1/participants/{duplicate}")).status_code == 404


async def test_people_who_are_two_are_not_merged(api: Api) -> None:
    one = await steps.participant(api, birth_date="1991-04-23")
    other = await steps.participant(api, given_name="Odd", birth_date="1990-01-01")
    form = f"/deltakarar/{one}/slaa-saman"
    browser = await api.browser("sakshandsamar")
    assert "Ingen andre har same fødselsdato." in (await browser.get(form)).text
    answer = await submit(browser, form, dublett=other)
    assert answer.status_code == 409
    assert "ulik fødselsdato" in answer.text
    assert list(list_errors(await submit(browser, form, dublett=one))) == ["dublett"]


async def test_person_is_changed_and_a_contact_removed(api: Api) -> None:
    contacts = [
        {"kind": "guardian", "name": "Torbjørn Lykt", "phone": "40000000", "email": None},
        {"kind": "next_of_kin", "name": "Anne Lykt", "phone": None, "email": "anne@example.no"},
    ]
    id_ = await steps.participant(api, contacts=contacts, national_identity_number=NUMBER, birth_date="1991-04-23")
    browser, form = await api.browser("sakshandsamar"), f"/deltakarar/{id_}/endre"
    assert list_links(await browser.get(f"/deltakarar/{id_}"))[form] == "Endre opplysningane"
    page = await browser.get(form)
    assert NUMBER not in page.text
    fields = read_fields(page, form)
    assert (fields["fornamn"], fields["fodd"], fields["kommune"]) == (["Sprek"], ["23.04.1991"], ["4631"])
    assert (fields["kontakt0_namn"], fields["kontakt1_epost"]) == (["Torbjørn Lykt"], ["anne@example.no"])
    empty = {f"kontakt0_{part}": "" for part in ("slag", "namn", "telefon", "epost")}
    answer = await submit(browser, form, **empty, kontakt1_epost="anne", etternamn="Lykt")
    assert list(list_errors(answer)) == ["kontakt1_epost"]
    answer = await submit(browser, form, **empty, etternamn="Lykt", teneste="mental_health")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/deltakarar/{id_}")
    person = await read_person(api, id_)
    assert (person["family_name"], person["service_area"]) == ("Lykt", "mental_health")
    assert person["contacts"] == [contacts[1]]
    assert await has_number(api, id_)


async def test_identity_number_is_replaced_or_removed(api: Api) -> None:
    id_ = await steps.participant(api, national_identity_number=NUMBER, birth_date="1991-04-23")
    browser, form = await api.browser("sakshandsamar"), f"/deltakarar/{id_}/endre"
    assert (await submit(browser, form, fnr=SECOND)).status_code == 303
    look_up = {"national_identity_number": SECOND}
    assert ok(await api.case_officer.post("/v1/participants/lookup", json=look_up), 200)["id"] == id_
    answer = await submit(browser, form, fjern="ja", fnr=NUMBER)
    assert list(list_errors(answer)) == ["fjern"]
    assert await has_number(api, id_)
    assert (await submit(browser, form, fjern="ja")).status_code == 303
    assert not await has_number(api, id_)


async def test_two_officers_see_what_the_other_wrote_of_a_person(api: Api) -> None:
    id_ = await steps.participant(api)
    form = f"/deltakarar/{id_}/endre"
    first, second = await api.browser("sakshandsamar"), await api.browser("sakshandsamar")
    fields = read_fields(await second.get(form), form)
    assert (await submit(first, form, etternamn="Lykt")).status_code == 303
    assert (await second.post(form, data=fields | {"etternamn": ["Lykt"]})).status_code == 303
    answer = await second.post(form, data=fields | {"etternamn": ["Fjell"]})
    assert answer.status_code == 412
    assert list_errors(answer) == {"etternamn": "No står det «Lykt»."}
    assert (await second.post(form, data=read_fields(answer, form))).status_code == 303
    assert (await read_person(api, id_))["family_name"] == "Fjell"


async def test_demand_is_waived_and_the_waiver_taken_back(api: Api) -> None:
    await steps.law(api)
    _, person, place = await follow_up.placed(api)
    browser, page = await api.browser("sakshandsamar"), f"/deltakarar/{person}"
    waiver = f"/plassar/{place}/oppgaver/plan.{place}.1/fraafall"
    links = list_links(await browser.get(page))
    assert waiver in links, sorted(links)
    assert list_errors(await submit(browser, waiver, grunn=" ")) == {"grunn": "Fyll ut dette feltet."}
    answer = await submit(browser, waiver, grunn="Året før tenesta vart teken i bruk")
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    assert (await submit(browser, waiver, grunn="Ein gong til")).status_code == 409
    links = list_links(await browser.get(page))
    assert (links[f"{waiver}/tilbake"], waiver in links) == ("Ta fråfallet tilbake", False)
    again = read_fields(await browser.get(f"{waiver}/tilbake"), f"{waiver}/tilbake")
    answers = [await browser.post(f"{waiver}/tilbake", data=again) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert waiver in list_links(await browser.get(page))
    assert (await browser.get(f"/plassar/{place}/oppgaver/finst-ikkje/fraafall")).status_code == 404


@pytest.mark.parametrize("who", ["vekstbedrift-1", "habilitering"])
async def test_others_neither_change_people_nor_waive(api: Api, who: str) -> None:
    await steps.law(api)
    _, person, place = await follow_up.placed(api)
    browser = await api.browser(who)
    links = list_links(await browser.get(f"/deltakarar/{person}"))
    forms = (f"/deltakarar/{person}/endre", f"/plassar/{place}/oppgaver/plan.{place}.1/fraafall")
    for form in (*forms, FORM, f"/deltakarar/{person}/slaa-saman"):
        assert form not in links
        assert (await browser.get(form)).status_code == 403
