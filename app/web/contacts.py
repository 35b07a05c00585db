"""A participant's contacts as the fields of a form, a group of fields each (D1)."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.web.calls import Refused
from app.web.fields import Field, Select
from app.web.words import options

MOST = 10
KINDS = ("guardian", "next_of_kin")
PARTS = (("slag", "kind"), ("namn", "name"), ("telefon", "phone"), ("epost", "email"))


def describe_contacts(number: int) -> list[Field]:
    """The fields of so many contacts; what is left empty is none."""
    fields: list[Field] = []
    for n in range(min(number, MOST)):
        to = f"contacts/{n}"
        fields += [
            Select(
                name=f"kontakt{n}_slag",
                label="Kven er det?",
                to=f"{to}/kind",
                required=False,
                options=options("contact", KINDS),
            ),
            Field(name=f"kontakt{n}_namn", label="Namn", to=f"{to}/name", required=False),
            Field(name=f"kontakt{n}_telefon", label="Telefon", to=f"{to}/phone", required=False),
            Field(name=f"kontakt{n}_epost", label="E-post", to=f"{to}/email", required=False),
        ]
    return fields


def list_folds(contacts: Sequence[Mapping[str, Any]], number: int) -> list[tuple[str, list[str]]]:
    """The line above each contact's fields."""
    return [
        (
            f"Kontakt: {contacts[n]['name']}" if n < len(contacts) else "Legg til verje eller pårørande",
            [f"kontakt{n}_{part}" for part, _ in PARTS],
        )
        for n in range(min(number, MOST))
    ]


def write_contacts(contacts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What stands in the fields."""
    return {f"kontakt{n}_{part}": one[name] for n, one in enumerate(contacts) for part, name in PARTS}


def gather_contacts(body: Mapping[str, Any]) -> tuple[dict[str, Any], list[int]]:
    """The body with its contacts as a list, and which of the form's contacts each of them is."""
    rest: dict[str, Any] = {name: value for name, value in body.items() if not name.startswith("contacts/")}
    found: dict[int, dict[str, Any]] = {}
    for name, value in body.items():
        if name.startswith("contacts/"):
            _, n, part = name.split("/")
            found.setdefault(int(n), {})[part] = value
    numbers = sorted(found)
    return {**rest, "contacts": [found[n] for n in numbers]}, numbers


def point_at_contact(refused: Refused, numbers: Sequence[int]) -> Refused:
    """The refusal, pointing at the form's contacts: those that are empty were not sent."""
    refused.errors = [
        {
            **error,
            "pointer": re.sub(
                r"^#/contacts/(\d+)", lambda found: f"#/contacts/{numbers[int(found[1])]}", error["pointer"]
            ),
        }
        for error in refused.errors
    ]
    return refused
