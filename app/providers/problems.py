"""Refusals of providers (P1)."""

from app.http.exception_handlers import on_constraint
from app.http.problems import problem_type

ORGANISATION_NUMBER_INVALID = problem_type(
    "organisation-number-invalid",
    422,
    title="Ugyldig organisasjonsnummer",
    nn="Organisasjonsnummeret finst ikkje: det byrjar ikkje med 8 eller 9, eller stemmer ikkje med kontrollsifferet. "
    "Sjekk at det er rett skrive av.",
    en="The organisation number fails its modulus-11 control, or begins with another digit than 8 and 9 (P1).",
)
ORGANISATION_NUMBER_TAKEN = problem_type(
    "organisation-number-taken",
    409,
    title="Vekstbedrifta er alt registrert",
    nn="Ei vekstbedrift med dette organisasjonsnummeret er alt registrert.",
    en="A provider with this organisation number is already registered (P1).",
)
PROVIDER_OUTSIDE_MUNICIPALITY = problem_type(
    "provider-outside-municipality",
    422,
    title="Vekstbedrifta ligg utanfor kommunen",
    nn="Ei vekstbedrift må liggje i Alver kommune (4631).",
    en="A provider is an enterprise located in Alver, municipality number 4631 (P1).",
)

on_constraint("uq_provider_organisation_number", ORGANISATION_NUMBER_TAKEN, ORGANISATION_NUMBER_TAKEN.nn)
