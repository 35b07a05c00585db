"""Everything that is held about a person, on the page and as a file (GDPR art. 15)."""

import json
import re
from pathlib import Path

import pytest

from app.http.field_names import FIELD_NAMES
from app.http.openapi_examples import demo_id
from app.http.personal_data_words import KINDS, LABELS
from app.privacy.personal_data import PERSONAL_DATA, PersonalDataTable
from app.web.personal_data import LISTS
from app.web.personal_data_words import find_codes, is_shown
from tests.conftest import Api
from tests.factories import follow_up, steps
from tests.factories.participants import NUMBER
from tests.factories.steps import ok
from tests.web.html import find_faults, list_links, parse


async def somebody(api: Api) -> str:
    """A participant with a place about whom something of most kinds is held."""
    await steps.law(api)
    _, person, place = await follow_up.placed(api)
    change = {
        "national_identity_number": NUMBER,
        "contacts": [{"kind": "guardian", "name": "Torbjørn Merkje", "phone": "+47 400 00 000"}],
    }
    path = f"/v1/participants/{person}"
    etag = (await api.case_officer.get(path)).headers["etag"]
    ok(await api.case_officer.patch(path, json=change, headers={"If-Match": etag}), 200)
    await follow_up.create_meeting(api.case_officer, follow_up.meeting(place, minutes="<script>Trivst</script>"))
    ok(await api.case_officer.post("/v1/plans", json=follow_up.plan(place)))
    ok(await api.case_officer.post(f"{path}/consents", json=follow_up.consent(["nav"])))
    absence = {"placement_id": place, "kind": "unexcused", "from": "2022-08-01", "to": "2022-08-02", "percent": 50}
    ok(await api.case_officer.post("/v1/absences", json=absence))
    return person


async def test_copy_says_all_in_words(api: Api) -> None:
    person = await somebody(api)
    browser = await api.browser("sakshandsamar")
    address = f"/deltakarar/{person}/opplysningar"
    assert address in list_links(await browser.get(f"/deltakarar/{person}"))
    answer = await browser.get(address)
    assert (answer.status_code, find_faults(answer)) == (200, [])
    html = parse(answer)
    labels = [one.text for one in html.all("dt")]
    texts = [one.text for one in html.all("dd")]
    for text in (
        "slag: Verje, namn: Torbjørn Merkje, telefon: +47 400 00 000",
        "Tildeling av plass",
        "Gløde AS",
        "rolle: Deltakar; rolle: Vekstbedrift",
        "Deltakaren si fungering og trivsel",
        "Velferds- og arbeidsrelaterte oppgåver; Meistring og auka sjølvstende",
        "Ugyldig fråvær",
        "50\u00a0%",
        "NAV",
        "1.\xa0juli 2022",
        "<script>Trivst</script>",
    ):
        assert text in texts, text
    # No key, no code and no machine's day stands before a reader; who never logged in has no name.
    written = [text for label, text in zip(labels, texts, strict=True) if not label.endswith(" av")]
    assert not [text for text in written if re.fullmatch(r"[a-z]+(_[a-z]+)+|\d{4}-\d\d-\d\d.*|[0-9a-f-]{36}", text)]
    assert not [label for label in labels if "_" in label]
    assert NUMBER not in answer.text
    assert "Fødselsnummeret er lagra kryptert" in answer.text


async def test_page_has_every_row_of_the_export(api: Api) -> None:
    person = await somebody(api)
    held = ok(await api.case_officer.get(f"/v1/participants/{person}/export"), 200)["held"]
    answer = await (await api.browser("sakshandsamar")).get(f"/deltakarar/{person}/opplysningar")
    titles = {one.text for one in parse(answer).all("h2")}
    assert {KINDS[kind] for kind, rows in held.items() if rows} <= titles
    assert len(parse(answer).all("dl", **{"class": "dl"})) == sum(map(len, held.values()))


async def test_file_is_the_export(api: Api) -> None:
    person = await somebody(api)
    export = ok(await api.case_officer.get(f"/v1/participants/{person}/export"), 200)
    answer = await (await api.browser("sakshandsamar")).get(f"/deltakarar/{person}/opplysningar/fil")
    assert answer.headers["content-disposition"] == f'attachment; filename="opplysningar-{person}.json"'
    assert answer.headers["cache-control"] == "no-store"
    assert json.loads(answer.content) == export | {"exported_at": answer.json()["exported_at"]}


async def test_copy_for_the_person_has_the_number_and_is_logged_as_such(api: Api) -> None:
    person = await somebody(api)
    browser, address = await api.browser("sakshandsamar"), f"/deltakarar/{person}/opplysningar"
    assert list_links(await browser.get(address))[f"{address}/kopi"] == "Lag innsynskopi til personen"
    copy = await browser.get(f"{address}/kopi")
    assert (copy.status_code, find_faults(copy), copy.headers["cache-control"]) == (200, [], "no-store")
    assert copy.text.count(NUMBER) == 1
    assert len(parse(copy).all("dl")) == len(parse(await browser.get(address)).all("dl"))
    file = await browser.get(f"{address}/kopi/fil")
    assert file.headers["content-disposition"] == f'attachment; filename="innsynskopi-{person}.json"'
    assert file.json()["identity_number"] == NUMBER
    assert (await browser.get(f"/innsyn/{person}")).text.count("Henta ut innsynskopien med fødselsnummer") == 2


async def test_taking_it_out_is_logged_and_told_to_the_person(api: Api) -> None:
    person = await somebody(api)
    browser = await api.browser("sakshandsamar")
    await browser.get(f"/deltakarar/{person}/opplysningar")
    log = await browser.get(f"/innsyn/{person}")
    assert "Henta ut personen" in log.text


async def test_protected_person_is_taken_out_with_a_reason_alone(api: Api) -> None:
    person = await steps.participant(api, address_protection=True, given_name="Gøymd")
    browser = await api.browser("sakshandsamar")
    for end in ("", "/fil", "/kopi", "/kopi/fil"):
        answer = await browser.get(f"/deltakarar/{person}/opplysningar{end}")
        assert answer.status_code == 303
        assert answer.headers["location"].startswith(f"/deltakarar/{person}/grunngjeving")


@pytest.mark.parametrize("who", ["vekstbedrift-1", "habilitering", "okonomi", "revisor"])
async def test_others_take_nothing_out(api: Api, who: str) -> None:
    person = await somebody(api)
    browser = await api.browser(who)
    for end in ("", "/fil", "/kopi", "/kopi/fil"):
        assert (await browser.get(f"/deltakarar/{person}/opplysningar{end}")).status_code == 403
    assert f"/deltakarar/{person}/opplysningar" not in list_links(await browser.get(f"/deltakarar/{person}"))


async def test_nobody_reads_a_key_a_code_or_a_caller_in_the_copy(demo: Api) -> None:
    """Somebody who has a place, goes on a trip, is paid by the trust and has hours of services."""
    person = demo_id("participant", 4)
    browser = await demo.browser("sakshandsamar")
    html = parse(await browser.get(f"/deltakarar/{person}/opplysningar/kopi"))
    texts = [one.text for one in html.all("dd")]
    assert not [text for text in texts if re.search(r"\b[a-z]+_[a-z_]+\b|\b(person|org):", text)]
    for text in ("Heimehjelp", "Kort", "Innvilga", "Plan før turen", "Utbetalt"):
        assert text in texts, text


def list_stored_codes(table: str) -> dict[str, set[str]]:
    """The codes that the database takes in a table's columns, by the column's name."""
    schema = Path("migrations/schema.sql").read_text()
    (body,) = re.findall(rf"CREATE TABLE public\.{table} \((.*?)\n\);", schema, re.DOTALL)
    found: dict[str, set[str]] = {}
    for column, codes in re.findall(r"\(\((\w+)\)::text = ANY \(\(ARRAY\[(.*?)\]", body):
        found.setdefault(column, set()).update(re.findall(r"'(\w+)'", codes))
    return found


@pytest.mark.parametrize("entry", PERSONAL_DATA, ids=lambda entry: entry.name)
def test_every_code_of_a_column_that_is_shown_has_a_word(entry: PersonalDataTable) -> None:
    wordless = {
        f"{column}: {code}"
        for column, codes in list_stored_codes(entry.table_name).items()
        for code in codes
        if is_shown(column) and column not in LISTS and code not in find_codes(entry.name, column)
    }
    assert wordless == set(), "say in app/web/personal_data_words.py which words the codes have"


def test_every_kind_and_column_that_is_shown_has_a_name() -> None:
    assert [entry.name for entry in PERSONAL_DATA if entry.name not in KINDS] == []
    columns = {column.name for entry in PERSONAL_DATA for column in entry.exported_columns}
    nameless = sorted(name for name in columns - LABELS.keys() - FIELD_NAMES.keys() if is_shown(name))
    assert nameless == [], "name them in LABELS of app/web/personal_data_words.py, or in TECHNICAL"
