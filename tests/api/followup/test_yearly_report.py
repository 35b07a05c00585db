"""M1–M4, M7, M8: the yearly report's figures, as JSON, CSV and XLSX."""

import csv
import io
from typing import Any

import openpyxl

from tests.conftest import Api
from tests.factories import steps
from tests.factories.absences import item, pushed
from tests.factories.follow_up import NUMBERS, attendees, evaluation, meeting, place_at, placed, plan
from tests.factories.steps import ok, refused

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def count_due(due: int, done: int, overdue: int) -> dict[str, int]:
    return {"due": due, "done": done, "overdue": overdue, "waived": 0}


NO_OTHERS = {"notice_meeting": count_due(0, 0, 0), "absence_contact": count_due(0, 0, 0)}


async def create_year(api: Api) -> tuple[str, str]:
    """Two places at one provider, one that ended early at another; one of the first has everything: the providers."""
    await steps.law(api)
    first, _, complete = await placed(api)
    await place_at(api, first)
    second, _, _ = await placed(api, NUMBERS[2], name="=KIM AS", starts_on="2023-01-01", ends_on="2023-03-31")
    provider = api.provider(NUMBERS[0])
    ok(await provider.post("/v1/plans", json=plan(complete)))
    for day, kind in (("2022-09-01", "conversation"), ("2023-02-01", "conversation"), ("2023-03-01", "cooperation")):
        ok(await provider.post("/v1/meetings", json=meeting(complete, kind, held_on=day)))
    alone: dict[str, Any] = {"attendees": attendees("provider"), "participant_absence_reason": "Sjuk."}
    ok(await provider.post("/v1/meetings", json=meeting(complete, held_on="2023-04-01", **alone)))
    ok(await provider.post("/v1/evaluations", json=evaluation(complete)))
    present = attendees("case_office", "habilitation", "nav")
    ok(
        await api.case_officer.post(
            "/v1/meetings", json=meeting(None, "system", held_on="2023-05-01", attendees=present)
        )
    )
    return first, second


async def test_report_counts_what_fell_due_in_the_year(api: Api) -> None:
    """M1–M4: what fell due in the year, per provider and together; M7: who was missing."""
    first, second = await create_year(api)
    out = ok(await api.case_officer.get("/v1/follow-up/2023", params={"on": "2023-12-31"}), 200)
    assert out["providers"] == [
        {
            "provider_id": second,
            "name": "=KIM AS",
            "organisation_number": NUMBERS[2],
            "places": 1,
            "plan": count_due(0, 0, 0),
            "conversation": count_due(1, 0, 1),
            "cooperation_meeting": count_due(0, 0, 0),
            "evaluation": count_due(0, 0, 0),
            **NO_OTHERS,
            "meetings": 0,
            "meetings_with_participant": 0,
            "participants_who_took_part": 0,
        },
        {
            "provider_id": first,
            "name": "Gløde AS",
            "organisation_number": NUMBERS[0],
            "places": 2,
            "plan": count_due(0, 0, 0),
            "conversation": count_due(2, 1, 1),
            "cooperation_meeting": count_due(2, 1, 1),
            "evaluation": count_due(2, 1, 1),
            **NO_OTHERS,
            "meetings": 3,
            "meetings_with_participant": 2,
            "participants_who_took_part": 1,
        },
    ]
    assert out["municipality"] == {
        "places": 3,
        "plan": count_due(0, 0, 0),
        "conversation": count_due(3, 1, 2),
        "cooperation_meeting": count_due(2, 1, 1),
        "evaluation": count_due(2, 1, 1),
        **NO_OTHERS,
        "meetings": 3,
        "meetings_with_participant": 2,
        "participants_who_took_part": 1,
    }
    assert (out["system_meeting"]["held"], out["guideline_evaluations"]) == (1, 0)
    assert [(one["role"], one["name"]) for one in out["system_meeting"]["missing"]] == [
        ("mental_health", None),
        ("provider", "=KIM AS"),
        ("provider", "Gløde AS"),
    ]
    early = ok(await api.case_officer.get("/v1/follow-up/2022", params={"on": "2022-09-29"}), 200)
    assert early["municipality"]["plan"] == count_due(2, 1, 0)
    assert early["system_meeting"] == {"due_on": "2022-12-31", "held": 0, "missing": []}
    # The meeting that was held later in the year is not there yet on that day.
    assert early["municipality"]["meetings"] == 1


async def test_report_as_csv_and_xlsx(api: Api) -> None:
    """CSV and XLSX by `Accept`: the same figures, headers in nynorsk, and no text that becomes a formula."""
    await create_year(api)
    query = {"on": "2023-12-31"}
    answer = await api.case_officer.get("/v1/follow-up/2023", params=query, headers={"Accept": "text/csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="oppfolging-2023.csv"'
    header, kim, glode, alver = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert header[:4] == ["Vekstbedrift", "Organisasjonsnummer", "Plassar", "Plan – skulle"]
    assert (kim[0], glode[:3], alver[:2]) == ("'=KIM AS", ["Gløde AS", NUMBERS[0], "2"], ["Alver kommune", ""])
    assert alver[7:11] == ["3", "1", "2", "0"]

    answer = await api.case_officer.get("/v1/follow-up/2023", params=query, headers={"Accept": XLSX})
    assert answer.headers["content-type"] == XLSX
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    figures, missing = book.worksheets
    rows = [[cell.value for cell in row] for row in figures.iter_rows()]
    assert rows[0] == header
    assert [row[0] for row in rows[1:]] == ["=KIM AS", "Gløde AS", "Alver kommune"]
    assert ["" if value is None else str(value) for value in rows[3]] == alver
    assert [row[0].value for row in missing.iter_rows(min_row=2)] == ["Psykisk helse og rus", "=KIM AS", "Gløde AS"]
    book.close()


async def test_report_is_for_the_case_office_only(api: Api) -> None:
    """The municipality's figures are the case office's; other formats and years are refused."""
    for client in (api.provider(NUMBERS[0]), api.service("habilitation"), api.finance):
        refused(await client.get("/v1/follow-up/2022"), 403, "role-required")
    refused(await api.case_officer.get("/v1/follow-up/1899"), 422, "validation")
    headers = {"Accept": "application/pdf"}
    refused(await api.case_officer.get("/v1/follow-up/2022", headers=headers), 406, "not-acceptable")
    empty = ok(await api.case_officer.get("/v1/follow-up/2022"), 200)
    assert (empty["providers"], empty["municipality"]["places"]) == ([], 0)


async def test_counts_are_those_of_the_report_without_names(api: Api) -> None:
    """For finance and management too, who may read neither plans nor meetings; nobody is logged."""
    await create_year(api)
    query = {"on": "2023-12-31"}
    report = ok(await api.case_officer.get("/v1/follow-up/2023", params=query), 200)
    for client in (api.finance, api.manager, api.case_officer):
        assert ok(await client.get("/v1/follow-up/2023/counts", params=query), 200) == {
            "year": 2023,
            "on": "2023-12-31",
            "municipality": report["municipality"],
            "system_meetings": 1,
            "guideline_evaluations": 0,
        }
    logged = ok(await api.auditor.get("/v1/access-log", params={"limit": 200}), 200)["items"]
    assert "read_follow_up_counts" not in {row["action"] for row in logged}


async def test_counts_are_refused_to_providers_and_services(api: Api) -> None:
    for client in (api.provider(NUMBERS[0]), api.service("habilitation"), api.epj):
        refused(await client.get("/v1/follow-up/2022/counts"), 403, "role-required")
    refused(await api.finance.get("/v1/follow-up/1899/counts"), 422, "validation")


async def test_report_counts_meetings_after_notice_and_contacts_after_absence(api: Api) -> None:
    """L4, P7, M9: those that were due in the year, a waived one also after the place has ended."""
    await steps.law(api)
    _, person, placement_id = await placed(api)
    absence = item(placement_id, kind="unexcused", first="2022-10-03", last="2022-10-05")
    await pushed(api.provider(NUMBERS[0]), [absence])
    reason = {"reason": "Flytta."}
    ok(await api.case_officer.post(f"/v1/tasks/absence_contact.{placement_id}.20221003/waiver", json=reason))
    path = f"/v1/placements/{placement_id}/notices"
    notice = ok(await api.case_officer.post(path, json=steps.notice("2022-07-15")))
    ok(await api.case_officer.post(f"/v1/tasks/notice_meeting.{notice['id']}.0/waiver", json=reason))
    report = ok(await api.case_officer.get("/v1/follow-up/2022", params={"on": "2022-12-31"}), 200)
    for figures in (report["municipality"], report["providers"][0]):
        assert figures["notice_meeting"] == {"due": 1, "done": 0, "overdue": 0, "waived": 1}
        assert figures["absence_contact"] == {"due": 1, "done": 0, "overdue": 0, "waived": 1}
    logged = ok(await api.auditor.get(f"/v1/access-log?participant_id={person}"), 200)["items"]
    assert "read_follow_up_report" in {row["action"] for row in logged}
