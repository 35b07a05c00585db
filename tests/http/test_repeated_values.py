"""What a list says again is stored once, where it came first or as its code list has it: no reason to refuse."""

from typing import Any

from tests.conftest import Api
from tests.factories import steps
from tests.factories.follow_up import evaluation, meeting, placed, plan
from tests.factories.steps import ok


async def test_what_is_said_again_is_stored_once(api: Api) -> None:
    version = steps.GUIDELINE | {"valid_from": "2021-12-01", "absence_uncounted_kinds": ["leave", "holiday", "leave"]}
    ok(await api.case_officer.post("/v1/guideline-versions", json=version))
    await steps.law(api)
    provider_id, _, place = await placed(api)
    statement: dict[str, Any] = {
        "stated_on": "2022-08-01",
        "employees": 6,
        "police_certificates": 6,
        "full_time_equivalents": "5.20",
        "areas": ["guidance", "facilitation", "guidance"],
    }
    ok(await api.case_officer.post(f"/v1/providers/{provider_id}/competence-statements", json=statement))
    areas = {"content_areas": ["mastery", "activity", "mastery"]}
    themes = ["functioning", "changes", "functioning"]
    notice = steps.notice("2022-07-15", agreed_by=["provider", "provider"])
    said: list[tuple[str, dict[str, Any], str, list[str]]] = [
        ("/v1/plans", plan(place, **areas), "content_areas", ["activity", "mastery"]),
        ("/v1/evaluations", evaluation(place, **areas), "content_areas", ["activity", "mastery"]),
        ("/v1/meetings", meeting(place, themes=themes), "themes", ["functioning", "changes"]),
        (f"/v1/placements/{place}/notices", notice, "agreed_by", ["provider"]),
    ]
    for path, body, name, expected in said:
        assert ok(await api.case_officer.post(path, json=body))[name] == expected, path
    listed = ok(await api.case_officer.get("/v1/guideline-versions"), 200)["items"]
    assert ["leave", "holiday"] in [version["absence_uncounted_kinds"] for version in listed]
    [stated] = ok(await api.case_officer.get(f"/v1/providers/{provider_id}/competence-statements"), 200)["items"]
    assert stated["areas"] == ["guidance", "facilitation"]
