"""An item of the batch in any spelling: read by msgspec, it is what the model and strict JSON say."""

import json
import random
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from fastapi.exceptions import RequestValidationError
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from app.absence.items import Fault, read_item, read_json_item, refuse_identity_numbers, validate_with_model
from app.absence.reading import read_items
from app.absence.schemas import AbsenceItem
from app.http.problems import Problem
from app.http.strict_json import STRICT_JSON, parse_strictly
from tests.factories.absences import item

JSON = "application/json"
PLACE = str(uuid4())
LEFT_OUT = st.sets(st.sampled_from(["percent", "note", "cancelled"]))
ODD: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 2**31),
    st.floats(allow_nan=False),
    st.text(max_size=3),
    st.sampled_from(
        ["sick", "2022-10-03", "2022-02-30", "1899-12-31", "2100-01-01", PLACE, PLACE.upper(), "a\x00", "\ud800", " "]
    ),
    st.just([]),
    st.just({}),
)


def comparable(one: AbsenceItem | Fault) -> object:
    """What can be compared: a problem is an exception, and like no other."""
    return one if isinstance(one, AbsenceItem) else (one.external_id, one.problem.body())


def law(value: object, index: int) -> object:
    """What pydantic alone says of an item."""
    try:
        return comparable(refuse_identity_numbers(validate_with_model(value), index, relaxed=False))
    except ValidationError:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(msgspec, "convert", _refuse)
            return comparable(read_item(value, index, relaxed=False))


def _refuse(*_: object) -> None:
    raise ValueError


def strict_law(text: bytes, index: int) -> object:
    """The same of a text that is read as strictly as any other body."""
    try:
        return law(STRICT_JSON.decode(text.decode()), index)
    except (ValueError, RecursionError):
        return comparable(read_json_item(text, index, relaxed=False))


@given(
    st.dictionaries(st.sampled_from([*item(PLACE), "provider_id", "unknown"]), ODD, max_size=4),
    st.booleans(),
    LEFT_OUT,
)
def test_msgspec_and_pydantic_agree(changes: dict[str, Any], drop: bool, left_out: set[str]) -> None:
    """Whatever an item is, it is accepted or not as the model says, and read as that reads it."""
    raw = {name: value for name, value in item(PLACE).items() if name not in left_out} | changes
    if drop and changes:
        del raw[next(iter(changes))]
    expected = law(raw, 7)
    assert comparable(read_item(raw, 7, relaxed=False)) == expected
    for escaped in (True, False):
        text = json.dumps(raw, ensure_ascii=escaped).encode("utf-8", "surrogatepass")
        assert comparable(read_json_item(text, 7, relaxed=False)) == strict_law(text, 7)


# An item's text, member by member: names may stand twice, and a value may be spelt in any way.
MEMBERS = st.sampled_from(
    [
        '"external_id":"F-1"',
        '"external_id":"F\\u002d1"',
        '"external_id":"F-\\""',
        '"external_id":" "',
        f'"external_id":"{"x" * 101}"',
        '"external_id":"F-\\\\"',
        '"\\u0065xternal_id":"F-1"',
        '"revision":1',
        '"revision":1.0',
        '"revision":-0',
        '"revision":1e0',
        '"revision":01',
        '"revision":NaN',
        '"percent":100',
        '"note":"\\"\\""',
        '"note":"a\\u0000"',
        '"note":"\\ud800"',
        '"note":"\\ud83d\\ude00"',
        '"note":"\n"',
        '"note":"57912075186"',
        '"provider_id":null',
        f'"provider_id":"{PLACE}"',
        f'"placement_id":"{PLACE.upper()}"',
        f'"placement_id":"{PLACE.replace("-", "")}"',
        '"cancelled":0',
        '"note":" "',
        '"note":"\\u200b"',
        '"note":""',
        '"from":"2022-10-05"',
        '"from":"1899-12-31"',
        '"to":"2100-01-01"',
        '"to":"2022-10-04"',
        '"to":"2022-10-04T00:00:00Z"',
        '"to":"20221004"',
        '"unknown":{"a":1}',
    ]
)


@settings(max_examples=400)
@example(['"from":"1899-12-31"'], True, random.Random(1), set())
@example(
    ['"external_id":"F-\\\\"', '"note":"\\\\"', '"cancelled":false', '"cancelled":false'],
    True,
    random.Random(1),
    set(),
)
@example(['"cancelled":false', '"cancelled":false'], True, random.Random(1), {"note"})
@given(st.lists(MEMBERS, max_size=3), st.booleans(), st.randoms(), LEFT_OUT)
def test_item_in_any_spelling_is_read_as_by_the_model(
    more: list[str], instead: bool, chance: random.Random, left_out: set[str]
) -> None:
    """An escape, a number with a point: taken as strict JSON and the model say. Of a repeated name the last one is."""
    whole = [json.dumps({name: value})[1:-1] for name, value in item(PLACE).items() if name not in left_out]
    if instead:
        whole = [member for member in whole if member.partition(":")[0] not in {one.partition(":")[0] for one in more}]
    members = whole + more
    chance.shuffle(members)
    text = ("{" + ", ".join(members) + "}").encode()
    found = comparable(read_json_item(text, 0, relaxed=False))
    assert found == strict_law(text, 0) or found == law(json.loads(text), 0)


BODY = json.dumps({"items": [item(PLACE), item(PLACE, note='Ringde "sjølv".'), item(PLACE, kind="x")]}).encode()
CUTS = st.lists(
    st.tuples(
        st.integers(0, len(BODY)),
        st.integers(0, 12),
        st.sampled_from(
            [b"", b'"', b"\\", b"{", b"}", b"]", b",", b"0", b"\xff", b" ", b"{},", b'],"items":[', b'"a":1,']
        ),
    ),
    max_size=2,
)


@given(CUTS)
async def test_damaged_body_is_read_strictly_or_refused(cuts: list[tuple[int, int, bytes]]) -> None:
    """However it is damaged: the items that strict JSON has, or a refusal."""
    body = BODY
    for at, length, instead in cuts:
        body = body[:at] + instead + body[at + length :]

    async def read() -> list[object] | None:
        try:
            return [comparable(one) for one in await read_items(body, JSON, relaxed=False)]
        except (RequestValidationError, Problem):
            return None

    try:
        batch = parse_strictly(body)
    except RequestValidationError:
        found = await read()
        # Names repeated in an item are not looked for in each.
        assert found is None or len(found) == len(json.loads(body)["items"])
        return
    is_batch = isinstance(batch, dict) and batch.keys() == {"items"} and isinstance(batch["items"], list)
    expected = [law(value, index) for index, value in enumerate(batch["items"])] if is_batch else None
    assert await read() == expected


def test_ordinary_item_is_read_by_msgspec() -> None:
    """What the speed hangs on."""
    for raw in (
        item(PLACE),
        item(PLACE, note="Ringde «sjølv»."),
        item(PLACE, note='Ringde "sjølv".'),
        item(PLACE, provider_id=PLACE),
        {name: value for name, value in item(PLACE).items() if name not in ("percent", "note", "cancelled")},
        {name: value for name, value in item(PLACE, provider_id=None).items() if name != "note"},
    ):
        for escaped in (True, False):
            text = json.dumps(raw, ensure_ascii=escaped)
            assert msgspec.json.decode(text, type=AbsenceItem) == validate_with_model(raw)
