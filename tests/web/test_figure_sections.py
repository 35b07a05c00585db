"""Screen 20: the mirror table, the way from need to cost, and the surveys, as the API has them (S4, S5, S7)."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from tests.conftest import Api
from tests.factories import hours, steps
from tests.factories.hours import item, push
from tests.factories.places import got, place, prices
from tests.factories.steps import ok
from tests.web.html import find_faults, parse

NBSP = "\u00a0"
WHOLE = {"from": "2022-01-01", "to": "2022-12-31"}
HIDDEN = "for få til å visast"


async def read(api: Api, person: str, query: str = "") -> list[str]:
    """The rows of the page's tables, their cells with a space between; the page has no faults."""
    answer = await (await api.browser(person)).get(f"/styringstal/2022{query}")
    assert (answer.status_code, find_faults(answer)) == (200, []), answer.text
    rows: list[list[str]] = []
    for element in parse(answer).elements:
        if element.tag == "tr":
            rows.append([])
        elif element.tag in ("th", "td"):
            rows[-1].append(element.text.replace(NBSP, " "))
    return [" ".join(row) for row in rows]


def find(rows: list[str], label: str) -> str:
    """The one row that begins so."""
    [row] = [row for row in rows if row.startswith(label)]
    return row


async def add_hours(api: Api, count: int, below: int) -> None:
    """Hours of so many people, some of whom get half of what they need."""
    norm = {"hours_per_full_time_equivalent": "35.50", "norm_source": "Avtalen"}
    await hours.service_type(api, **norm, cost_per_hour="500.00", cost_source="Budsjett 2022")
    people = [await steps.participant(api, given_name=f"P{number}") for number in range(count)]
    await push(
        api,
        *(
            item(one, **WHOLE, assessed_hours="10.00", decided_hours="5.00" if number < below else "10.00")
            for number, one in enumerate(people)
        ),
    )


async def test_the_mirror_table_is_the_apis(api: Api) -> None:
    """S1, S4: each line with its definition, numerator and denominator, whom it is about, and what is missing."""
    await add_hours(api, 12, 6)
    for person in ("leiar", "okonomi", "sakshandsamar"):
        rows = await read(api, person)
        assert find(rows, "Vedteke av behovet").endswith("90 120 75 % 12 0")
        page = parse(await (await api.browser(person)).get("/styringstal/2022"))
        assert any(one.text.startswith("vedtekne timar i veka / timar i veka etter behov") for one in page.all("dd"))
        assert find(rows, "Vedteke mindre enn behovet").endswith("6 12 50 % 6 0")
        assert find(rows, "Lenge sidan kartlegginga").endswith("0 12 0 % 12 0")
    rows = await read(api, "leiar")
    table = await got(api.manager, "/v1/mirror", period="2022")
    assert len(table["lines"]) == sum(line["label"] in " ".join(rows) for line in table["lines"])
    services = find(rows, "Heimehjelp")
    assert services.startswith("Heimehjelp 12 120 90")
    assert " 2,54 " in services


async def test_places_stand_with_the_services_in_days(api: Api, connection: AsyncConnection) -> None:
    """S5: planned and used days, staff and cost of the places; hours of none."""
    await prices(api)
    await place(connection, 6)
    found = (await got(api.manager, "/v1/mirror/services", period="2022"))["items"][0]
    assert found["used_days"] == "1518.00"
    row = find(await read(api, "leiar"), "Plass i vekstbedrift")
    assert row == "Plass i vekstbedrift 6 – – – 1 518 av 1 518 1,20 1 606 824"


async def test_few_are_not_shown_to_those_who_see_no_names(api: Api) -> None:
    """S6."""
    await add_hours(api, 12, 3)
    for person in ("leiar", "okonomi"):
        rows = await read(api, person)
        assert HIDDEN in find(rows, "Vedteke mindre enn behovet")
        assert find(rows, "Vedteke meir enn behovet").count(HIDDEN) == 1
    assert HIDDEN not in find(await read(api, "sakshandsamar"), "Vedteke mindre enn behovet")


async def add_half_year(api: Api, count: int) -> None:
    """As many more people, from July."""
    people = [await steps.participant(api, given_name=f"H{number}") for number in range(count)]
    half = {"from": "2022-07-01", "to": "2022-12-31"}
    await push(
        api, *(item(one, **half, assessed_hours="10.00", decided_hours="20.00", external_id=one) for one in people)
    )


async def test_the_mirror_stands_in_the_periods_that_are_chosen(api: Api) -> None:
    """S4, S9: each period is the API's table of it; one whose people are few says so."""
    await add_hours(api, 12, 6)
    await add_half_year(api, 3)
    for query, periods in (
        ("?vis=tertial", ["2022-T1", "2022-T2", "2022-T3"]),
        ("?fraa=2021", ["2021", "2022"]),
        ("?vis=maanad", [f"2022-{month:02}" for month in range(1, 13)]),
    ):
        for person, client in (("sakshandsamar", api.case_officer), ("leiar", api.manager)):
            rows = await read(api, person, query)
            tables = [await got(client, "/v1/mirror", period=period) for period in periods]
            people = [HIDDEN if one["people"] is None else str(one["people"]) for one in tables]
            assert find(rows, "Personar med timar") == " ".join(["Personar med timar", *people])
            for at, label in enumerate(line["label"] for line in tables[0]["lines"]):
                lines = [one["lines"][at] for one in tables]
                assert find(rows, f"{label} prosent").endswith(" ".join(map(write, lines))), (query, label)
    above = "Vedteke meir enn behovet"
    assert HIDDEN in find(await read(api, "leiar", "?vis=tertial"), above)
    assert find(await read(api, "sakshandsamar", "?vis=tertial"), above).endswith("0 %0 / 12 20 %3 / 15 20 %3 / 15")


def write(line: dict[str, Any]) -> str:
    """A line of a period as the page has it."""
    if line["suppressed"] or (line["value"] is None and line["denominator"] is None):
        return HIDDEN
    if line["value"] is None:
        return "–"
    return f"{number(line['value'])} %{number(line['numerator'])} / {number(line['denominator'])}"


def number(value: int | str) -> str:
    return str(value).removesuffix(".00").replace(".", ",")


async def test_a_choice_of_years_without_hours_says_so(api: Api) -> None:
    answer = await (await api.browser("leiar")).get("/styringstal/2022?fraa=2020&on=31.12.2022")
    assert "Journalsystemet har ikkje sendt inn timar for 2020–2022." in answer.text


async def test_a_year_without_hours_says_so(api: Api) -> None:
    answer = await (await api.browser("leiar")).get("/styringstal/2022?on=31.12.2022")
    assert "Journalsystemet har ikkje sendt inn timar for 2022." in answer.text
    assert "Inga undersøking er registrert for 2022 eller året før." in answer.text


async def test_what_the_next_of_kin_say(api: Api) -> None:
    """S7: each answer of each area, of how many, and few of them not."""
    survey = {"name": "IVARETATT?", "from": "2021-12-01", "to": "2022-03-31", "source": "Eksport"}
    id_ = ok(await api.case_officer.post("/v1/surveys", json=survey))["id"]
    for area, yes, no in (("habilitation", 20, 2), ("mental_health", 12, 9)):
        answers = [{"value": "Ja", "count": yes}, {"value": "Nei", "count": no}]
        body = {"question": "Vert du ivareteken?", "service_area": area, "invited": 60, "answered": yes + no}
        ok(await api.case_officer.post(f"/v1/surveys/{id_}/results", json=body | {"answers": answers}))
    rows = await read(api, "sakshandsamar")
    assert find(rows, "Habilitering") == "Habilitering 20 2 22 60"
    assert find(rows, "Psykisk helse og rus") == "Psykisk helse og rus 12 9 21 60"
    assert find(await read(api, "leiar"), "Habilitering") == f"Habilitering {HIDDEN} {HIDDEN} 22 60"
    answer = await (await api.browser("leiar")).get("/styringstal/2024?on=31.12.2024")
    assert "IVARETATT?" not in answer.text
