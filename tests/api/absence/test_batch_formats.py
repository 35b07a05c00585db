"""The batch's body as JSON, NDJSON and CSV: the same items, the same answers, and no memory of what was read."""

import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi.exceptions import RequestValidationError
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.absence.items import Fault, Item, ItemReader, _from_json, _from_value
from app.absence.reading import LONGEST_LINE, MOST_ITEMS, _line, _read_json, _read_unusual_json
from app.http.problems import Problem
from tests.conftest import Api
from tests.factories import steps
from tests.factories.absences import BATCH, ORGANISATION, item, lines, placement, statuses
from tests.factories.steps import ok, refused

NDJSON, CSV, JSON = "application/x-ndjson", "text/csv", "application/json"
HEADER = "external_id;revision;placement_id;kind;from;to;percent;note;cancelled"


async def sent(client: httpx.AsyncClient, body: bytes | str, kind: str) -> httpx.Response:
    """A dry run: only how the body is read is asked for."""
    headers = {"Content-Type": kind}
    return await client.post(BATCH, content=body, headers=headers, params={"dry_run": "true"})


@pytest.fixture
async def place(api: Api) -> str:
    """A place of the provider's."""
    return await placement(api, await steps.provider(api))


async def test_the_same_in_every_format(api: Api, place: str) -> None:
    client = api.provider(ORGANISATION)
    items = [
        item(place, note="Sjuk; ringde, «sjølv»"),
        item(place, external_id="Æ 2", first="2022-10-05", last="2022-10-05", percent=40),
        item(place, external_id="F-3", kind="x"),
        item(place, external_id="F-4", revision=7, cancelled=True),
    ]
    rows = [
        f'F-1;1;{place};sick;03.10.2022;2022-10-04;100;"Sjuk; ringde, «sjølv»";false',
        f"Æ 2;1;{place};sick;05.10.2022;05.10.2022;40;;",
        f"F-3;1;{place};x;2022-10-03;2022-10-04;;;FALSE",
        f"F-4;7;{place};sick;2022-10-03;2022-10-04;100;;True",
    ]
    comma = [row.replace(";", ",").replace('"Sjuk, ringde', '"Sjuk; ringde') for row in rows]
    bodies = [
        (json.dumps({"items": items}), JSON),
        (json.dumps({"items": items}, indent=2), "application/json; charset=utf-8"),
        ('{"\\u0069tems":' + json.dumps(items) + "}", JSON),
        (lines(items), NDJSON),
        ("\n\r\n" + lines(items).replace("\n", " \r\n\n").rstrip(), NDJSON),
        ("\r\n".join([HEADER, *rows]) + "\r\n", CSV),
        ("\ufeff" + "\n".join([HEADER, "", *rows]), "text/csv; charset=utf-8"),
        ("\r\n".join([HEADER.replace(";", ","), *comma]), CSV),
    ]
    answers = []
    for body, kind in bodies:
        answer = await sent(client, body.encode(), kind)
        assert answer.status_code == 207, (body, answer.text)
        answers.append(answer.json())
    assert all(answer == answers[0] for answer in answers)
    assert statuses(answers[0]["items"]) == ["created", "created", "validation", "cancelled"]


async def test_a_broken_line_costs_itself_alone(api: Api, place: str) -> None:
    """A bad NDJSON line or CSV row is an item's fault, and says which."""
    good = lines([item(place)]).encode()
    bad = [b"{", b'{"a": 1} {}', b'{"a": 1, "a": 2}', b"\xff", b'{"a": NaN}', b"[" * 3000, b"1" * 5000, b"5"]
    long = b'{"note": "' + b"x" * LONGEST_LINE * 5 + b'"}'
    answer = await sent(api.provider(ORGANISATION), b"\n".join([*bad, long, good]), NDJSON)
    found = ok(answer, 207)["items"]
    assert statuses(found) == ["validation"] * 9 + ["created"]
    for index, one in enumerate(found[:-1]):
        assert one["problem"]["errors"][0]["pointer"] == f"#/items/{index}"

    row = f"F-1;1;{place};sick;2022-10-03;2022-10-04;100;;false"
    csv_bad = [b"a;b", row.encode() + b";x", b'F-1;"a"b;c;d;e;f;g;h;i', "F-1;æ".encode("latin-1"), b"x" * 20_000]
    body = b"\n".join([HEADER.encode(), *csv_bad, row.encode(), b'F-1;"never ends'])
    found = ok(await sent(api.provider(ORGANISATION), body, CSV), 207)["items"]
    assert statuses(found) == ["validation"] * 5 + ["created", "validation"]


async def test_a_note_of_several_lines(api: Api, place: str) -> None:
    row = f'F-1;1;{place};sick;2022-10-03;2022-10-04;100;"to\n\nlinjer med ""sitat""";false'
    headers = {"Content-Type": CSV}
    client = api.provider(ORGANISATION)
    made = ok(await client.post(BATCH, content=f"{HEADER}\n{row}\n".encode(), headers=headers), 200)["items"][0]
    assert ok(await client.get(f"/v1/absences/{made['absence_id']}"), 200)["note"] == 'to\n\nlinjer med "sitat"'


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"", JSON, 422, "validation"),
        (b"[]", JSON, 422, "validation"),
        (b"{}", JSON, 422, "validation"),
        (b'{"items": {}}', JSON, 422, "validation"),
        (b'{"items": [], "x": 1}', JSON, 422, "validation"),
        (b'{"items": [], "items": []}', JSON, 422, "validation"),
        (b'{"items": [{}', JSON, 422, "validation"),
        (b'{"items": [{},]}', JSON, 422, "validation"),
        (b'{"items": [{}]} x', JSON, 422, "validation"),
        (b'{"items": [{"a": 1, "a": 2}]}', JSON, 422, "validation"),
        (b'{"items": [' + b"[" * 100_000, JSON, 422, "validation"),
        (b'\xef\xbb\xbf{"items": []}', JSON, 422, "validation"),
        (b'{"items": ["\xff"]}', JSON, 422, "validation"),
        (b'{"items": [' + b"{}," * 10_000 + b"{}]}", JSON, 413, "too-many-items"),
        (b"{}\n" * (MOST_ITEMS + 1), NDJSON, 413, "too-many-items"),
        (b"\n" * (16 * 1024 * 1024 + 1), NDJSON, 413, "body-too-large"),
        (b"", CSV, 422, "validation"),
        (b"external_id;revision\n", CSV, 422, "validation"),
        (f"{HEADER};unknown\n".encode(), CSV, 422, "validation"),
        (f"{HEADER};note\n".encode(), CSV, 422, "validation"),
        (b'"open', CSV, 422, "validation"),
        (b"{}", "application/xml", 415, "unsupported-media-type"),
        (b"{}", "text/csv; charset=iso-8859-1", 415, "unsupported-media-type"),
    ],
)
async def test_a_body_that_is_none(api: Api, place: str, body: bytes, kind: str, status: int, code: str) -> None:
    refused(await sent(api.provider(ORGANISATION), body, kind), status, code)


@pytest.mark.parametrize(
    ("body", "detail", "errors"),
    [
        (b'{"items": [], "mode": "atomic"}', "mode: er eit ukjent felt.", {"#/mode": "er eit ukjent felt"}),
        (b'{"items": {"a": 1}}', "items: må vere ei liste.", {"#/items": "må vere ei liste"}),
        (b"{}", "items: manglar.", {"#/items": "manglar"}),
        (
            b'{"mode": "atomic", "57912075186": 1}',
            "items: manglar.",
            {"#/items": "manglar", "#/mode": "er eit ukjent felt", "#": "er eit ukjent felt"},
        ),
    ],
)
async def test_a_fault_beside_the_items_is_pointed_at(
    api: Api, place: str, body: bytes, detail: str, errors: dict[str, str]
) -> None:
    """As any other body's: what is missing, of another type or unknown, and nothing that a client invented."""
    problem = refused(await sent(api.provider(ORGANISATION), body, JSON), 422, "validation")
    assert problem["detail"] == detail
    assert {error["pointer"]: error["detail"] for error in problem["errors"]} == errors


async def test_ten_thousand_and_an_empty_one(api: Api, place: str) -> None:
    client = api.provider(ORGANISATION)
    found = ok(await sent(client, b"{}\n" * MOST_ITEMS, NDJSON), 207)
    assert (found["accepted"], found["rejected"]) == (0, MOST_ITEMS)
    for body, kind in ((b'{"items": [ ]}', JSON), (b"", NDJSON), (HEADER.encode(), CSV)):
        assert ok(await sent(client, body, kind), 200) == {"accepted": 0, "rejected": 0, "items": []}


async def test_a_body_in_pieces(api: Api, place: str) -> None:
    """Cut anywhere, also inside a letter."""
    whole = lines([item(place, note="æøå" * 20, external_id=f"F-{n}", percent=20) for n in range(4)]).encode()

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(whole), 7):
            yield whole[start : start + 7]

    headers = {"Content-Type": NDJSON}
    answer = await api.provider(ORGANISATION).post(BATCH, content=pieces(), headers=headers)
    assert statuses(ok(answer, 200)["items"]) == ["created"] * 4


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


def told(one: Item | Fault) -> object:
    """What can be compared: a problem is an exception, and like no other."""
    return one if isinstance(one, Item) else (one.external_id, one.problem.body())


def law(value: object, index: int) -> Item | Fault:
    reader = ItemReader(relaxed=False)
    found = reader._by_the_law(value, index)
    return found if isinstance(found, Fault) else reader.checked(found, index)


@given(
    st.dictionaries(st.sampled_from([*item(PLACE), "provider_id", "unknown"]), ODD, max_size=4),
    st.booleans(),
    LEFT_OUT,
)
def test_the_short_way_and_the_law_agree(changes: dict[str, Any], drop: bool, left_out: set[str]) -> None:
    """Whatever an item is, it is accepted or not as `AbsenceItem` says, and read as that reads it."""
    raw = {name: value for name, value in item(PLACE).items() if name not in left_out} | changes
    if drop and changes:
        del raw[next(iter(changes))]
    expected = law(raw, 7)
    assert isinstance(expected, Item) or expected.problem.errors
    reader = ItemReader(relaxed=False)
    assert [told(one) for one in reader.read_values([raw, item(PLACE)], 7)] == [
        told(expected),
        told(law(item(PLACE), 8)),
    ]
    for escaped in (True, False):
        written = json.dumps(raw, ensure_ascii=escaped).encode("utf-8", "surrogatepass")
        ordinary = json.dumps(item(PLACE)).encode()
        assert [told(one) for one in reader.read_json([written, ordinary], 7, _line)] == [
            told(law(_line(written, 7), 7)),
            told(law(item(PLACE), 8)),
        ]


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
def test_an_item_in_any_spelling_is_read_as_the_law_reads_it(
    more: list[str], instead: bool, chance: random.Random, left_out: set[str]
) -> None:
    """A name that stands twice, an escape, a number with a point: taken as strict JSON and the law say."""
    whole = [json.dumps({name: value})[1:-1] for name, value in item(PLACE).items() if name not in left_out]
    if instead:
        whole = [member for member in whole if member.partition(":")[0] not in {one.partition(":")[0] for one in more}]
    members = whole + more
    chance.shuffle(members)
    written = ("{" + ", ".join(members) + "}").encode()
    for others in range(2):  # in a slice with others, and alone
        ordinary = [json.dumps(item(PLACE, note="Ringde.")).encode()] * others
        *_, found = ItemReader(relaxed=False).read_json([*ordinary, written], 0, _line)
        assert told(found) == told(law(_line(written, others), others))


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
async def test_a_body_is_read_the_same_at_once_and_item_by_item(cuts: list[tuple[int, int, bytes]]) -> None:
    """However it is damaged: the same items, the same faults, or the same refusal."""
    body = BODY
    for at, length, instead in cuts:
        body = body[:at] + instead + body[at + length :]

    async def outcome(read: Callable[[bytes, ItemReader], Awaitable[list[Item | Fault]]]) -> object:
        try:
            return [told(one) for one in await read(body, ItemReader(relaxed=False))]
        except RequestValidationError as error:
            return error.errors()
        except Problem as problem:
            return problem.body()

    assert await outcome(_read_json) == await outcome(_read_unusual_json)


def test_the_ordinary_item_takes_the_short_way() -> None:
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
            [read] = _from_json([json.dumps(raw, ensure_ascii=escaped).encode()])
            assert read is not None
            assert read == _from_value(raw)
            assert ItemReader(relaxed=False)._all_ordinary([read])
