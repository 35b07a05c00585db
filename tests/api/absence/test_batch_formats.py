"""The batch's body as JSON, NDJSON and CSV: the same items, the same answers."""

import json
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.absence.reading import MAX_ITEMS, read_items
from app.absence.schemas import AbsenceItem
from tests.conftest import Api
from tests.factories import steps
from tests.factories.absence_files import HEADER, ROWS, WITHOUT_ROWS, CsvCase
from tests.factories.absences import BATCH, ORGANISATION, item, lines, placement, statuses
from tests.factories.steps import ok, refused

NDJSON, CSV, JSON = "application/x-ndjson", "text/csv", "application/json"
PLACE = str(uuid4())
UNKNOWN = "er eit ukjent felt; felta her er element («items»)"


async def sent(client: httpx.AsyncClient, body: bytes | str, kind: str) -> httpx.Response:
    """A dry run: only how the body is read is asked for."""
    headers = {"Content-Type": kind}
    return await client.post(BATCH, content=body, headers=headers, params={"dry_run": "true"})


@pytest.fixture
async def place(api: Api) -> str:
    """A place of the provider's."""
    return await placement(api, await steps.provider(api))


async def test_formats_answer_alike(api: Api, place: str) -> None:
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


async def test_broken_line_is_rejected_alone(api: Api, place: str) -> None:
    """A bad NDJSON line or CSV row is an item's fault, and says which."""
    good = lines([item(place)]).encode()
    bad = [b"{", b'{"a": 1} {}', b'{"a": 1, "a": 2}', b"\xff", b'{"a": NaN}', b"[" * 3000, b"1" * 5000, b"5"]
    long = b'{"note": "' + b"x" * 100_000 + b'"}'
    answer = await sent(api.provider(ORGANISATION), b"\n".join([*bad, long, good]), NDJSON)
    found = ok(answer, 207)["items"]
    assert statuses(found) == ["validation"] * 9 + ["created"]
    for index, one in enumerate(found[:-1]):
        assert one["problem"]["errors"][0]["pointer"].startswith(f"#/items/{index}")

    row = f"F-1;1;{place};sick;2022-10-03;2022-10-04;100;;false"
    csv_bad = [b"a;b", row.encode() + b";x", b'F-1;"a"b;c;d;e;f;g;h;i', "F-1;æ".encode("latin-1"), b"x" * 20_000]
    body = b"\n".join([HEADER.encode(), *csv_bad, row.encode(), b'F-1;"never ends'])
    found = ok(await sent(api.provider(ORGANISATION), body, CSV), 207)["items"]
    assert statuses(found) == ["validation"] * 5 + ["created", "validation"]


@pytest.mark.parametrize("case", ROWS, ids=lambda case: case.name)
async def test_csv_row_costs_itself_alone(api: Api, place: str, case: CsvCase) -> None:
    """A2: each line by itself, in whichever of the encodings. `push_absences.py` reads the same table."""
    found = ok(await sent(api.provider(ORGANISATION), case.body(place), CSV), 207 if case.rejected else 200)["items"]
    assert [one["index"] for one in found] == list(range(len(case.outcomes)))
    assert [one["status"] for one in found] == case.outcomes
    for one in found:
        if one["status"] == "rejected":
            assert one["problem"]["errors"][0]["pointer"].startswith(f"#/items/{one['index']}")
            assert case.says in one["problem"]["detail"]


@pytest.mark.parametrize("case", WITHOUT_ROWS, ids=lambda case: case.name)
async def test_file_without_rows_is_refused(api: Api, place: str, case: CsvCase) -> None:
    """An empty file is no success."""
    problem = refused(await sent(api.provider(ORGANISATION), case.body(place), CSV), 422, "validation")
    assert case.says in problem["detail"]


@given(st.binary(max_size=60).filter(lambda junk: not set(junk) & set(b"\r\n")), st.booleans())
async def test_csv_line_of_anything_is_one_item_at_most(junk: bytes, first: bool) -> None:
    """Whatever bytes stand in a line, the others are read as without it."""
    good = [f"F-{n};1;{PLACE};sick;2022-10-03;2022-10-04;100;Sjø;false".encode() for n in range(3)]
    rows = [junk, *good] if first else [*good[:1], junk, *good[1:]]
    body = b"\r\n".join([HEADER.encode(), *rows])
    items = await read_items(body, CSV, relaxed=False)
    names = [one.external_id for one in items if isinstance(one, AbsenceItem)]
    assert names == ["F-0", "F-1", "F-2"]
    assert len(items) - len(names) == (junk.strip(b" \t;,") != b"")


@pytest.mark.parametrize("charset", ["", "; charset=windows-1252", '; charset="ISO-8859-1"', "; header=present"])
async def test_csv_in_windows_1252_is_stored_as_it_was_meant(api: Api, place: str, charset: str) -> None:
    """A2: whether or not the encoding is named, and by the name that it is often given."""
    row = f"Å-1;1;{place};sick;2022-10-03;2022-10-04;100;«Sjøsjuk» – ringde sjølv;false"
    headers = {"Content-Type": CSV + charset}
    client = api.provider(ORGANISATION)
    made = ok(await client.post(BATCH, content=f"{HEADER}\r\n{row}\r\n".encode("cp1252"), headers=headers), 200)
    stored = ok(await client.get(f"/v1/absences/{made['items'][0]['absence_id']}"), 200)
    assert (stored["external_id"], stored["note"]) == ("Å-1", "«Sjøsjuk» – ringde sjølv")


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
        (b'{"items": [], "\\u0069tems": []}', JSON, 422, "validation"),
        (b'{"items": [{}], "x": "[{}]"}', JSON, 422, "validation"),
        (b'{"items": [' + b"[" * 100_000, JSON, 422, "validation"),
        (b'\xef\xbb\xbf{"items": []}', JSON, 422, "validation"),
        (b'{"items": ["\xff"]}', JSON, 422, "validation"),
        (b'{"items": [' + b"{}," * 10_000 + b"{}]}", JSON, 413, "too-many-items"),
        (b"{}\n" * (MAX_ITEMS + 1), NDJSON, 413, "too-many-items"),
        (b"\n" * (16 * 1024 * 1024 + 1), NDJSON, 413, "body-too-large"),
        (b"", NDJSON, 422, "validation"),
        (b"\xef\xbb\xbf\n \r\n", NDJSON, 422, "validation"),
        (b"external_id;revision\n", CSV, 422, "validation"),
        (f"{HEADER};unknown\n".encode(), CSV, 422, "validation"),
        (f"{HEADER};note\n".encode(), CSV, 422, "validation"),
        (b'"open', CSV, 422, "validation"),
        (b"{}", "application/xml", 415, "unsupported-media-type"),
        (b"{}", "text/csv; charset=utf-16", 415, "unsupported-media-type"),
        (b"{}", "application/x-ndjson; charset=iso-8859-1", 415, "unsupported-media-type"),
    ],
)
async def test_malformed_body_is_refused(api: Api, place: str, body: bytes, kind: str, status: int, code: str) -> None:
    refused(await sent(api.provider(ORGANISATION), body, kind), status, code)


@pytest.mark.parametrize(
    ("body", "detail", "errors"),
    [
        (b'{"items": [], "mode": "atomic"}', f"Måte («mode») {UNKNOWN}.", {"#/mode": UNKNOWN}),
        (b'{"items": {"a": 1}}', "Element («items») må vere ei liste.", {"#/items": "må vere ei liste"}),
        (b"{}", "Element («items») manglar.", {"#/items": "manglar"}),
        (
            b'{"mode": "atomic", "57912075186": 1}',
            "Element («items») manglar.",
            {
                "#/items": "manglar",
                "#/mode": UNKNOWN,
                "#": UNKNOWN.replace("er eit ukjent felt", "har eit felt med eit namn som ikkje er til"),
            },
        ),
    ],
)
async def test_fault_beside_the_items_is_pointed_at(
    api: Api, place: str, body: bytes, detail: str, errors: dict[str, str]
) -> None:
    """As any other body's: what is missing, of another type or unknown, and nothing that a client invented."""
    problem = refused(await sent(api.provider(ORGANISATION), body, JSON), 422, "validation")
    assert problem["detail"] == detail
    assert {error["pointer"]: error["detail"] for error in problem["errors"]} == errors


@pytest.mark.parametrize("kind", [JSON, NDJSON])
async def test_repeated_name_has_its_last_value_or_is_rejected(api: Api, place: str, kind: str) -> None:
    """The last one counts in an ordinary item; an unusual one is refused for it."""
    ordinary = json.dumps(item(place, percent=40)).replace('"percent"', '"percent": 30, "percent"')
    unusual = ordinary.replace(place, place.upper())
    body = f'{{"items": [{ordinary}, {unusual}]}}' if kind == JSON else f"{ordinary}\n{unusual}\n"
    answer = await api.provider(ORGANISATION).post(BATCH, content=body, headers={"Content-Type": kind})
    made, refusal = ok(answer, 207)["items"]
    assert ok(await api.provider(ORGANISATION).get(f"/v1/absences/{made['absence_id']}"), 200)["percent"] == 40
    assert refusal["problem"]["detail"] == "Fråværet har same feltet to gonger."
    assert refusal["problem"]["errors"][0]["pointer"] == "#/items/1"


async def test_ten_thousand_items_and_none(api: Api, place: str) -> None:
    client = api.provider(ORGANISATION)
    found = ok(await sent(client, b"{}\n" * MAX_ITEMS, NDJSON), 207)
    assert (found["accepted"], found["rejected"]) == (0, MAX_ITEMS)
    assert ok(await sent(client, b'{"items": [ ]}', JSON), 200) == {"accepted": 0, "rejected": 0, "items": []}


async def test_body_sent_in_pieces(api: Api, place: str) -> None:
    """Cut anywhere, also inside a letter."""
    whole = lines([item(place, note="æøå" * 20, external_id=f"F-{n}", percent=20) for n in range(4)]).encode()

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(whole), 7):
            yield whole[start : start + 7]

    headers = {"Content-Type": NDJSON}
    answer = await api.provider(ORGANISATION).post(BATCH, content=pieces(), headers=headers)
    assert statuses(ok(answer, 200)["items"]) == ["created"] * 4
