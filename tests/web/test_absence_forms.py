"""Absence by hand on the page: recorded, changed by one at a time, cancelled, and reviewed (A1–A3)."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.conftest import Api
from tests.factories import follow_up, steps
from tests.factories.steps import ok
from tests.web.html import find_faults, list_errors, list_links, parse, read_fields, read_message, submit

SICK = {"slag": "sick", "fra": "22.8.2022", "til": "23.8.2022"}


@dataclass
class Place:
    """A running place of the first provider, from 2022-07-01."""

    provider: str
    person: str
    id: str

    @property
    def form(self) -> str:
        return f"/plassar/{self.id}/fravaer"


@pytest.fixture
async def place(api: Api) -> Place:
    await steps.law(api)
    return Place(*await follow_up.placed(api))


async def list_absences(api: Api, place: Place) -> list[dict[str, Any]]:
    answer = await api.case_officer.get("/v1/absences", params={"placement_id": place.id})
    found: list[dict[str, Any]] = ok(answer, 200)["items"]
    return found


async def record(api: Api, place: Place, **changes: Any) -> str:
    """The address of an absence's own form."""
    body = {"placement_id": place.id, "kind": "sick", "from": "2022-08-22", "to": "2022-08-23"} | changes
    return f"/fravaer/{ok(await api.case_officer.post('/v1/absences', json=body))['id']}"


@pytest.mark.parametrize("who", ["sakshandsamar", "vekstbedrift-1"])
async def test_absence_is_recorded_and_shown_to_be_changed(api: Api, place: Place, who: str) -> None:
    browser = await api.browser(who)
    assert place.form in list_links(await browser.get(f"/deltakarar/{place.person}"))
    answer = await submit(browser, place.form, **SICK, merknad="Ringde sjølv")
    assert (answer.status_code, answer.headers["location"]) == (303, place.form)
    (absence,) = await list_absences(api, place)
    assert (absence["kind"], absence["from"], absence["to"]) == ("sick", "2022-08-22", "2022-08-23")
    assert (absence["percent"], absence["note"]) == (100, "Ringde sjølv")
    assert "22.\u00a0aug. 2022 – 23.\u00a0aug. 2022 er registrert." in read_message(browser)
    page = await browser.get(place.form, params={"on": "31.08.2022"})
    assert find_faults(page) == []
    assert {f"/fravaer/{absence['id']}", f"/fravaer/{absence['id']}/trekk"} <= set(list_links(page))


async def test_what_is_wrong_with_an_absence_stands_at_its_field(api: Api, place: Place) -> None:
    browser = await api.browser("vekstbedrift-1")
    assert list(list_errors(await submit(browser, place.form, del_av="heile"))) == ["slag", "fra", "til", "del_av"]
    for typed, field in (
        ({"til": "21.8.2022"}, "til"),
        ({"fra": "30.6.2022"}, "fra"),
        ({"del_av": "0"}, "del_av"),
        ({"merknad": "Født 23849150073"}, "merknad"),
    ):
        answer = await submit(browser, place.form, **SICK | typed)
        assert list(list_errors(answer)) == [field]
        assert read_fields(answer, place.form)["slag"] == ["sick"]
    assert await list_absences(api, place) == []
    await record(api, place)
    answer = await submit(browser, place.form, **SICK)
    assert (answer.status_code, list(list_errors(answer))) == (409, ["del_av"])


async def test_absence_is_changed_and_a_note_removed(api: Api, place: Place) -> None:
    form = await record(api, place, note="Ringde")
    browser = await api.browser("vekstbedrift-1")
    fields = read_fields(await browser.get(form), form)
    assert (fields["slag"], fields["fra"], fields["merknad"]) == (["sick"], ["22.08.2022"], ["Ringde"])
    answer = await submit(browser, form, slag="leave", del_av="50 %", merknad="")
    assert (answer.status_code, answer.headers["location"]) == (303, place.form)
    (absence,) = await list_absences(api, place)
    assert (absence["kind"], absence["percent"], absence["note"]) == ("leave", 50, None)
    assert absence["revision"] == 2


async def test_two_at_once_see_what_the_other_wrote(api: Api, place: Place) -> None:
    form = await record(api, place)
    first, second = await api.browser("sakshandsamar"), await api.browser("vekstbedrift-1")
    page = read_fields(await second.get(form), form)
    assert (await submit(first, form, slag="leave")).status_code == 303
    answer = await second.post(form, data=page | {"slag": ["holiday"]})
    assert answer.status_code == 412
    assert list_errors(answer) == {"slag": "No står det «Permisjon»."}
    shown = read_fields(answer, form)
    assert shown["slag"] == ["holiday"]
    assert (await second.post(form, data=shown)).status_code == 303
    (absence,) = await list_absences(api, place)
    assert (absence["kind"], absence["revision"]) == ("holiday", 3)


async def test_second_click_of_a_change_is_the_same_change(api: Api, place: Place) -> None:
    form = await record(api, place)
    browser = await api.browser("vekstbedrift-1")
    typed = read_fields(await browser.get(form), form) | {"fra": ["23.8.22"]}
    assert [(await browser.post(form, data=typed)).status_code for _ in range(2)] == [303, 303]
    (absence,) = await list_absences(api, place)
    assert (absence["from"], absence["revision"]) == ("2022-08-23", 2)


async def test_absence_is_cancelled_once_for_good(api: Api, place: Place) -> None:
    form = f"{await record(api, place)}/trekk"
    browser = await api.browser("vekstbedrift-1")
    fields = read_fields(await browser.get(form), form)
    change, officer = form.removesuffix("/trekk"), await api.browser("sakshandsamar")
    assert (await submit(officer, change, del_av="50")).status_code == 303
    assert (await browser.post(form, data=fields)).status_code == 412
    fields = read_fields(await browser.get(form), form)
    assert [(await browser.post(form, data=fields)).status_code for _ in range(2)] == [303, 303]
    assert [one["cancelled"] for one in await list_absences(api, place)] == [True]
    page = await browser.get(place.form, params={"on": "31.08.2022"})
    assert "Trekt" in [one.text for one in parse(page).all("span", **{"class": "tag"})]
    assert form not in list_links(page)


async def test_extensive_absence_is_said_and_reviewed_by_the_case_office(api: Api, place: Place) -> None:
    browser = await api.browser("vekstbedrift-1")
    form = f"/plassar/{place.id}/fravaersvurdering"
    typed = SICK | {"til": "31.8.2022", "fra": "1.8.2022"}
    answer = await browser.get(place.form, params={"on": "31.08.2022"})
    fields = read_fields(answer, place.form) | typed
    assert (await browser.post(f"{place.form}?on=31.08.2022", data=fields)).status_code == 303
    assert "det er omfattande, og Forvaltningskontoret skal vurdere plassen" in read_message(browser)
    officer = await api.browser("sakshandsamar")
    page = await officer.get(f"/deltakarar/{place.person}", params={"on": "31.08.2022"})
    assert form in list_links(page)
    answer = await submit(officer, form, dag="31.8.2022", grunn="Avklart")
    assert list_errors(answer) == {"utfall": "Vel eitt av alternativa."}
    answer = await submit(officer, form, dag="1.7.2022", utfall="end", grunn="For tidleg")
    assert answer.status_code == 409
    answer = await submit(officer, form, dag="31.8.2022", utfall="end", grunn="Avklart med verje")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/vedtak/ny?plass={place.id}")
    reviews = ok(await api.case_officer.get(f"/v1/placements/{place.id}/absence-reviews"), 200)["items"]
    assert [(one["outcome"], one["reason"]) for one in reviews] == [("end", "Avklart med verje")]
    assert (await browser.get(form)).status_code == 403


async def test_another_provider_reaches_no_absence(api: Api, place: Place) -> None:
    form = await record(api, place)
    browser = await api.browser("vekstbedrift-2")
    for path in (place.form, form, f"{form}/trekk"):
        assert (await browser.get(path)).status_code == 404
