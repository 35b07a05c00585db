"""Plans and evaluation reports on the page: filed, sent later, annulled (M1, M2, D10)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.conftest import Api
from tests.factories import follow_up, steps
from tests.factories.steps import ok
from tests.factories.tokens import PROVIDER_A
from tests.web.html import list_errors, list_links, read_fields, read_message, submit

PLAN: dict[str, Any] = {
    "laga": "25.8.2022",
    "saman": ["participant"],
    "omrade": ["activity", "mastery"],
    "tekst": "Trygg i gartneriet.",
    "sendt": "30.8.2022",
}
REPORT: dict[str, Any] = {
    "fra": "1.7.2022",
    "til": "31.8.2022",
    "omrade": ["mastery"],
    "star": "ja",
    "tekst": "Har nådd måla.",
    "sendt": "31.8.2022",
}


@dataclass
class Place:
    """A running place of the first provider, from 2022-07-01."""

    provider: str
    person: str
    id: str


@pytest.fixture
async def place(api: Api) -> Place:
    await steps.law(api)
    return Place(*await follow_up.placed(api))


async def list_documents(api: Api, kind: str, place: Place) -> list[dict[str, Any]]:
    answer = await api.case_officer.get(f"/v1/{kind}", params={"placement_id": place.id})
    found: list[dict[str, Any]] = ok(answer, 200)["items"]
    return found


@pytest.mark.parametrize(("who", "party"), [("sakshandsamar", "case_office"), ("vekstbedrift-1", "provider")])
async def test_plan_is_filed_and_sent(api: Api, place: Place, who: str, party: str) -> None:
    browser = await api.browser(who)
    person = f"/deltakarar/{place.person}"
    form = f"/plassar/{place.id}/plan"
    assert list_links(await browser.get(person))[form] in ("Oppfølgingsplan", "Registrer oppfølgingsplan")
    answer = await submit(browser, form, **PLAN)
    assert (answer.status_code, answer.headers["location"]) == (303, person)
    (plan,) = await list_documents(api, "plans", place)
    assert (plan["made_on"], plan["sent_on"], plan["filed_by"]) == ("2022-08-25", "2022-08-30", party)
    assert (plan["made_with"], plan["content_areas"]) == (["participant"], ["activity", "mastery"])
    assert read_message(browser) == (
        "Planen er registrert og send. Det neste er samtale, som hadde frist 30.\u00a0juni 2023."
    )


async def test_plan_that_is_not_sent_is_sent_later(api: Api, place: Place) -> None:
    browser = await api.browser("vekstbedrift-1")
    assert (await submit(browser, f"/plassar/{place.id}/plan", **PLAN | {"sendt": ""})).status_code == 303
    assert "ikkje send enno" in read_message(browser)
    (plan,) = await list_documents(api, "plans", place)
    sending = f"/planar/{plan['id']}/sending"
    assert list_links(await browser.get(f"/deltakarar/{place.person}"))[sending] == "Før planen som send"
    refused = await submit(browser, sending, sendt="24.8.2022")
    assert (refused.status_code, list(list_errors(refused))) == (422, ["sendt"])
    assert (await submit(browser, sending, sendt="26.8.2022")).status_code == 303
    assert [one["sent_on"] for one in await list_documents(api, "plans", place)] == ["2022-08-26"]
    officer = await api.browser("sakshandsamar")
    assert sending not in list_links(await officer.get(f"/deltakarar/{place.person}"))


async def test_what_is_wrong_with_a_plan_stands_at_its_field(api: Api, place: Place) -> None:
    browser, form = await api.browser("vekstbedrift-1"), f"/plassar/{place.id}/plan"
    answer = await submit(browser, form, laga="", omrade=[], tekst=" ", sendt="i går")
    assert list(list_errors(answer)) == ["laga", "omrade", "tekst", "sendt"]
    answer = await submit(browser, form, **PLAN | {"laga": "1.9.2099", "sendt": ""})
    assert (answer.status_code, list(list_errors(answer))) == (422, ["laga"])
    answer = await submit(browser, form, **PLAN | {"sendt": "1.8.2022"})
    assert (answer.status_code, list(list_errors(answer))) == (422, ["sendt"])
    answer = await submit(browser, form, **PLAN | {"tekst": "Født 23849150073"})
    assert (answer.status_code, list(list_errors(answer))) == (422, ["tekst"])
    answer = await submit(browser, form, **PLAN | {"omrade": ["finst-ikkje"]})
    assert list_errors(answer) == {"omrade": "Vel eitt av alternativa på lista."}
    assert read_fields(answer, form)["tekst"] == [PLAN["tekst"]]
    assert await list_documents(api, "plans", place) == []


async def test_report_is_filed_and_says_that_a_new_plan_is_due(api: Api, place: Place) -> None:
    browser, form = await api.browser("vekstbedrift-1"), f"/plassar/{place.id}/evaluering"
    answer = await submit(browser, form, **REPORT | {"til": "30.6.2022"})
    assert (answer.status_code, list(list_errors(answer))) == (422, ["til"])
    answer = await submit(browser, form, **{name: value for name, value in REPORT.items() if name != "star"})
    assert list_errors(answer) == {"star": "Vel eitt av alternativa."}
    assert (await submit(browser, form, **REPORT | {"star": "nei"})).status_code == 303
    assert "Planen står ikkje ved lag, og ein ny må lagast." in read_message(browser)
    (report,) = await list_documents(api, "evaluations", place)
    assert (report["plan_stands"], report["period_to"], report["sent_on"]) == (False, "2022-08-31", "2022-08-31")


async def test_report_that_is_not_sent_is_sent_later(api: Api, place: Place) -> None:
    browser = await api.browser("sakshandsamar")
    assert (await submit(browser, f"/plassar/{place.id}/evaluering", **REPORT | {"sendt": ""})).status_code == 303
    (report,) = await list_documents(api, "evaluations", place)
    assert (await submit(browser, f"/evalueringar/{report['id']}/sending", sendt="31.8.2022")).status_code == 303
    assert [one["sent_on"] for one in await list_documents(api, "evaluations", place)] == ["2022-08-31"]


@pytest.mark.parametrize(
    ("kind", "path", "body"),
    [("plans", "planar", follow_up.plan), ("evaluations", "evalueringar", follow_up.evaluation)],
)
async def test_document_is_annulled_with_a_reason_by_its_own_party(
    api: Api, place: Place, kind: str, path: str, body: Callable[[str], dict[str, Any]]
) -> None:
    filed = ok(await api.provider(PROVIDER_A).post(f"/v1/{kind}", json=body(place.id) | {"sent_on": None}))
    form = f"/{path}/{filed['id']}/annullering"
    browser = await api.browser("vekstbedrift-1")
    assert form in list_links(await browser.get(f"/deltakarar/{place.person}"))
    assert list_errors(await submit(browser, form, grunn="")) == {"grunn": "Fyll ut dette feltet."}
    answer = await submit(browser, form, grunn="Ført på feil deltakar")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/deltakarar/{place.person}")
    (found,) = await list_documents(api, kind, place)
    assert found["annulled_reason"] == "Ført på feil deltakar"
    page = await (await api.browser("sakshandsamar")).get(f"/deltakarar/{place.person}")
    assert "Annullert" in page.text
    assert form not in list_links(page)


async def test_provider_annuls_and_sends_nothing_of_the_case_office(api: Api, place: Place) -> None:
    filed = ok(await api.case_officer.post("/v1/plans", json=follow_up.plan(place.id) | {"sent_on": None}))
    browser = await api.browser("vekstbedrift-1")
    links = list_links(await browser.get(f"/deltakarar/{place.person}"))
    assert not [address for address in links if filed["id"] in address]
    assert (await submit(browser, f"/planar/{filed['id']}/annullering", grunn="Feil")).status_code == 403
    assert (await submit(browser, f"/planar/{filed['id']}/sending")).status_code == 403


async def test_another_provider_reaches_no_form_of_a_place(api: Api, place: Place) -> None:
    plan = ok(await api.provider(PROVIDER_A).post("/v1/plans", json=follow_up.plan(place.id)))
    browser = await api.browser("vekstbedrift-2")
    for path in (f"/plassar/{place.id}/plan", f"/plassar/{place.id}/evaluering", f"/planar/{plan['id']}/annullering"):
        assert (await browser.get(path)).status_code == 404


async def test_notice_is_annulled_by_the_case_office(api: Api, place: Place) -> None:
    body = steps.notice("2022-08-31", agreed_by=[])
    notice = ok(await api.case_officer.post(f"/v1/placements/{place.id}/notices", json=body))
    form = f"/plassar/{place.id}/oppseiingar/{notice['id']}/annullering"
    browser = await api.browser("sakshandsamar")
    assert list_links(await browser.get(f"/deltakarar/{place.person}"))[form] == "Annuller oppseiinga"
    assert (await submit(browser, form, grunn="Gjaldt ein annan")).status_code == 303
    assert read_message(browser) == "Oppseiinga er annullert. Plassen held fram."
    answer = await api.case_officer.get(f"/v1/placements/{place.id}/notices/{notice['id']}")
    assert ok(answer, 200)["status"] == "annulled"
    timeline = (await browser.get(f"/deltakarar/{place.person}")).text
    assert '<h4>Oppseiing <span class="tag">Annullert</span></h4>' in timeline
    assert "Gjaldt ein annan" in timeline
    assert (await submit(browser, form, grunn="Ein gong til")).status_code == 409
    assert (await (await api.browser("vekstbedrift-1")).get(form)).status_code == 403


async def test_consent_is_annulled_by_the_case_office(api: Api, place: Place) -> None:
    path = f"/v1/participants/{place.person}/consents"
    consent = ok(await api.case_officer.post(path, json=follow_up.consent(["nav"])))
    form = f"/deltakarar/{place.person}/samtykke/{consent['id']}/annullering"
    browser = await api.browser("sakshandsamar")
    assert list_links(await browser.get(f"/deltakarar/{place.person}"))[form] == "Annuller samtykket"
    assert (await submit(browser, form, grunn="Aldri gjeve")).status_code == 303
    (found,) = ok(await api.case_officer.get(path), 200)["items"]
    assert found["annulled_reason"] == "Aldri gjeve"
    missing = f"/deltakarar/{place.person}/samtykke/{place.id}/annullering"
    assert (await submit(browser, missing, grunn="Finst ikkje")).status_code == 404
