"""Minutes on the page: who was there and by what consent, what is refused, corrected and annulled (M3–M7)."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.conftest import Api
from tests.factories import follow_up, steps
from tests.factories.steps import ok
from tests.factories.tokens import PROVIDER_A
from tests.web.html import list_errors, list_links, parse, read_fields, read_message, submit

MINUTES: dict[str, Any] = {
    "dag": "30.8.2022",
    "deltakar": "ja",
    "med": ["provider"],
    "tema": ["functioning"],
    "referat": "Trivst godt.",
}
CONVERSATION = MINUTES | {"tema": ["progress"]}
JOINT: dict[str, Any] = {
    "dag": "30.8.2022",
    "med": ["case_office", "habilitation", f"provider:{PROVIDER_A}"],
    "tema": ["economy"],
    "referat": "Gjekk gjennom året.",
}


@dataclass
class Place:
    """A running place of the first provider; its participant is followed up by Habilitering."""

    provider: str
    person: str
    id: str

    @property
    def form(self) -> str:
        return f"/plassar/{self.id}/moete"


@pytest.fixture
async def place(api: Api) -> Place:
    await steps.law(api)
    return Place(*await follow_up.placed(api))


async def list_meetings(api: Api, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(await api.case_officer.get("/v1/meetings", params=query), 200)["items"]
    return found


def list_choices(page: Any, name: str) -> list[str]:
    """The values that a field of choices has."""
    return [one.attributes["value"] for one in parse(page).all("input", name=name)]


@pytest.mark.parametrize(("who", "party"), [("sakshandsamar", "case_office"), ("vekstbedrift-1", "provider")])
async def test_conversation_is_filed(api: Api, place: Place, who: str, party: str) -> None:
    browser = await api.browser(who)
    form = f"/plassar/{place.id}/samtale"
    assert form in list_links(await browser.get(f"/deltakarar/{place.person}"))
    answer = await submit(browser, form, **CONVERSATION)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/deltakarar/{place.person}")
    (meeting,) = await list_meetings(api, placement_id=place.id)
    assert (meeting["kind"], meeting["held_on"], meeting["filed_by"]) == ("conversation", "2022-08-30", party)
    assert (meeting["called_by"], meeting["themes"]) == ("provider", ["progress"])
    assert [one["role"] for one in meeting["attendees"]] == ["participant", "provider"]
    assert read_message(browser).startswith("Referatet er registrert. Det neste er ")


async def test_minutes_without_the_participant_say_why(api: Api, place: Place) -> None:
    browser = await api.browser("vekstbedrift-1")
    answer = await submit(browser, place.form, **MINUTES | {"deltakar": "nei"})
    assert (answer.status_code, list(list_errors(answer))) == (422, ["borte"])
    assert read_fields(answer, place.form)["deltakar"] == ["nei"]
    answer = await submit(browser, place.form, **MINUTES | {"borte": "Sjuk"})
    assert list_errors(answer) == {"borte": "Du har svara at deltakaren var med."}
    answer = await submit(browser, place.form, **{name: value for name, value in MINUTES.items() if name != "deltakar"})
    assert list_errors(answer) == {"deltakar": "Vel eitt av alternativa."}
    assert (await submit(browser, place.form, **MINUTES | {"deltakar": "nei", "borte": "Sjuk"})).status_code == 303
    (meeting,) = await list_meetings(api, placement_id=place.id)
    assert (meeting["participant_present"], meeting["participant_absence_reason"]) == (False, "Sjuk")


async def test_cooperation_meeting_has_a_theme_and_somebody_there(api: Api, place: Place) -> None:
    browser = await api.browser("sakshandsamar")
    answer = await submit(browser, place.form, **MINUTES | {"tema": []})
    assert list_errors(answer) == {"tema": "Vel minst eitt av alternativa."}
    answer = await submit(browser, place.form, **MINUTES | {"deltakar": "nei", "borte": "Sjuk", "med": []})
    assert (answer.status_code, list(list_errors(answer))) == (422, ["med"])
    answer = await submit(browser, place.form, **MINUTES | {"dag": "1.1.2099"})
    assert (answer.status_code, list(list_errors(answer))) == (422, ["dag"])
    assert await list_meetings(api, placement_id=place.id) == []


async def test_service_without_consent_is_a_deviation_that_is_said(api: Api, place: Place) -> None:
    browser = await api.browser("vekstbedrift-1")
    page = await browser.get(place.form)
    assert "nav" not in list_choices(page, "med")
    assert list_choices(page, "andre") == ["nav", "other_service"]
    answer = await submit(browser, place.form, **MINUTES | {"andre": ["nav"]})
    assert (answer.status_code, list(list_errors(answer))) == (422, ["likevel"])
    assert read_fields(answer, place.form)["andre"] == ["nav"]
    typed = MINUTES | {"andre": ["nav", "other_service"], "namn": "Fysio", "likevel": "Kom uanmeldt"}
    assert (await submit(browser, place.form, **typed)).status_code == 303
    assert "NAV, ei anna teneste var med utan samtykke; det står som avvik" in read_message(browser)
    (meeting,) = await list_meetings(api, placement_id=place.id)
    assert meeting["services_without_consent"] == ["nav", "other_service"]
    assert meeting["attendees"][-1] == {"role": "other_service", "organisation": "Fysio"}


async def test_service_with_consent_is_a_choice_like_the_others(api: Api, place: Place) -> None:
    path = f"/v1/participants/{place.person}/consents"
    body = follow_up.consent(["nav"], organisations=["Fysioterapi, Knarvik"], given_on="2022-08-01")
    ok(await api.case_officer.post(path, json=body))
    browser = await api.browser("sakshandsamar")
    page = await browser.get(place.form)
    assert "Samtykke frå 1.\u00a0aug. 2022" in page.text
    named = "other_service:Fysioterapi, Knarvik"
    assert list_choices(page, "med")[-3:] == ["habilitation", "nav", named]
    assert list_choices(page, "andre") == ["mental_health", "other_service"]
    answer = await submit(browser, place.form, **MINUTES | {"med": ["provider", "nav", named], "dag": "31.7.2022"})
    assert list(list_errors(answer)) == ["likevel"]
    answer = await submit(browser, place.form, **MINUTES | {"med": ["provider", "habilitation", "nav", named]})
    assert answer.status_code == 303
    (meeting,) = await list_meetings(api, placement_id=place.id)
    assert meeting["services_without_consent"] == []
    assert "utan samtykke" not in read_message(browser)


async def test_minutes_are_corrected_by_the_party_that_filed_them(api: Api, place: Place) -> None:
    typed = MINUTES | {"andre": ["other_service"], "namn": "Fysio", "likevel": "Kom uanmeldt"}
    browser = await api.browser("vekstbedrift-1")
    assert (await submit(browser, place.form, **typed)).status_code == 303
    (meeting,) = await list_meetings(api, placement_id=place.id)
    form = f"/moete/{meeting['id']}/retting"
    assert list_links(await browser.get(f"/deltakarar/{place.person}"))[form] == "Rett referatet"
    fields = read_fields(await browser.get(form), form)
    assert (fields["dag"], fields["deltakar"], fields["referat"]) == (["30.08.2022"], ["ja"], ["Trivst godt."])
    assert (fields["med"], fields["andre"]) == (["provider"], ["other_service:Fysio"])
    assert list_errors(await submit(browser, form)) == {"retta": "Fyll ut dette feltet."}
    answer = await submit(browser, form, dag="29.8.2022", retta="Feil dag")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/deltakarar/{place.person}")
    (meeting,) = await list_meetings(api, placement_id=place.id)
    assert (meeting["held_on"], meeting["version"]) == ("2022-08-29", 2)
    assert meeting["attendees"][-1] == {"role": "other_service", "organisation": "Fysio"}
    officer = await api.browser("sakshandsamar")
    assert form not in list_links(await officer.get(f"/deltakarar/{place.person}"))
    assert (await submit(officer, form, retta="Ikkje mitt")).status_code == 403


async def test_minutes_are_annulled_with_a_reason(api: Api, place: Place) -> None:
    meeting = ok(await api.provider(PROVIDER_A).post("/v1/meetings", json=follow_up.meeting(place.id)))
    form = f"/moete/{meeting['id']}/annullering"
    browser = await api.browser("sakshandsamar")
    assert form in list_links(await browser.get(f"/deltakarar/{place.person}"))
    assert (await submit(browser, form, grunn="Ført to gonger")).status_code == 303
    (meeting,) = await list_meetings(api, placement_id=place.id)
    assert meeting["annulled_reason"] == "Ført to gonger"
    assert form not in list_links(await browser.get(f"/deltakarar/{place.person}"))


@pytest.mark.parametrize(("who", "start"), [("sakshandsamar", "/arbeidsliste"), ("habilitering", "/deltakarar")])
async def test_joint_meeting_is_filed_and_corrected_by_the_parties_that_call_it(
    api: Api, place: Place, who: str, start: str
) -> None:
    browser, form = await api.browser(who), "/moete/felles"
    assert list(list_errors(await submit(browser, form, referat=""))) == ["med", "referat"]
    answer = await submit(browser, form, **JOINT)
    assert (answer.status_code, answer.headers["location"]) == (303, start)
    (meeting,) = await list_meetings(api, kind="system")
    assert (meeting["called_by"], meeting["themes"]) == ("habilitation", ["economy"])
    assert meeting["attendees"][-1] == {"role": "provider", "organisation": PROVIDER_A}
    correction = f"/moete/{meeting['id']}/retting"
    assert list_links(await browser.get(form))[correction] == "Rett referatet frå 30.\u00a0august 2022"
    fields = read_fields(await browser.get(correction), correction)
    assert fields["med"] == JOINT["med"]
    assert (await submit(browser, correction, retta="Feil dag", dag="29.8.2022")).status_code == 303
    annulment = f"/moete/{meeting['id']}/annullering"
    assert annulment in list_links(await browser.get(correction))
    assert (await submit(browser, annulment, grunn="Aldri halde")).status_code == 303


async def test_correction_loses_nobody_who_was_there(api: Api, place: Place) -> None:
    there = [{"role": "provider", "organisation": "Gløde AS"}, {"role": "guardian", "organisation": None}]
    body = follow_up.meeting(None, "system", attendees=there)
    meeting = ok(await api.service("habilitation").post("/v1/meetings", json=body))
    form = f"/moete/{meeting['id']}/retting"
    assert (await submit(await api.browser("habilitering"), form, retta="Skriveleif")).status_code == 303
    (meeting,) = await list_meetings(api, kind="system")
    assert (meeting["version"], meeting["attendees"]) == (2, there)


async def test_other_services_file_no_joint_meeting(api: Api, place: Place) -> None:
    answer = await submit(await api.browser("psykisk-helse"), "/moete/felles", **JOINT)
    assert answer.status_code == 403
    assert await list_meetings(api, kind="system") == []


async def test_bilateral_meeting_is_with_one_provider(api: Api, place: Place) -> None:
    typed = JOINT | {"med": ["provider", "case_office"], "kalla": "case_office"}
    officer, form = await api.browser("sakshandsamar"), f"/vekstbedrifter/{place.provider}/moete"
    assert form in list_links(await officer.get(f"/vekstbedrifter/{place.provider}"))
    answer = await submit(officer, form, **typed)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/vekstbedrifter/{place.provider}")
    own = await api.browser("vekstbedrift-1")
    assert "/vekstbedrift/moete" in list_links(await own.get("/vekstbedrift"))
    assert (await submit(own, "/vekstbedrift/moete", **typed)).headers["location"] == "/vekstbedrift"
    meetings = await list_meetings(api, kind="bilateral")
    assert {one["provider_id"] for one in meetings} == {place.provider}
    assert sorted(one["filed_by"] for one in meetings) == ["case_office", "provider"]
    assert (await officer.get(f"/vekstbedrifter/{place.person}/moete")).status_code == 404


async def test_another_provider_reaches_no_minutes_of_a_place(api: Api, place: Place) -> None:
    meeting = ok(await api.provider(PROVIDER_A).post("/v1/meetings", json=follow_up.meeting(place.id)))
    browser = await api.browser("vekstbedrift-2")
    for path in (place.form, f"/plassar/{place.id}/samtale", f"/moete/{meeting['id']}/retting"):
        assert (await browser.get(path)).status_code == 404
