"""Absences by hand, in lists and files, and a provider's report (A1, A2, A4), through HTTP."""

import csv
import errno
import io
import tempfile
from datetime import datetime
from typing import Any

import openpyxl
import pytest

from app import clock
from app.absence.files import COLUMNS
from app.http.field_names import FIELD_NAMES
from tests.conftest import Api
from tests.factories import steps
from tests.factories.absences import ORGANISATION, item, placement, pushed
from tests.factories.steps import ok, refused

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def by_hand(placement_id: str, **changes: Any) -> dict[str, Any]:
    """The body of an absence by hand."""
    body = {"placement_id": placement_id, "kind": "sick", "from": "2022-10-03", "to": "2022-10-04"}
    return body | changes


async def recorded(api: Api, **changes: Any) -> dict[str, Any]:
    """An absence by hand at a fresh place."""
    place = await placement(api, await steps.provider(api))
    return ok(await api.provider(ORGANISATION).post("/v1/absences", json=by_hand(place, **changes)))


async def test_create_absence_answers_with_defaults(api: Api) -> None:
    """A1: the whole object, found where `Location` says; what is left out has its default."""
    place = await placement(api, await steps.provider(api))
    client = api.provider(ORGANISATION)
    answer = await client.post("/v1/absences", json=by_hand(place))
    created = ok(answer)
    read = await client.get(answer.headers["location"])
    assert ok(read, 200) == created
    assert read.headers["etag"] == answer.headers["etag"]
    assert {name: created[name] for name in ("from", "to", "percent", "note", "revision", "cancelled", "kind")} == {
        "from": "2022-10-03",
        "to": "2022-10-04",
        "percent": 100,
        "note": None,
        "revision": 1,
        "cancelled": False,
        "kind": "sick",
    }


async def test_create_absence_with_a_known_external_id(api: Api) -> None:
    """A2: equal content is answered with what is stored, other content of the same revision is a conflict."""
    created = await recorded(api)
    client = api.provider(ORGANISATION)
    again = by_hand(created["placement_id"], external_id=created["external_id"])
    assert ok(await client.post("/v1/absences", json=again), 200) == created
    refused(await client.post("/v1/absences", json={**again, "percent": 50}), 409, "absence-revision-conflict")


@pytest.mark.parametrize(
    ("changes", "status", "code", "pointer"),
    [
        ({}, 409, "absence-over-full-day", "#/percent"),
        ({"from": "2020-12-31"}, 409, "absence-outside-placement", "#/from"),
        ({"note": "57912075186"}, 422, "identity-number-in-text", "#/note"),
        ({"to": "2022-10-02"}, 422, "validation", "#/to"),
        ({"placement_id": "01890a5d-ac96-774b-bcce-b302099a8057"}, 404, "not-found", "#/placement_id"),
    ],
)
async def test_create_absence_is_refused_as_a_pushed_item(
    api: Api, changes: dict[str, Any], status: int, code: str, pointer: str
) -> None:
    """A1, A2: with a pointer into the body."""
    stored = await recorded(api)
    body = by_hand(stored["placement_id"]) | changes
    problem = refused(await api.provider(ORGANISATION).post("/v1/absences", json=body), status, code)
    assert problem["errors"][0]["pointer"] == pointer


async def test_update_absence_makes_a_revision(api: Api) -> None:
    """A2: the next one, with `If-Match`; an update that changes nothing makes none."""
    created = await recorded(api, note="Ringde.")
    client = api.provider(ORGANISATION)
    path = f"/v1/absences/{created['id']}"
    refused(await client.patch(path, json={"percent": 50}), 428, "precondition-required")
    tag = (await client.get(path)).headers["etag"]
    answer = await client.patch(path, json={"percent": 50, "note": None}, headers={"If-Match": tag})
    changed = ok(answer, 200)
    assert (changed["percent"], changed["note"], changed["revision"]) == (50, None, 2)
    refused(await client.patch(path, json={"percent": 60}, headers={"If-Match": tag}), 412, "precondition-failed")
    current = {"If-Match": answer.headers["etag"]}
    assert ok(await client.patch(path, json={"percent": 50}, headers=current), 200) == changed


async def test_update_absence_keeps_the_period_in_order(api: Api) -> None:
    created = await recorded(api)
    client = api.provider(ORGANISATION)
    path = f"/v1/absences/{created['id']}"
    current = {"If-Match": (await client.get(path)).headers["etag"]}
    problem = refused(await client.patch(path, json={"to": "2022-10-01"}, headers=current), 422, "validation")
    assert problem["errors"][0]["pointer"] == "#/to"


async def test_cancel_names_the_version_that_it_means(api: Api) -> None:
    """`If-Match` is optional; a stale one cancels nothing."""
    created = await recorded(api)
    client = api.provider(ORGANISATION)
    path = f"/v1/absences/{created['id']}"
    stale = {"If-Match": (await client.get(path)).headers["etag"]}
    ok(await client.patch(path, json={"percent": 50}, headers=stale), 200)
    refused(await client.delete(path, headers=stale), 412, "precondition-failed")
    current = await client.get(path)
    assert current.json()["cancelled"] is False
    assert (await client.delete(path, headers={"If-Match": current.headers["etag"]})).status_code == 204
    assert (await client.get(path)).json()["cancelled"] is True


async def test_cancel_absence_is_permanent(api: Api) -> None:
    """A2: cancelled once, however often; it cannot be changed, and earlier revisions are listed."""
    created = await recorded(api, note="Ringde.")
    client = api.provider(ORGANISATION)
    path = f"/v1/absences/{created['id']}"
    tag = (await client.get(path)).headers["etag"]
    ok(await client.patch(path, json={"percent": 50, "note": None}, headers={"If-Match": tag}), 200)
    assert (await client.delete(path)).status_code == 204
    assert (await client.delete(path)).status_code == 204
    cancelled = await client.get(path)
    assert (cancelled.json()["cancelled"], cancelled.json()["revision"]) == (True, 3)
    current = {"If-Match": cancelled.headers["etag"]}
    refused(await client.patch(path, json={"percent": 60}, headers=current), 409, "absence-cancelled")
    history = ok(await client.get(f"{path}/revisions"), 200)["items"]
    assert [(one["revision"], one["percent"], one["note"], one["cancelled"]) for one in history] == [
        (1, 100, "Ringde.", False),
        (2, 50, None, False),
    ]


async def test_absences_are_seen_by_provider_area_and_case_office(api: Api) -> None:
    """The wall: a provider its own, a service its area, the case office all, the others nothing."""
    made = await recorded(api)
    path = f"/v1/absences/{made['id']}"
    ok(await api.case_officer.get(path), 200)
    ok(await api.service("habilitation").get(path), 200)
    await steps.provider(api, organisation_number="310300411", name="KIM AS")
    for client in (api.service("mental_health"), api.provider("310300411")):
        assert (await client.get(path)).status_code == 404
        assert (await client.get(f"{path}/revisions")).status_code == 404
        assert ok(await client.get("/v1/absences"), 200)["items"] == []
    assert (await api.provider("310300411").delete(path)).status_code == 404
    for client in (api.finance, api.epj, api.auditor):
        refused(await client.get(path), 403, "role-required")
        refused(await client.get("/v1/absences"), 403, "role-required")
    refused(await api.service("habilitation").delete(path), 403, "role-required")


async def push_six(api: Api) -> tuple[str, list[str]]:
    """A provider with six absences on two placements, the last of them a holiday; the ids of all three."""
    provider_id = await steps.provider(api)
    places = [await placement(api, provider_id) for _ in range(2)]
    items = [
        item(places[n % 2], external_id=f"={n}", first=f"2022-10-{n + 1:02}", last=f"2022-10-{n + 2:02}", percent=50)
        for n in range(6)
    ]
    items[5]["kind"] = "holiday"
    await pushed(api.provider(ORGANISATION), items)
    return provider_id, places


async def test_list_absences_by_pages(api: Api) -> None:
    await push_six(api)
    pages: list[list[str]] = []
    after: dict[str, str] = {}
    while True:
        page = ok(await api.provider(ORGANISATION).get("/v1/absences", params={"limit": "4", **after}), 200)
        pages.append([one["external_id"] for one in page["items"]])
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert pages == [["=0", "=1", "=2", "=3"], ["=4", "=5"]]


async def test_list_absences_by_filters(api: Api) -> None:
    provider_id, places = await push_six(api)
    for query, found in (
        ({"placement_id": places[1]}, ["=1", "=3", "=5"]),
        ({"provider_id": provider_id, "kind": "holiday"}, ["=5"]),
        ({"from": "2022-10-05"}, ["=3", "=4", "=5"]),
        ({"to": "2022-10-02"}, ["=0", "=1"]),
        ({"from": "2022-10-03", "to": "2022-10-03"}, ["=1", "=2"]),
        ({"provider_id": places[0]}, []),
    ):
        rows = ok(await api.provider(ORGANISATION).get("/v1/absences", params=query), 200)["items"]
        assert [one["external_id"] for one in rows] == found, query


async def test_list_absences_as_csv(api: Api) -> None:
    """Every row, whatever the limit, for a Norwegian spreadsheet; what would be a formula has an apostrophe."""
    await push_six(api)
    answer = await api.provider(ORGANISATION).get("/v1/absences", headers={"Accept": "text/csv"}, params={"limit": "1"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    table = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert [row["Ekstern id"] for row in table] == [f"'={n}" for n in range(6)]
    assert {(row["Vekstbedrift"], row["Organisasjonsnummer"]) for row in table} == {("Gløde AS", ORGANISATION)}
    assert (table[0]["Frå og med"], table[0]["Prosent"], table[0]["Merknad"], table[0]["Trekt tilbake"]) == (
        "2022-10-01",
        "50",
        "",
        "nei",
    )


async def test_list_absences_as_xlsx(api: Api) -> None:
    """Typed cells, and the columns of the JSON with headings and kinds in nynorsk."""
    await push_six(api)
    client = api.provider(ORGANISATION)
    answer = await client.get("/v1/absences", headers={"Accept": XLSX}, params={"kind": "holiday"})
    assert answer.headers["content-type"] == XLSX
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    head, only = sheet.iter_rows(values_only=True)
    names = {FIELD_NAMES[name].capitalize(): name for name in COLUMNS}
    row = {names[str(heading)]: cell for heading, cell in zip(head, only, strict=True)}
    assert head[5:8] == ("Slag", "Frå og med", "Til og med")
    assert (row["external_id"], row["kind"], row["percent"], row["cancelled"]) == ("=5", "ferie", 50, False)
    assert str(row["from"]) == "2022-10-06 00:00:00"
    listed = ok(await client.get("/v1/absences", params={"kind": "holiday"}), 200)["items"][0]
    recorded_at = datetime.fromisoformat(listed["created_at"]).astimezone(clock.OSLO)
    assert str(row["created_at"])[:19] == f"{recorded_at:%Y-%m-%d %H:%M:%S}"
    assert {name for name, cell in row.items() if cell is None} == {"note"}
    assert (row["placement_id"], row["absence_id"]) == (listed["placement_id"], listed["id"])
    assert set(row) == set(listed) - {"id"} | {"absence_id", "organisation_number"}


async def test_list_absences_as_xlsx_on_a_read_only_file_system(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container whose file system is read-only."""

    def nowhere() -> str:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    one = await recorded(api)
    monkeypatch.setattr(tempfile, "gettempdir", nowhere)
    answer = await api.case_officer.get("/v1/absences", headers={"Accept": XLSX})
    assert answer.status_code == 200, answer.text
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    assert sheet["C2"].value == one["external_id"]


async def test_absence_report(api: Api) -> None:
    """Per placement and kind, in the period alone."""
    provider_id = await steps.provider(api)
    places = sorted([await placement(api, provider_id) for _ in range(3)])
    client = api.provider(ORGANISATION)
    await pushed(
        client,
        [
            item(places[0], external_id="1", first="2022-09-26", last="2022-10-04"),
            item(places[0], external_id="2", first="2022-10-05", last="2022-10-05", percent=25),
            item(places[0], external_id="3", kind="holiday", first="2022-10-10", last="2022-10-10"),
            item(places[2], external_id="4", first="2022-10-31", last="2022-11-04", percent=10),
            item(places[1], external_id="5", first="2022-11-01", last="2022-11-04"),
            item(places[1], external_id="6", first="2022-10-03", last="2022-10-04", cancelled=True),
        ],
    )
    path = f"/v1/providers/{provider_id}/absence-report"
    period = {"from": "2022-10-01", "to": "2022-10-31"}
    found = ok(await client.get(path, params=period), 200)
    assert (found["provider_id"], found["from"], found["to"], found["next"]) == (provider_id, *period.values(), None)
    assert [(row["placement_id"], row["kind"], row["absences"], row["days"]) for row in found["items"]] == [
        (places[0], "holiday", 1, "1.00"),
        (places[0], "sick", 2, "2.25"),
        (places[2], "sick", 1, "0.10"),
    ]
    paged: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        page = ok(await client.get(path, params={**period, "limit": "1", **after}), 200)
        paged += page["items"]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert paged == found["items"]
    await steps.provider(api, organisation_number="310300411", name="KIM AS")
    assert (await api.provider("310300411").get(path, params=period)).status_code == 404
    refused(await client.get(path, params={"from": "2022-10-02", "to": "2022-10-01"}), 422, "validation")
    refused(await client.get(path, params={"from": "1900-01-01", "to": "2099-01-01"}), 422, "validation")


@pytest.mark.parametrize("query", ["from", "to"])
async def test_absence_report_requires_a_period(api: Api, query: str) -> None:
    path = f"/v1/providers/{await steps.provider(api)}/absence-report"
    refused(await api.case_officer.get(path, params={query: "2022-10-02"}), 422, "validation")
