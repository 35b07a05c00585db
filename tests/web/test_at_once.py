"""Two people at once on the same person, place or month: one act is done, and the other is told in words."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.conftest import Api
from tests.factories import follow_up, steps
from tests.factories.steps import ok
from tests.web.html import find_faults, list_errors, parse, read_fields, submit

NOTICE = {"av": "participant", "dag": "31.8.22", "grunn": "changed_needs"}

ENDED = {"avtalt": "1.8.2022", "samde": ["service", "case_office", "provider"]}


class Pair:
    """Two officers who have the same form open."""

    def __init__(self, first: httpx.AsyncClient, second: httpx.AsyncClient) -> None:
        self.first, self.second = first, second

    async def open(self, address: str, action: str = "") -> "OpenForms":
        action = action or address
        pages = [await browser.get(address) for browser in (self.first, self.second)]
        assert [page.status_code for page in pages] == [200, 200], pages[0].text
        return OpenForms(self, action, [read_fields(page, action) for page in pages])


class OpenForms:
    """The form as each of them has it before the other has sent it."""

    def __init__(self, pair: Pair, action: str, fields: list[dict[str, list[str]]]) -> None:
        self.pair, self.action, self.fields = pair, action, fields

    async def send_first(self, **typed: Any) -> httpx.Response:
        return await self.pair.first.post(self.action, data=self.fields[0] | typed)

    async def send_second(self, **typed: Any) -> httpx.Response:
        return await self.pair.second.post(self.action, data=self.fields[1] | typed)

    async def send_both(self, first: dict[str, str], second: dict[str, str]) -> list[httpx.Response]:
        return list(await asyncio.gather(self.send_first(**first), self.send_second(**second)))


async def make_pair(api: Api, *people: str) -> Pair:
    first, second = people or ("sakshandsamar", "sakshandsamar-2")
    return Pair(await api.browser(first), await api.browser(second))


def one_refused(answers: list[httpx.Response]) -> httpx.Response:
    """Of two answers, the one that says that the other was first; it is a page in words with a way on.

    What the API itself found wrong with what was typed is a 422 at a field, and would be no test of two at once.
    """
    (refused,) = [answer for answer in answers if answer.status_code != 303]
    assert refused.status_code in (404, 409, 412) or (refused.status_code == 422 and not list_errors(refused))
    assert find_faults(refused) == []
    return refused


async def decisions(api: Api, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(await api.case_officer.get("/v1/decisions", params=query), 200)["items"]
    return found


async def test_application_is_granted_once(committed_api: Api) -> None:
    api = committed_api
    await steps.law(api)
    body = await steps.ready_to_grant(api, await steps.provider(api))
    pair = await make_pair(api)
    forms = await pair.open(f"/vedtak/ny?soknad={body['application_id']}")
    typed = {"vedtaksdag": "10.1.2022", "forste_dag": "1.2.2022"}
    answers = await forms.send_both(typed, typed | {"forste_dag": "1.3.2022", "grunngjeving": "Varig behov"})
    refused = one_refused(answers)
    assert len(await decisions(api, application_id=body["application_id"])) == 1
    assert len(ok(await api.case_officer.get("/v1/placements"), 200)["items"]) == 1
    assert "avgjord" in refused.text


async def test_last_place_is_given_once(committed_api: Api) -> None:
    """P2: two applications, one free place."""
    api = committed_api
    await steps.law(api)
    provider = await steps.provider(api, places=1)
    bodies = [await steps.ready_to_grant(api, provider) for _ in range(2)]
    pair = await make_pair(api)
    typed = {"vedtaksdag": "10.1.2022", "forste_dag": "1.2.2022"}
    first = await pair.open(f"/vedtak/ny?soknad={bodies[0]['application_id']}")
    second = await pair.open(f"/vedtak/ny?soknad={bodies[1]['application_id']}")
    answers = await asyncio.gather(first.send_first(**typed), second.send_second(**typed, grunngjeving="Varig behov"))
    refused = one_refused(list(answers))
    assert len(ok(await api.case_officer.get("/v1/placements"), 200)["items"]) == 1
    assert read_fields(refused, (first if refused is answers[0] else second).action)["forste_dag"] == ["1.2.2022"]


async def test_notice_is_given_once(committed_api: Api) -> None:
    api = committed_api
    await steps.law(api)
    place = await steps.recorded(api, await steps.provider(api))
    forms = await (await make_pair(api)).open(f"/plassar/{place}/oppseiing")
    refused = one_refused(await forms.send_both(NOTICE | {"tekst": "Fyrst"}, NOTICE | {"tekst": "Fyrst"}))
    (notice,) = ok(await api.case_officer.get(f"/v1/placements/{place}/notices"), 200)["items"]
    assert notice["reason"] == "changed_needs"
    assert read_fields(refused, forms.action)["tekst"] == ["Fyrst"]


async def test_both_see_what_the_other_wrote_of_a_person(committed_api: Api) -> None:
    """Nothing is overwritten unseen, whoever is first."""
    api = committed_api
    person = await steps.participant(api)
    forms = await (await make_pair(api)).open(f"/deltakarar/{person}/endre")
    answers = await forms.send_both({"etternamn": "Lykt"}, {"fornamn": "Odd"})
    refused = one_refused(answers)
    assert refused.status_code == 412
    assert "No står det" in refused.text
    later = pair_of(forms, answers, refused)
    assert (await later.post(forms.action, data=read_fields(refused, forms.action))).status_code == 303


def pair_of(forms: OpenForms, answers: list[httpx.Response], refused: httpx.Response) -> httpx.AsyncClient:
    """Whose answer it is."""
    return forms.pair.first if refused is answers[0] else forms.pair.second


async def test_change_and_annulment_of_one_place(committed_api: Api) -> None:
    """D6, D8: the one who is second decides on what the first has decided."""
    api = committed_api
    await steps.law(api)
    place = await steps.placed(api, await steps.provider(api), starts_on="2022-02-01")
    pair = await make_pair(api)
    change = await pair.open(f"/vedtak/ny?plass={place}&utfall=change")
    annul = await pair.open(f"/vedtak/ny?plass={place}&utfall=annul")
    answers = await asyncio.gather(
        change.send_first(vedtaksdag="1.9.2022", forste_dag="1.10.2022", **{"del": "50"}),
        annul.send_second(vedtaksdag="1.9.2022", grunngjeving="Gale person", funne_av="case_office"),
    )
    one_refused(list(answers))
    made = await decisions(api, placement_id=place)
    assert len(made) == 2


async def test_change_of_a_place_without_a_decision_yet(api: Api) -> None:
    """D6: a place from before the guideline rests on none, and is not decided past either."""
    await steps.law(api)
    place = await steps.recorded(api, await steps.provider(api))
    forms = await (await make_pair(api)).open(f"/vedtak/ny?plass={place}&utfall=change")
    typed = {"vedtaksdag": "1.9.2022", "forste_dag": "1.10.2022"}
    assert (await forms.send_first(**typed, **{"del": "50"})).status_code == 303
    refused = await forms.send_second(**typed, **{"del": "80"})
    assert refused.status_code == 409
    assert "Plassen er endra medan du skreiv" in refused.text
    shown = read_fields(refused, forms.action)
    assert shown["del"] == ["80"]
    assert (await forms.pair.second.post(forms.action, data=shown)).status_code == 303


async def test_change_of_a_place_that_was_given_notice_since(api: Api) -> None:
    """L3: a decision from before a notice is looked at again under it."""
    await steps.law(api)
    place = await steps.recorded(api, await steps.provider(api))
    pair = await make_pair(api)
    forms = await pair.open(f"/vedtak/ny?plass={place}&utfall=change")
    assert (await submit(pair.first, f"/plassar/{place}/oppseiing", **NOTICE)).status_code == 303
    refused = await forms.send_second(vedtaksdag="1.9.2022", forste_dag="1.10.2022", **{"del": "50"})
    assert refused.status_code == 409
    assert find_faults(refused) == []
    assert len(await decisions(api, placement_id=place)) == 0


async def test_request_is_recalled_while_its_yes_is_recorded(committed_api: Api) -> None:
    """P3: a yes to what was recalled counts as nothing, and a recall after the yes is said to be too late."""
    api = committed_api
    await steps.law(api)
    provider = await steps.provider(api)
    application = await steps.application(api, await steps.participant(api))
    await steps.request(api, application, provider, answer=None)
    pair, page = await make_pair(api), f"/soknader/{application}"
    answer = await pair.open(page, f"{page}/svar")
    recall = await pair.open(page, f"{page}/tilbakekalling")
    answers = await asyncio.gather(
        answer.send_first(svar="accepted", svart="12.1.2022"), recall.send_second(grunn="Feil bedrift")
    )
    one_refused(list(answers))
    (request,) = ok(await api.case_officer.get("/v1/requests", params={"provider_id": provider}), 200)["items"]
    assert (request["answer"] == "accepted") is (request["recalled_on"] is None)


async def test_merge_of_a_person_somebody_else_is_writing_about(api: Api) -> None:
    """D1: what is filed about the one who is gone is refused in words."""
    born = {"birth_date": "1991-04-23"}
    known, duplicate = await steps.participant(api, **born), await steps.participant(api, **born)
    pair = await make_pair(api)
    writing = await pair.open(f"/deltakarar/{duplicate}/behov")
    assert (await submit(pair.first, f"/deltakarar/{known}/slaa-saman", dublett=duplicate)).status_code == 303
    answer = await writing.send_second(dag="1.8.2022", kva="Treng meir hjelp", av="provider")
    assert answer.status_code in (404, 409, 410)
    assert find_faults(answer) == []
    assert parse(answer).all("a", href="/")


async def test_supplement_is_ended_once(api: Api) -> None:
    await steps.law(api)
    place = await steps.recorded(api, await steps.provider(api))
    made = ok(await api.case_officer.post(f"/v1/placements/{place}/supplements", json=steps.supplement("2022-02-01")))
    forms = await (await make_pair(api)).open(f"/plassar/{place}/tillegg/{made['id']}/slutt")
    assert (await forms.send_first(**ENDED, siste="31.8.2022", grunn="Ferdig")).status_code == 303
    answer = await forms.send_second(**ENDED, siste="30.9.2022", grunn="Lenger")
    assert (answer.status_code, list(list_errors(answer))) == (422, ["siste"])
    assert "Lenger" in answer.text
    (kept,) = ok(await api.case_officer.get(f"/v1/placements/{place}/supplements"), 200)["items"]
    assert kept["valid_to"] == "2022-08-31"


async def test_minutes_are_corrected_on_what_the_other_wrote(api: Api) -> None:
    """M3–M5: the second correction is of a version that is not the latest any more."""
    await steps.law(api)
    _, _, place = await follow_up.placed(api)
    made = await follow_up.create_meeting(api.case_officer, follow_up.meeting(place))
    forms = await (await make_pair(api)).open(f"/moete/{made['id']}/retting")
    assert (await forms.send_first(referat="Fyrste retting", retta="Feil dag")).status_code == 303
    answer = await forms.send_second(referat="Andre retting", retta="Feil namn")
    assert answer.status_code == 412
    assert find_faults(answer) == []
    shown = read_fields(answer, forms.action)
    assert shown["referat"] == ["Andre retting"]
    assert list_errors(answer) == {"referat": "No står det «Fyrste retting»."}
    # Who has seen what the other wrote may go on.
    assert (await forms.pair.second.post(forms.action, data=shown)).status_code == 303
    assert ok(await api.case_officer.get(f"/v1/meetings/{made['id']}"), 200)["version"] == 3


@pytest.mark.parametrize("second", ["okonomi-2", "okonomi"])
async def test_month_is_closed_once(committed_api: Api, second: str) -> None:
    """C13: two clicks by two people, or by one in two windows."""
    api = committed_api
    await steps.law(api)
    await steps.recorded(api, await steps.provider(api))
    pair = await make_pair(api, "okonomi", second)
    page = "/oppgjer/2022/1"
    forms = await pair.open(page, f"{page}/lukking")
    one_refused(await forms.send_both({}, {}))


async def test_settlement_is_decided_once(committed_api: Api) -> None:
    """C13: one approves and the other rejects what a third has closed."""
    api = committed_api
    await steps.law(api)
    await steps.recorded(api, await steps.provider(api))
    ok(await api.finance.post("/v1/budgets/2022/settlements/1"))
    page = "/oppgjer/2022/1"
    forms = await (await make_pair(api, "okonomi", "okonomi-2")).open(page, f"{page}/godkjenning")
    one_refused(await forms.send_both({"avgjerd": "ja"}, {"avgjerd": "nei", "grunn": "Feil pris"}))
    assert len(ok(await api.finance.get("/v1/budgets/2022/settlements"), 200)["items"]) == 1


async def test_view_of_the_service_is_not_written_over(committed_api: Api) -> None:
    """D4: what the other wrote stands beside one's own, and nothing is lost unseen."""
    api = committed_api
    page = f"/soknader/{await steps.application(api, await steps.participant(api))}"
    forms = await (await make_pair(api)).open(page, f"{page}/tenesta")
    typed = {"teneste": "habilitation", "teneste_dag": "5.1.2022"}
    answers = await forms.send_both(typed | {"teneste_syn": "Toler støy"}, typed | {"teneste_syn": "Toler ikkje støy"})
    refused = one_refused(answers)
    assert refused.status_code == 412
    shown = read_fields(refused, forms.action)
    other = {"Toler støy", "Toler ikkje støy"} - set(shown["teneste_syn"])
    assert f"No står det «{other.pop()}»." in list_errors(refused).values()
    assert (await pair_of(forms, answers, refused).post(forms.action, data=shown)).status_code == 303


async def test_request_is_answered_once_by_two_of_the_enterprise(committed_api: Api) -> None:
    """P3: one says yes and the other no."""
    api = committed_api
    await steps.law(api)
    provider = await steps.provider(api)
    request = await steps.request(api, await steps.application(api, await steps.participant(api)), provider, None)
    forms = await (await make_pair(api, "vekstbedrift-1", "vekstbedrift-1")).open(
        f"/vekstbedrift/foresporslar/{request}/svar"
    )
    one_refused(
        await forms.send_both(
            {"svar": "accepted", "svart": "10.1.2022"},
            {"svar": "declined", "svart": "10.1.2022", "grunn": "no_capacity", "tekst": "Fullt"},
        )
    )
    (stored,) = ok(await api.case_officer.get("/v1/requests"), 200)["items"]
    assert stored["answer"] in ("accepted", "declined")


async def test_consent_is_withdrawn_once(committed_api: Api) -> None:
    """M6: the first day that was said stands."""
    api = committed_api
    person = await steps.participant(api)
    path = f"/v1/participants/{person}/consents"
    made = ok(await api.case_officer.post(path, json=follow_up.consent(["nav"])))
    forms = await (await make_pair(api)).open(f"/deltakarar/{person}/samtykke/{made['id']}/trekk")
    one_refused(await forms.send_both({"dag": "1.9.2022"}, {"dag": "2.9.2022"}))
    (stored,) = ok(await api.case_officer.get(path), 200)["items"]
    assert stored["withdrawn_on"] in ("2022-09-01", "2022-09-02")


async def test_decision_is_corrected_once(committed_api: Api) -> None:
    """D8: the second correction is of what the first has corrected already."""
    api = committed_api
    await steps.law(api)
    place = await steps.placed(api, await steps.provider(api), starts_on="2022-02-01")
    forms = await (await make_pair(api)).open(f"/vedtak/ny?plass={place}&utfall=correct")
    typed = {"vedtaksdag": "1.9.2022", "grunngjeving": "Feil dag", "funne_av": "provider"}
    answers = await forms.send_both(typed | {"forste_dag": "1.3.2022"}, typed | {"forste_dag": "1.4.2022"})
    one_refused(answers)
    assert len(await decisions(api, placement_id=place)) == 2
