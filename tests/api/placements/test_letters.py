"""The letter about a decision (D3): its content, its texts from the guideline's version, its form, and its readers."""

import base64
import hashlib
import re
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.api.placements.helpers import decide, give_notice
from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok, refused


@pytest.fixture
async def provider_id(api: Api) -> str:
    await steps.law(api)
    return await steps.provider(api)


async def read_letter(api: Api, decision: dict[str, Any]) -> str:
    headers = {"X-Access-Reason": "case"}
    answer = await api.case_officer.get(f"/v1/decisions/{decision['id']}/letter", headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer.text


def read_facts(letter: str) -> dict[str, str]:
    """Each label with its value, from all lists."""
    pairs = re.findall(r"<dt>(.*?)</dt>((?:<dd>.*?</dd>)+)", letter)
    return {label: " / ".join(re.findall(r"<dd>(.*?)</dd>", values)) for label, values in pairs}


def read_sections(letter: str) -> list[str]:
    return re.findall(r"<h2>(.*?)</h2>", letter)


async def test_the_letter_about_a_grant(api: Api, provider_id: str) -> None:
    body = await steps.ready_to_grant(api, provider_id, need="temporary", medication_tasks=True)
    decision = await decide(
        api,
        body
        | {
            "ends_on": "2022-12-31",
            "share": 60,
            "reason": "Du har behov for aktivitet på dagtid.\nGløde AS har plass.",
            "archive_reference": "2022/117-4",
            "medication_agreement": {"agreed_on": "2022-01-09", "reference": "Avtale 2022/117"},
            "health_and_social_tasks": ["Hjelp til måltid", "Hjelp på toalettet"],
        },
    )
    letter = await read_letter(api, decision)
    assert "<h1>Vedtak om plass i vekstbedrift</h1>" in letter
    assert "<p>Sprek Hage</p>" in letter
    assert "<p>Du får plass i vekstbedrift.</p>" in letter
    assert read_facts(letter) == {
        "Dato": "10. januar 2022",
        "Sak": "2022/117-4",
        "Søknad motteken": "3. januar 2022",
        "Vekstbedrift": "Gløde AS",
        "Første dag": "1. juli 2022",
        "Siste dag": "31. desember 2022",
        "Omfang": "60 %",
        "Avtale om medisinering": "Avtale 2022/117 (9. januar 2022)",
        "Helse- og sosialoppgåver": "Hjelp til måltid / Hjelp på toalettet",
        "Send klaga til": "Alver kommune, Forvaltningskontoret",
        "Frist": "3 veker frå du fekk brevet",
    }
    assert read_sections(letter) == ["Vedtak", "Grunngjeving", "Heimel", "Innsyn", "Klage"]
    assert "<p>Du har behov for aktivitet på dagtid.</p>\n<p>Gløde AS har plass.</p>" in letter
    assert f"<p>Vedtaket er gjort etter denne føresegna: {steps.LEGAL_BASIS}.</p>" in letter
    assert "<p>Du har rett til å sjå dokumenta i saka di." in letter


async def test_a_permanent_place_has_no_last_day(api: Api, provider_id: str) -> None:
    """And a decision without a reason no such section."""
    letter = await read_letter(api, await decide(api, await steps.ready_to_grant(api, provider_id)))
    assert read_facts(letter)["Siste dag"] == "ingen; plassen er varig"
    assert read_sections(letter) == ["Vedtak", "Heimel", "Innsyn", "Klage"]


async def test_the_letter_about_a_rejection(api: Api, provider_id: str) -> None:
    applied = await steps.application(api, await steps.participant(api))
    letter = await read_letter(api, await decide(api, steps.reject(applied, reason="Du bur ikkje i kommunen.")))
    assert "<h1>Avslag på søknad om plass i vekstbedrift</h1>" in letter
    assert "<p>Du bur ikkje i kommunen.</p>" in letter
    facts = read_facts(letter)
    assert (facts["Søknad motteken"], "Vekstbedrift" in facts) == ("3. januar 2022", False)


async def test_the_letter_about_a_change_names_no_amount(api: Api, provider_id: str) -> None:
    """C14: a legacy price is the municipality's, and charges nobody."""
    placement_id = await steps.recorded(api, provider_id)
    body = steps.change(placement_id, valid_from="2022-09-01", share=60, monthly_price="12345.00")
    letter = await read_letter(api, await decide(api, body))
    assert "<h1>Vedtak om endring av plass i vekstbedrift</h1>" in letter
    facts = read_facts(letter)
    assert (facts["Gjeld frå"], facts["Omfang"]) == ("1. september 2022", "60 %")
    assert "345" not in letter.partition("</style>")[2]


async def test_the_letter_about_a_withdrawn_notice(api: Api, provider_id: str) -> None:
    placement_id = await steps.placed(api, provider_id)
    notice = await give_notice(api, placement_id, "2022-07-15")
    letter = await read_letter(api, await decide(api, steps.change(placement_id, withdraws_notice_id=notice["id"])))
    assert read_facts(letter)["Oppseiing som er trekt"] == "15. juli 2022"


async def test_the_letter_about_an_end(api: Api, provider_id: str) -> None:
    placement_id = await steps.placed(api, provider_id)
    notice = await give_notice(api, placement_id, "2022-07-15")
    letter = await read_letter(api, await decide(api, steps.end(placement_id, notice["ends_on"])))
    assert "<h1>Vedtak om opphør av plass i vekstbedrift</h1>" in letter
    facts = read_facts(letter)
    assert (facts["Etter oppseiing"], facts["Siste dag"]) == ("15. juli 2022", "15. oktober 2022")


async def test_the_letter_about_a_death_goes_to_the_estate(api: Api, provider_id: str) -> None:
    placement_id = await steps.placed(api, provider_id)
    letter = await read_letter(api, await decide(api, steps.end(placement_id, "2022-08-14", destination="died")))
    assert "<p>Buet etter Sprek Hage</p>" in letter


async def test_the_letter_about_a_correction(api: Api, provider_id: str) -> None:
    """D8: which decision was wrong, why, and how it is."""
    granted = await decide(api, await steps.ready_to_grant(api, provider_id))
    body = steps.correct(granted["placement_id"], granted["id"], starts_on="2022-08-01")
    letter = await read_letter(api, await decide(api, body))
    assert "<h1>Retting av vedtak om plass i vekstbedrift</h1>" in letter
    assert "<p>Året vart skrive feil.</p>" in letter
    assert "Forvaltningslova § 35" in letter
    facts = read_facts(letter)
    assert (facts["Vedtak som er retta"], facts["Første dag"]) == ("10. januar 2022", "1. august 2022")
    assert facts["Omfang"] == "100 %"


async def test_the_letter_about_an_end_taken_back(api: Api, provider_id: str) -> None:
    """D8: the notice that it rested on is withdrawn too."""
    placement_id = await steps.placed(api, provider_id)
    notice = await give_notice(api, placement_id, "2022-07-15")
    ended = await decide(api, steps.end(placement_id, notice["ends_on"]))
    letter = await read_letter(api, await decide(api, steps.correct(placement_id, ended["id"], ends_on=None)))
    facts = read_facts(letter)
    assert facts["Siste dag"] == "ingen etter dette vedtaket"
    assert facts["Oppseiing som er trekt"] == "15. juli 2022"


async def test_the_letter_about_an_annulment(api: Api, provider_id: str) -> None:
    """D8."""
    granted = await decide(api, await steps.ready_to_grant(api, provider_id))
    letter = await read_letter(api, await decide(api, steps.annul(granted["placement_id"], granted["id"])))
    assert "<h1>Oppheving av vedtak om plass i vekstbedrift</h1>" in letter
    assert "<p>Personen var registrert to gonger.</p>" in letter
    facts = read_facts(letter)
    assert (facts["Vedtak som er oppheva"], facts["Vekstbedrift"]) == ("10. januar 2022", "Gløde AS")


async def test_the_texts_are_those_of_the_version_in_force_on_the_day(api: Api, provider_id: str) -> None:
    texts = {
        "sender": "Nye Alver",
        "titles": {"grant": "Du har fått plass"},
        "decided": {"grant": "Velkomen."},
        "legal_basis_note": None,
        "case_access": "Ring oss.",
        "appeal": "Du kan klage.",
        "appeal_addressee": "Klagenemnda",
        "appeal_weeks": 1,
    }
    version = {"valid_from": "2022-02-01", "letter_texts": texts}
    stored = ok(await api.case_officer.post("/v1/guideline-versions", json=version))["letter_texts"]
    assert (stored["office"], stored["titles"]["end"]) == (
        "Forvaltningskontoret",
        "Vedtak om opphør av plass i vekstbedrift",
    )
    before = await decide(api, await steps.ready_to_grant(api, provider_id))
    after = await decide(api, await steps.ready_to_grant(api, provider_id) | {"decided_on": "2022-02-01"})
    assert "<h1>Vedtak om plass i vekstbedrift</h1>" in await read_letter(api, before)
    letter = await read_letter(api, after)
    for text in ("<b>Nye Alver</b>", "<h1>Du har fått plass</h1>", "<p>Velkomen.</p>", "<p>Ring oss.</p>"):
        assert text in letter
    assert "individuell rett" not in letter
    facts = read_facts(letter)
    assert (facts["Send klaga til"], facts["Frist"]) == ("Klagenemnda", "1 veke frå du fekk brevet")


async def test_a_version_without_appeal_leaves_the_section_out(api: Api, provider_id: str) -> None:
    version = {"valid_from": "2022-01-05", "letter_texts": {"appeal": None}}
    ok(await api.case_officer.post("/v1/guideline-versions", json=version))
    letter = await read_letter(api, await decide(api, await steps.ready_to_grant(api, provider_id)))
    assert "Klage" not in read_sections(letter)
    assert "Send klaga til" not in letter


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sender", ""),
        ("office", None),
        ("appeal_weeks", 0),
        ("appeal_weeks", 53),
        ("appeal_weeks", "3"),
        ("case_access", " "),
        ("appeal", "x" * 4001),
        ("titles", {"grant": ""}),
        ("decided", {"postpone": "Vi ventar."}),
        ("greeting", "Hei"),
    ],
)
async def test_a_malformed_text_is_refused(api: Api, field: str, value: object) -> None:
    version = {"valid_from": "2022-01-01", "letter_texts": {field: value}}
    [error] = refused(await api.case_officer.post("/v1/guideline-versions", json=version), 422, "validation")["errors"]
    assert error["pointer"].startswith(f"#/letter_texts/{field}")


async def test_what_people_wrote_is_escaped(api: Api, provider_id: str) -> None:
    person = await steps.participant(api, given_name="<b>Sprek</b>", family_name="Hage & Co")
    applied = await steps.application(api, person)
    letter = await read_letter(api, await decide(api, steps.reject(applied, reason="<script>alert(1)</script>")))
    assert "&lt;b&gt;Sprek&lt;/b&gt; Hage &amp; Co" in letter
    assert "<script" not in letter


async def test_the_letter_uses_nothing_but_its_own_style(api: Api, provider_id: str) -> None:
    """Its policy allows that style by its hash, and no attribute, script or address."""
    decision = await decide(api, await steps.ready_to_grant(api, provider_id))
    answer = await api.case_officer.get(f"/v1/decisions/{decision['id']}/letter")
    [style] = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")
    assert answer.headers["cache-control"] == "no-store"
    assert not re.search(r" (style|src|href|on[a-z]+)=", answer.text)
    assert "@page" in style
    void = re.sub(r"<(meta|br)([^>]*)>", r"<\1\2/>", answer.text.removeprefix("<!doctype html>\n"))
    assert ElementTree.fromstring(void).get("lang") == "nn"


async def test_the_letter_is_for_those_who_read_the_decision(api: Api, provider_id: str) -> None:
    """The EPJ reads the same letter."""
    decision = await decide(api, await steps.ready_to_grant(api, provider_id))
    path = f"/v1/decisions/{decision['id']}/letter"
    assert (await api.epj.get(path)).text == await read_letter(api, decision)
    for client in (api.finance, api.auditor, api.service("habilitation"), api.provider("310300403")):
        refused(await client.get(path), 403, "role-required")
    refused(await api.case_officer.get("/v1/decisions/01901f2e-0000-7000-8000-000000000000/letter"), 404, "not-found")


async def test_the_epj_reads_no_letter_to_a_protected_person(api: Api, provider_id: str) -> None:
    person = await steps.participant(api, address_protection=True)
    decision = await decide(api, await steps.ready_to_grant(api, provider_id, person))
    refused(await api.epj.get(f"/v1/decisions/{decision['id']}/letter"), 404, "not-found")
    assert "Sprek Hage" in await read_letter(api, decision)


async def test_reading_a_letter_is_in_the_access_log(api: Api, provider_id: str) -> None:
    person = await steps.participant(api)
    decision = await decide(api, await steps.ready_to_grant(api, provider_id, person))
    await read_letter(api, decision)
    lines = ok(await api.auditor.get("/v1/access-log", params={"participant_id": person}), 200)["items"]
    assert "read_letter" in {line["action"] for line in lines}


async def test_the_letter_about_a_correction_names_the_decision(api: Api, provider_id: str) -> None:
    """D3, D8: which decision is set right, and all that it says now."""
    grant = await decide(api, await steps.ready_to_grant(api, provider_id))
    letter = await read_letter(
        api, await decide(api, steps.correct(grant["placement_id"], grant["id"], starts_on="2022-08-01"))
    )
    assert "<h1>Retting av vedtak om plass i vekstbedrift</h1>" in letter
    facts = read_facts(letter)
    assert [facts[label] for label in ("Vedtak som er retta", "Første dag", "Siste dag", "Omfang")] == [
        "10. januar 2022", "1. august 2022", "ingen; plassen er varig", "100 %",
    ]  # fmt: skip


async def test_the_letter_about_an_annulment_names_the_decision(api: Api, provider_id: str) -> None:
    """D3, D8."""
    grant = await decide(api, await steps.ready_to_grant(api, provider_id))
    letter = await read_letter(api, await decide(api, steps.annul(grant["placement_id"], grant["id"])))
    assert "<h1>Oppheving av vedtak om plass i vekstbedrift</h1>" in letter
    assert read_facts(letter)["Vedtak som er oppheva"] == "10. januar 2022"
