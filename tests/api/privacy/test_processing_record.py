"""The record of processing activities (GDPR art. 30) says all that the inventory holds, and needs no database."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.access_log.recorder import PURPOSES
from app.cli import assemble
from app.commands import processing_record
from app.http.field_names import FIELD_NAMES
from app.http.personal_data_words import KINDS, LABELS, TECHNICAL
from app.privacy.personal_data import PERSONAL_DATA
from app.privacy.processing_record import write_processing_record
from app.settings import Settings

COPY = Path("docs/processing-record.md")


def test_every_kind_and_field_has_a_name() -> None:
    """A new one is named in app/http/personal_data_words.py."""
    assert {entry.name for entry in PERSONAL_DATA} == KINDS.keys()
    columns = {column.name for entry in PERSONAL_DATA for column in entry.table.columns}
    keys = {name for name in columns if name == "id" or name.endswith("_id")}
    assert columns - keys - TECHNICAL - LABELS.keys() <= FIELD_NAMES.keys()


def test_record_has_every_purpose_and_what_erasure_does() -> None:
    record = write_processing_record(Settings.model_construct())
    for purpose in PURPOSES.values():
        assert purpose.legal_basis in record
    assert "| Nummer i andre system | registrert, fagsystem, verdi, gjeld no | vert sletta |" in record
    rows = {line.split(" | ")[0].removeprefix("| "): line for line in record.splitlines() if line.startswith("| ")}
    assert rows["Plassar"].endswith("| vert ståande |")
    assert rows["Søknader"].endswith("| vert bytte ut: ynske, vurderinga frå tenesta, grunn til annullering |")


def test_record_says_how_long_by_the_settings() -> None:
    settings = Settings.model_construct(retention_years=7, idempotency_hours=3)
    record = write_processing_record(settings)
    assert "haldne i 7 år" in record
    assert "kall: 3 timar" in record


def test_command_prints_the_committed_copy_without_a_database() -> None:
    environment = {"PATH": "", "PYTHONPATH": "."}
    command = [sys.executable, "-m", "app", "processing-record"]
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    assert printed == COPY.read_text(encoding="utf-8")


def test_a_copy_that_is_not_current_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line of it says something else than the code."""
    text = COPY.read_text(encoding="utf-8")
    assert text.count("| vert sletta |") == 3
    copy = tmp_path / "processing-record.md"
    monkeypatch.setattr(processing_record, "PROCESSING_RECORD", copy)
    for content, status in ((text, 0), (text.replace("| vert sletta |", "| vert ståande |", 1), 1)):
        copy.write_text(content, encoding="utf-8")
        done = CliRunner().invoke(assemble(["processing_record"]), ["processing-record", "--check"])
        assert done.exit_code == status, done.output
        assert ("is not current" in str(done.exception)) is (status == 1)
