"""People to register, and the steps that tests of participants share."""

import json
from itertools import islice
from typing import Any

import httpx
from stdnum.no.fodselsnummer import calc_check_digit1, calc_check_digit2

from app.rules.identifiers import classify_identity_number
from tests.conftest import Api
from tests.factories.steps import ok

PATH = "/v1/participants"
BATCH = f"{PATH}/batch"
NDJSON = {"Content-Type": "application/x-ndjson"}
NUMBER, SECOND, THIRD, D_NUMBER = "23849150073", "23849150154", "23849150235", "41819050056"
GUARDIAN = {"kind": "guardian", "name": "Torbjørn Testnes", "phone": "+47 400 00 000", "email": None}
SOLVEIG: dict[str, Any] = {
    "given_name": "Solveig",
    "family_name": "Testnes",
    "birth_date": "1991-04-23",
    "municipality_number": "4631",
    "service_area": "habilitation",
}
STORED = {"id", "created_at", "updated_at"}
ALL_KEYS = STORED | SOLVEIG.keys() | {"contacts", "address_protection", "external_ids", "restricted"}


async def registered(api: Api, **changes: object) -> dict[str, Any]:
    """A participant, registered."""
    answer = await api.case_officer.post(PATH, json=SOLVEIG | changes)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    # Said of a new one alone: it is returned as it is read afterwards.
    return {name: value for name, value in body.items() if not name.startswith("possible_")}


async def everyone(api: Api) -> list[dict[str, Any]]:
    """Whoever is registered, as a case officer sees it."""
    items: list[dict[str, Any]] = (await api.case_officer.get(PATH)).json()["items"]
    return items


def in_order(*participants: dict[str, Any]) -> list[dict[str, Any]]:
    """As a list has them: ids of one millisecond come in any order."""
    return sorted(participants, key=lambda participant: str(participant["id"]))


async def patched(api: Api, participant: dict[str, Any], **changes: object) -> httpx.Response:
    """A change from the current version."""
    path = f"{PATH}/{participant['id']}"
    reason = {"X-Access-Reason": "case"}
    tag = (await api.case_officer.get(path, headers=reason)).headers["etag"]
    return await api.case_officer.patch(path, json=changes, headers={"If-Match": tag, **reason})


async def looked_up(api: Api, number: str) -> httpx.Response:
    """The answer to a look-up by identity number."""
    return await api.case_officer.post(f"{PATH}/lookup", json={"national_identity_number": number})


def upsert_path(value: str = "10042", system: str = "profil") -> str:
    """Where the EPJ puts a participant."""
    return f"{PATH}/by-external-id/{system}/{value}"


def is_problem(answer: httpx.Response, status: int, code: str, pointer: str | None = None) -> bool:
    """Whether an answer is this refusal, pointing at this field."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert body["type"] == f"/problems/{code}"
    assert pointer is None or [fault["pointer"] for fault in body["errors"]] == [pointer]
    return True


def batch_item(value: str, **changes: Any) -> dict[str, Any]:
    """A line of a batch."""
    return {"external_system": "profil", "external_value": value, **SOLVEIG, **changes}


async def push_batch(api: Api, *items: Any, status: int = 200, **query: str) -> dict[str, Any]:
    """The answer to a batch; a string is a line as it stands."""
    body = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in items)
    return ok(await api.epj.post(BATCH, content=body.encode(), params=query, headers=NDJSON), status)


def statuses(answer: dict[str, Any]) -> list[str]:
    """What became of each line."""
    return [one["status"] for one in answer["items"]]


async def upsert(api: Api, value: str, **changes: Any) -> dict[str, Any]:
    """A participant, put by its id in Profil."""
    answer = await api.epj.put(f"/v1/participants/by-external-id/profil/{value}", json={**SOLVEIG, **changes})
    assert answer.status_code in {200, 201}, answer.text
    body: dict[str, Any] = answer.json()
    return body


def identity_numbers(count: int) -> list[str]:
    """So many synthetic identity numbers."""
    births = (f"{day:02}8490{person:03}" for day in range(1, 29) for person in range(1000))
    # A control digit of 10 is none.
    found = list(islice(filter(classify_identity_number, map(_add_control_digits, births)), count))
    assert len(found) == count, "too few"
    return found


def _add_control_digits(number: str) -> str:
    number += calc_check_digit1(number)
    return number + calc_check_digit2(number)
