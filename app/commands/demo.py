"""The demo: its settings, its people and its example year."""

import asyncio
import socket
from datetime import date
from typing import Any

import typer

from app import clock
from app.commands.database import load_settings, open_database, prepare_database
from app.commands.progress import show_progress
from app.commands.refusals import Refusal
from app.demo import example_year, issuer
from app.security.roles import Actor
from app.settings import Settings
from app.web.login import DemoPerson

cli = typer.Typer()


@cli.command()
def load_demo() -> None:
    """Load Alver's example year; a second time changes nothing."""
    settings = as_demo(prepare_database(load_settings()))
    loaded = asyncio.run(load_example_year(settings))
    print("Loaded." if loaded else "Already loaded; nothing was changed.")


def as_demo(settings: Settings, today: date | None = None) -> Settings:
    """The demo's settings. It lives on the day given, else on `VEKSTPLASS_TODAY`, else on the example year's."""
    if settings.in_production:
        raise Refusal("The demo's people and tokens do not belong in production.")
    day = today or settings.today or example_year.DAY
    if day < example_year.DAY:
        raise Refusal(f"The demo cannot live on {day}: choose {example_year.DAY} or later.")
    clock.fix_today(day)
    return settings.model_copy(
        update={
            "environment": "demo",
            "today": day,
            "issuers": issuer.load_or_create(settings.data_dir).issuers,
            "person_token_max_lifetime_seconds": settings.token_max_lifetime_seconds,
            "allow_synthetic_identity_numbers": True,
        }
    )


async def load_example_year(settings: Settings) -> bool:
    with show_progress("people loaded") as report:
        async with open_database(settings) as database:
            return await example_year.load(database, settings, report=report)


def list_demo_people() -> tuple[DemoPerson, ...]:
    """Whom one may be on the page of the demo: the people that its tokens are for."""

    def person(key: str, title: str, belonging: str, role: str, **of: Any) -> DemoPerson:
        subject = of.pop("subject", f"demo-{key}")
        return DemoPerson(key, title, belonging, Actor(subject, "person", frozenset({role}), issuer="demo", **of))

    return (
        person("sakshandsamar", "Sakshandsamar", "Forvaltningskontoret", "case_officer", subject="demo-case-officer"),
        person("sakshandsamar-2", "Sakshandsamar 2", "godkjenner sletting", "case_officer"),
        person("okonomi", "Økonomi", "lukkar månader", "finance", subject=example_year.CLOSER.subject),
        person("okonomi-2", "Økonomi 2", "godkjenner månader", "finance", subject=example_year.APPROVER.subject),
        *(
            person(f"vekstbedrift-{number}", one.name, "vekstbedrift", "provider", organisation=one.organisation_number)
            for number, one in enumerate(example_year.PROVIDERS, 1)
        ),
        person("habilitering", "Habilitering", "utøvande teneste", "service", service_area="habilitation"),
        person("psykisk-helse", "Psykisk helse og rus", "utøvande teneste", "service", service_area="mental_health"),
        person("fagutvikling", "Fagutvikling", "reiser og legat", "grants_officer"),
        person("leiar", "Leiar", "året og styringstal", "manager"),
        person("revisor", "Revisor", "innsynsloggen", "auditor"),
    )


def print_welcome(settings: Settings, listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    mint = issuer.load_or_create(settings.data_dir).mint
    providers = example_year.PROVIDERS
    tokens = {
        "case_officer": mint("case_officer"),
        "finance": mint("finance"),
        "finance (a person, who closed January to July)": mint("finance", subject=example_year.CLOSER.subject),
        "finance (another person, who approves)": mint("finance", subject=example_year.APPROVER.subject),
        "epj": mint("epj"),
        "auditor": mint("auditor"),
        "grants_officer": mint("grants_officer"),
        "manager": mint("manager"),
        "service (habilitation)": mint("service", service_area="habilitation"),
        "service (mental_health)": mint("service", service_area="mental_health"),
        **{f"provider ({provider.name})": mint("provider", provider.organisation_number) for provider in providers},
        f"provider ({providers[0].name}, a person)": mint(
            "provider", providers[0].organisation_number, subject="demo-provider"
        ),
    }
    print(f"\nVekstplass, Alver's example year on {clock.today()}: {address}\n", flush=True)
    print(f"The page (choose whom to be): {address}/\nSwagger UI: {address}/docs\n", flush=True)
    for role, token in tokens.items():
        print(f"{role}\n  {token}\n")
    print("A fresh token: ./scripts/token --role case_officer    Stop: Ctrl-C\n", flush=True)
