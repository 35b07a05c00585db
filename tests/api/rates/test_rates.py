"""NAV's rates (C1) and the guideline's versions through HTTP."""

import pytest

from app.rates.schemas import LetterTexts
from tests.conftest import Api
from tests.factories import steps
from tests.factories.places import case_rates, got, posted

RATE = {"valid_from": "2022-01-01", "known_from": "2022-01-01", "monthly_amount": "14878.00", "source": "NAV"}


async def test_records_and_reads_a_rate(api: Api) -> None:
    """C1."""
    answer = await api.finance.post("/v1/rates", json=RATE)
    assert answer.status_code == 201
    body = answer.json()
    assert {name: body[name] for name in RATE} == RATE
    assert set(body) == {*RATE, "id", "created_at", "updated_at"}
    read = await api.case_officer.get(answer.headers["location"])
    assert read.json() == body
    assert read.headers["etag"] == answer.headers["etag"]


async def test_keeps_every_published_rate(api: Api) -> None:
    """C1: two rows may apply from one day, the second known later; pages hold them in the order recorded."""
    for rate in case_rates():
        await posted(api.case_officer, "/v1/rates", rate)
    first = await got(api.finance, "/v1/rates", limit=4)
    second = await got(api.finance, "/v1/rates", limit=4, after=first["next"])
    amounts = [row["monthly_amount"] for row in first["items"] + second["items"]]
    assert amounts == [rate["monthly_amount"] for rate in case_rates()]
    assert second["next"] is None


async def test_keeps_a_mistyped_rate_beside_the_one_that_mends_it(api: Api) -> None:
    """C1: rows are never edited, so neither written over; both are listed, and the last recorded counts."""
    await posted(api.case_officer, "/v1/guideline-versions", {"valid_from": "2022-01-01"})
    await posted(api.case_officer, "/v1/rates", RATE | {"monthly_amount": "148780.00"})
    kept = await posted(api.case_officer, "/v1/rates", RATE)
    rows = (await got(api.case_officer, "/v1/rates"))["items"]
    assert [row["monthly_amount"] for row in rows] == ["148780.00", "14878.00"]
    what_if = {"changes": [{"change": "add_places", "places": 1, "from": "2022-01-01"}]}
    answer = await api.case_officer.post("/v1/budgets/2022/what-if", json=what_if)
    assert answer.json()["after"]["forecast"] == "267804.00"
    for method in ("PUT", "PATCH", "DELETE"):
        assert (await api.case_officer.request(method, f"/v1/rates/{kept['id']}")).status_code == 405


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"monthly_amount": "0.00"}, "#/monthly_amount"),
        ({"monthly_amount": "-1.00"}, "#/monthly_amount"),
        ({"monthly_amount": "14878"}, "#/monthly_amount"),
        ({"monthly_amount": "14878.000"}, "#/monthly_amount"),
        ({"monthly_amount": "014878.00"}, "#/monthly_amount"),
        ({"monthly_amount": "10000000.01"}, "#/monthly_amount"),
        ({"monthly_amount": "1e9"}, "#/monthly_amount"),
        ({"monthly_amount": 14878}, "#/monthly_amount"),
        ({"monthly_amount": None}, "#/monthly_amount"),
        ({"valid_from": "2022-02-30"}, "#/valid_from"),
        ({"valid_from": "1899-12-31"}, "#/valid_from"),
        ({"valid_from": 0}, "#/valid_from"),
        ({"known_from": "2022-01-01T00:00:00Z"}, "#/known_from"),
        ({"source": ""}, "#/source"),
        ({"source": "a\u0000b"}, "#/source"),
        ({"source": "x" * 501}, "#/source"),
        ({"rate": 1}, "#/rate"),
    ],
)
async def test_refuses_a_malformed_rate(api: Api, changes: dict[str, object], pointer: str) -> None:
    answer = await api.case_officer.post("/v1/rates", json=RATE | changes)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert (await got(api.case_officer, "/v1/rates"))["items"] == []


async def test_takes_the_largest_and_the_smallest_rate(api: Api) -> None:
    for day, amount in (("2022-01-01", "10000000.00"), ("2022-01-02", "0.01")):
        rate = await posted(api.case_officer, "/v1/rates", RATE | {"valid_from": day, "monthly_amount": amount})
        assert rate["monthly_amount"] == amount


async def test_rates_are_for_the_case_office_and_finance(api: Api) -> None:
    rate = await posted(api.finance, "/v1/rates", RATE)
    version = await posted(api.case_officer, "/v1/guideline-versions", {"valid_from": "2022-01-01"})
    for client in (api.epj, api.auditor, api.provider("310300403"), api.service("habilitation")):
        for path in ("/v1/rates", f"/v1/rates/{rate['id']}", f"/v1/guideline-versions/{version['id']}"):
            assert (await client.get(path)).status_code == 403
        assert (await client.post("/v1/rates", json=RATE)).status_code == 403
    assert (await api.anonymous.get("/v1/rates")).status_code == 401
    refused = await api.finance.post("/v1/guideline-versions", json={"valid_from": "2023-01-01"})
    assert refused.json()["type"] == "/problems/role-required"
    assert len((await got(api.finance, "/v1/guideline-versions"))["items"]) == 1


async def test_a_guideline_version_is_as_the_paper_unless_told(api: Api) -> None:
    """The parameters of C2, C3, C7, C10, L3, A3 and M, with the guideline's own values."""
    answer = await api.case_officer.post("/v1/guideline-versions", json={"valid_from": "2022-01-01"})
    assert answer.status_code == 201
    body = answer.json()
    assert {name: value for name, value in body.items() if name not in {"id", "created_at", "updated_at"}} == {
        "valid_from": "2022-01-01",
        "supplement_percent": "50.00",
        "proration": "calendar_days",
        "watch_percent": "95.00",
        "vta_share_percent": "25.00",
        "notice_months": 3,
        "absence_window_days": 90,
        "absence_threshold_percent": 30,
        "plan_due_days": 90,
        "conversations_per_year": 2,
        "cooperation_meetings_per_year": 1,
        "evaluations_per_year": 1,
        "consent_months": 12,
        "places_per_employee": 5,
        "absence_uncounted_kinds": ["holiday"],
        "part_year_percent": 50,
        "part_year_conversations": 1,
        "most_months_ahead": 24,
        "request_answer_days": 14,
        "open_requests": 1,
        "temporary_ending_days": 60,
        "supplement_ending_days": 30,
        "plan_renewal_days": 90,
        "follow_up_months": 3,
        "least_count": 5,
        "mirror_lower_percent": 90,
        "mirror_upper_percent": 110,
        "reassessment_months": 12,
        "share_counts": "shares",
        "legal_bases": {
            "grant": [steps.LEGAL_BASIS],
            "reject": [steps.LEGAL_BASIS],
            "change": [steps.LEGAL_BASIS],
            "end": [steps.LEGAL_BASIS],
            "correct": ["Forvaltningslova § 35"],
            "annul": ["Forvaltningslova § 35"],
        },
        "over_frame": "flag",
        "letter_texts": LetterTexts().model_dump(),
    }
    assert (await api.finance.get(answer.headers["location"])).json() == body


async def test_a_guideline_version_keeps_its_own_parameters(api: Api) -> None:
    given = {
        "valid_from": "2026-01-01",
        "supplement_percent": "107.25",
        "proration": "weekdays",
        "watch_percent": "100.00",
        "vta_share_percent": "0.00",
        "notice_months": 0,
        "absence_window_days": 366,
        "absence_threshold_percent": 100,
        "plan_due_days": 0,
        "conversations_per_year": 52,
        "cooperation_meetings_per_year": 0,
        "evaluations_per_year": 0,
        "consent_months": 120,
        "places_per_employee": 100,
        "absence_uncounted_kinds": [],
        "part_year_percent": 100,
        "part_year_conversations": 52,
        "request_answer_days": 0,
        "open_requests": 100,
        "temporary_ending_days": 366,
        "supplement_ending_days": 1,
        "plan_renewal_days": 366,
        "follow_up_months": 24,
        "least_count": 10,
        "mirror_lower_percent": 80,
        "mirror_upper_percent": 125,
        "reassessment_months": 6,
        "legal_bases": {
            "grant": ["Helse- og omsorgstenestelova § 3-4", "Helse- og omsorgstenestelova § 3-3"],
            "reject": ["a"],
            "change": ["b"],
            "end": ["c"],
            "correct": ["d"],
            "annul": ["e"],
        },
        "over_frame": "confirm",
    }
    body = await posted(api.case_officer, "/v1/guideline-versions", dict(given))
    assert {name: body[name] for name in given} == given


async def test_refuses_a_second_version_from_the_same_day(api: Api) -> None:
    await posted(api.case_officer, "/v1/guideline-versions", {"valid_from": "2022-01-01"})
    again = await api.case_officer.post(
        "/v1/guideline-versions", json={"valid_from": "2022-01-01", "supplement_percent": "40.00"}
    )
    assert again.status_code == 409
    assert again.json()["type"] == "/problems/guideline-version-exists"
    [kept] = (await got(api.case_officer, "/v1/guideline-versions"))["items"]
    assert kept["supplement_percent"] == "50.00"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("supplement_percent", "200.01"),
        ("supplement_percent", "-0.01"),
        ("supplement_percent", "50"),
        ("supplement_percent", 50),
        ("supplement_percent", "050.00"),
        ("watch_percent", "100.01"),
        ("vta_share_percent", "NaN"),
        ("proration", "days"),
        ("notice_months", 25),
        ("notice_months", True),
        ("absence_window_days", 0),
        ("absence_threshold_percent", 101),
        ("plan_due_days", -1),
        ("conversations_per_year", "2"),
        ("evaluations_per_year", 53),
        ("consent_months", 0),
        ("places_per_employee", 0),
        ("part_year_percent", 0),
        ("part_year_percent", 101),
        ("part_year_conversations", 53),
        ("request_answer_days", -1),
        ("open_requests", 0),
        ("open_requests", 101),
        ("temporary_ending_days", 367),
        ("supplement_ending_days", "30"),
        ("plan_renewal_days", 367),
        ("follow_up_months", 25),
        ("least_count", 0),
        ("least_count", 101),
        ("mirror_lower_percent", 101),
        ("mirror_upper_percent", 99),
        ("reassessment_months", 0),
        ("cooperation_meetings_per_year", None),
        ("valid_from", "2100-01-01"),
    ],
)
async def test_refuses_a_parameter_out_of_range(api: Api, field: str, value: object) -> None:
    answer = await api.case_officer.post("/v1/guideline-versions", json={"valid_from": "2022-01-01", field: value})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"#/{field}"
    assert (await got(api.case_officer, "/v1/guideline-versions"))["items"] == []
