"""Whom a test may be on the page."""

from app.security.roles import Actor
from app.web.login import DemoPerson
from tests.factories.tokens import PROVIDER_A, PROVIDER_B


def _person(key: str, role: str, organisation: str | None = None, service_area: str | None = None) -> DemoPerson:
    return DemoPerson(
        key, key.title(), "prøve", Actor(f"test-{key}", "person", frozenset({role}), organisation, None, service_area)
    )


DEMO_PEOPLE = (
    _person("sakshandsamar", "case_officer"),
    _person("sakshandsamar-2", "case_officer"),
    _person("okonomi", "finance"),
    _person("okonomi-2", "finance"),
    _person("vekstbedrift-1", "provider", PROVIDER_A),
    _person("vekstbedrift-2", "provider", PROVIDER_B),
    _person("habilitering", "service", service_area="habilitation"),
    _person("psykisk-helse", "service", service_area="mental_health"),
    _person("revisor", "auditor"),
    _person("fagutvikling", "grants_officer"),
    _person("leiar", "manager"),
)
"""Everybody by role: the two providers are those of `tests.factories.world`."""
