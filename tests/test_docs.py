"""The documents: every link leads somewhere, every parameter and setting exists, scripts/rules.py finds the faults."""

import re
from pathlib import Path

import pytest

import rules
from app.http.schemas import Stored
from app.rates.schemas import GuidelineVersionOut
from app.rates.tables import GuidelineVersion
from app.settings import Settings

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(
    file for file in ROOT.rglob("*.md") if not any(part.startswith(".") for part in file.relative_to(ROOT).parts)
)
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
PATH = re.compile(r"`((?:app|deploy|docs|migrations|openapi|scripts|tests)/[^`\s]*)`")
PLACEHOLDER = re.compile(r"<\w+>")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)

DOCUMENT = (
    "### C6 The position\n\nText.\n\n### D4 The way\n\n- Decided here: something.\n\n## Not carried yet\n\n| D8 | |\n"
)
CARRIED = {"C6": [Path("app/a.py")], "D4": [Path("app/b.py")]}
PROVEN = {"C6": [Path("tests/test_a.py")], "D4": [Path("tests/test_b.py")]}


def anchors(document: Path) -> set[str]:
    """The anchors of a document's headings, as forges make them."""
    headings = HEADING.findall(document.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    for link in LINK.findall(CODE.sub("", document.read_text(encoding="utf-8"))):
        if link.startswith(("https://", "http://")):
            continue
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        assert target.exists(), f"{link} leads nowhere"
        assert not anchor or anchor in anchors(target), f"{link} leads to no heading"


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/rules.md"])
def test_every_path_that_is_named_exists(document: str) -> None:
    for path in PATH.findall((ROOT / document).read_text(encoding="utf-8")):
        assert list(ROOT.glob(PLACEHOLDER.sub("*", path))), f"there is no {path}"


def test_the_architecture_names_every_room() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    layers = re.search(r"^## The layers$.*?^```$(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    table = text.partition("## Where what is")[2]
    rooms = {folder.name for folder in (ROOT / "app").iterdir() if (folder / "__init__.py").exists()}
    assert layers is not None
    assert not rooms - set(re.findall(r"\w+", layers[1])), "missing among the layers"
    assert not [room for room in rooms if f"`{room}/`" not in table and f"`app/{room}/`" not in table], "in no row"


def test_the_list_of_rules_names_every_parameter_of_the_guideline() -> None:
    parameters = set(GuidelineVersionOut.model_fields) - set(Stored.model_fields) - {"valid_from"}
    lines = "".join(re.findall(r"^- Parameter: .*$", (ROOT / rules.DOCUMENT).read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"`([a-z_]+)` \(", lines))
    assert named == parameters
    assert parameters <= set(GuidelineVersion.model_fields)


@pytest.mark.parametrize("document", ["README.md", "compose.yaml", "docs/rules.md"])
def test_every_setting_that_is_named_exists(document: str) -> None:
    named = set(re.findall(r"VEKSTPLASS_([A-Z_]+)\b", (ROOT / document).read_text(encoding="utf-8")))
    # Of the client in scripts/push_absences.py.
    assert named - {"URL", "TOKEN"} <= {name.upper() for name in Settings.model_fields}


def test_a_document_that_agrees_with_the_code_has_no_faults() -> None:
    assert rules.find_faults(DOCUMENT, CARRIED, PROVEN) == []


@pytest.mark.parametrize(
    ("carried", "proven", "fault"),
    [
        ({"C6": CARRIED["C6"]}, PROVEN, "D4 is carried in no file of app/"),
        (CARRIED, {"C6": PROVEN["C6"]}, "D4 is proven by no test"),
        ({**CARRIED, "D8": [Path("app/c.py")]}, PROVEN, "D8 is listed as not carried yet, but is named in app/c.py"),
        (
            CARRIED,
            {**PROVEN, "D8": [Path("tests/c.py")]},
            "D8 is listed as not carried yet, but is named in tests/c.py",
        ),
        ({**CARRIED, "D5": [Path("app/c.py")]}, PROVEN, "D5 is named in app/c.py, but is not in docs/rules.md"),
    ],
)
def test_a_document_that_disagrees_with_the_code_has_a_fault(
    carried: rules.Mentions, proven: rules.Mentions, fault: str
) -> None:
    assert rules.find_faults(DOCUMENT, carried, proven) == [fault]


def test_generated_lines_are_written_once() -> None:
    written = rules.write_lines(DOCUMENT, CARRIED, PROVEN)
    assert written == (
        "### C6 The position\n\nText.\n\n"
        "- Carried in: [a.py](../app/a.py)\n- Proven by: [test_a.py](../tests/test_a.py)\n\n"
        "### D4 The way\n\n- Decided here: something.\n"
        "- Carried in: [b.py](../app/b.py)\n- Proven by: [test_b.py](../tests/test_b.py)\n\n"
        "## Not carried yet\n\n| D8 | |\n"
    )
    assert rules.write_lines(written, CARRIED, PROVEN) == written


def test_ids_are_read_from_docstrings_and_comments_alone() -> None:
    source = '"""C6–C8, D4."""\n\nCELL = "A4"\n\n\ndef f() -> None:\n    """L1."""\n    g("M1")  # P2\n'
    letters = {"A", "C", "D", "L", "M", "P"}
    assert rules.find_ids(rules.read_prose(source), letters) == {"C6", "C7", "C8", "D4", "L1", "P2"}


@pytest.mark.parametrize("text", ["FHIR R4", "%D9%A5", "UTF-C8", "PC6", "C6x", "uuid C617"])
def test_what_is_no_id_is_not_taken_for_one(text: str) -> None:
    assert rules.find_ids(text, {"A", "C", "D"}) == set()
