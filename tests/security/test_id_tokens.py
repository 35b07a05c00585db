"""What an id token's claims make of a person: whatever they hold, a refusal in one word or one clear identity."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.issuers import Login
from app.rules.identifiers import is_organisation_number
from app.security.id_tokens import read_identity
from app.security.roles import EMPLOYEE_ROLES, SERVICE_AREAS
from app.security.signatures import TokenRefused
from app.web.login_refusals import REFUSALS
from tests.factories.openid import RESOURCE, ROLES, FakeIssuer, authorized, employees, providers
from tests.factories.participants import identity_numbers
from tests.factories.tokens import PROVIDER_A, PROVIDER_B

KEY = b"k" * 32
ISSUER = FakeIssuer("https://issuer.example")
EMPLOYEES, PROVIDERS = employees(ISSUER), providers(ISSUER)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from([*ROLES, *RESOURCE.values()]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*RESOURCE, "orgno", "ID"]), inner),
    max_leaves=8,
)
NAMES = ("sub", "pid", "name", "roles", "_claim_names")
PARTY = st.sampled_from([PROVIDER_A, PROVIDER_B, "123456789"]).map(lambda number: authorized(number)[0])
CLAIMS = st.dictionaries(st.sampled_from(NAMES), JSON | st.just(identity_numbers(1)[0]))
WORDS = {*REFUSALS, "claims", "organisation"}


def read(claims: dict[str, Any], login: Login) -> Any:
    """The identity, or None where it is refused in a word that there is."""
    try:
        return read_identity(claims, login, KEY)
    except TokenRefused as refusal:
        reason = refusal.reason
    assert reason in WORDS
    return None


@given(CLAIMS)
@example({"sub": "kari", "roles": [["Vekstplass.Okonomi"], {}]})
@example({"sub": "kari", "roles": list(ROLES)})
def test_employee_is_what_the_settings_give_or_nobody(claims: dict[str, Any]) -> None:
    identity = read(claims, EMPLOYEES)
    if identity is None:
        return
    actor = identity.actor
    given_roles = claims["roles"] if isinstance(claims["roles"], list) else [claims["roles"]]
    assert actor.roles == {ROLES[one].partition(":")[0] for one in given_roles if isinstance(one, str) and one in ROLES}
    assert actor.roles
    assert actor.roles <= EMPLOYEE_ROLES
    assert (actor.service_area in SERVICE_AREAS) is ("service" in actor.roles)
    assert actor.organisation is None
    assert identity.name.isprintable()


@given(CLAIMS, st.lists(JSON | PARTY, max_size=3) | JSON)
@example({"pid": identity_numbers(1)[0]}, [{"type": [], "resource": {}}, *authorized(PROVIDER_A)])
def test_providers_person_acts_for_one_valid_organisation_or_nobody(claims: dict[str, Any], details: Any) -> None:
    identity = read(claims | {"authorization_details": details}, PROVIDERS)
    if identity is not None:
        assert identity.actor.roles == {"provider"}
        assert is_organisation_number(identity.actor.organisation)
        assert identity.actor.organisation in str(details)
        assert identity.actor.subject.removeprefix("pid-").isalpha()


@pytest.mark.parametrize("pid", [None, 7, "", "1", "\ud800" * 11, "٠١٢٣٤٥٦٧٨٩٠"])
def test_identity_number_that_is_none_is_nobody(pid: object) -> None:
    assert read({"pid": pid, "authorization_details": authorized(PROVIDER_A)}, PROVIDERS) is None


@pytest.mark.parametrize(
    "name", ["Kari\nNordmann", "\x00", "\ud800", 7, None, [], "   ", "10915596784", "Kari 109155 96784"]
)
def test_name_that_is_none_is_left_out(name: object) -> None:
    identity = read({"sub": "kari", "roles": ["Vekstplass.Okonomi"], "name": name}, EMPLOYEES)
    assert identity.name == "Tilsett i kommunen"
