"""The access log as a file for a spreadsheet, with what was done and why in nynorsk."""

from collections.abc import Iterable

from app.access_log.schemas import AccessLogOut
from app.http.log_words import OUTCOME_WORDS, describe_action, describe_purpose
from app.http.spreadsheets import Column, csv_file

_COLUMNS = tuple(
    Column(header)
    for header in (
        "Når", "Kven", "Organisasjon", "Kalla av", "Deltakar", "Objekt", "Kva", "Operasjon", "Kvifor", "Heimel",
        "Utfall", "Fleire nekta", "Førespurnad",
    )
)  # fmt: skip


def write_csv(lines: Iterable[AccessLogOut]) -> bytes:
    """A line each, in their order."""
    return csv_file(
        _COLUMNS,
        (
            (
                line.at,
                line.actor,
                line.organisation,
                line.supplier,
                str(line.participant_id or ""),
                str(line.object_id or ""),
                describe_action(line.action),
                line.action,
                describe_purpose(line.purpose, line.reason, line.reference),
                line.legal_basis,
                OUTCOME_WORDS[line.outcome],
                line.more_denied or None,
                line.request_id,
            )
            for line in lines
        ),
    )
