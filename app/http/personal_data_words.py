"""What personal data is called, kind by kind and field by field, in nynorsk: on the page of a person's data, and in the
record of processing activities.
"""

from collections.abc import Mapping

from app.http.names import FIELD_NAMES

# In the order in which a person reads them.
KINDS: Mapping[str, str] = {
    "participant": "Om personen",
    "external_ids": "Nummer i andre system",
    "former_numbers": "Tidlegare fødselsnummer",
    "erasure_requests": "Ynske om sletting",
    "restrictions": "Avgrensing av handsaminga",
    "merged_records": "Postar som er slått saman med denne",
    "applications": "Søknader",
    "requests": "Førespurnader til vekstbedrifter",
    "decisions": "Vedtak",
    "placements": "Plassar",
    "placement_terms": "Vilkår for plassane",
    "notices": "Oppseiingar",
    "supplements": "Tillegg",
    "supplement_ends": "Tillegg som er avslutta",
    "need_changes": "Endra behov",
    "absences": "Fråvær",
    "absence_revisions": "Eldre utgåver av fråvær",
    "absence_reviews": "Vurderingar av fråvær",
    "absence_watches": "Varsel om omfattande fråvær",
    "consents": "Samtykke",
    "meetings": "Referat",
    "meeting_versions": "Utgåver av referat",
    "plans": "Oppfølgingsplanar",
    "evaluations": "Evalueringsrapportar",
    "task_waivers": "Oppgåver som er fråfalne",
    "trust_applications": "Søknader til legatet",
    "trust_entries": "Vedtak og utbetalingar frå legatet",
    "trip_applications": "Søknader om feriereise",
    "service_hours": "Timar med tenester",
    "service_hours_revisions": "Eldre utgåver av timar med tenester",
    "settlement_lines": "Oppgjer",
    "settlement_differences": "Endringar etter oppgjer",
    "invoice_lines": "Fakturalinjer",
    "invoice_covers": "Det fakturaene har dekt",
    "name_words": "Ord som personen vert funnen att med",
}

# Keys, and counters of the database: the file has them, the page does not.
TECHNICAL = frozenset({
    "act_number", "answer_number", "audience", "identity_number_key_id", "n", "prefix", "sent_number", "updated_at",
})  # fmt: skip

# Where the API's own fields have no name, or one that is wrong for a reader.
LABELS: Mapping[str, str] = {
    "address_protection": "verna adresse",
    "annulled_at": "annullert",
    "annulled_on": "annullert",
    "annulled_reason": "grunn til annullering",
    "assessed_by": "vurdert av",
    "benefit_reason": "grunngjeving for nytte",
    "called_by": "kalla inn av",
    "cause": "årsak",
    "content": "innhald",
    "counts": "tel som møte",
    "created_at": "registrert",
    "current": "gjeld no",
    "days": "dagar",
    "decided_at": "avgjort",
    "decided_by": "vedteke av",
    "divisor": "dagar i månaden",
    "documentation_seen_by": "dokumentasjon sett av",
    "entered_on": "dag",
    "expected": "venta beløp",
    "filed_by": "registrert av",
    "first_day": "første dag",
    "identity_number_ciphertext": "fødselsnummer, kryptert",
    "identity_number_index": "fødselsnummer, som kode til oppslag",
    "invoiced": "fakturert beløp",
    "known_until": "kjend til",
    "last_day": "siste dag",
    "lifted_at": "oppheva",
    "lifted_by": "oppheva av",
    "lifted_reason": "grunn til oppheving",
    "line": "linje",
    "mastery_reason": "grunngjeving for meistring",
    "merged_by": "slått saman av",
    "municipality_since": "folkeregistrert der sidan",
    "noticed_by": "meldt av",
    "notified_at": "varsla",
    "participant_present": "deltakaren var med",
    "parts": "delar",
    "price": "pris",
    "protection_confirmed_on": "vern av adresse stadfesta",
    "protection_questioned_on": "vern av adresse spurt om",
    "recall_reason": "grunn til tilbakekalling",
    "recalled_on": "kalla tilbake",
    "recorded_at": "registrert i kjelda",
    "recorded_by": "registrert av",
    "replaced_ends_on": "siste dag før oppseiinga",
    "replaced_valid_to": "gjaldt til før avslutninga",
    "resource_reason": "grunngjeving for ressurs",
    "restricted_by": "avgrensa av",
    "retracted_on": "ja teke tilbake",
    "retraction_reason": "grunn til å ta tilbake ja",
    "requested_by": "bede om av",
    "reviewed_at": "vurdert",
    "reviewed_by": "vurdert av",
    "revision_cancels": "utgåva trekkjer fråværet",
    "services_without_consent": "tenester utan samtykke",
    "severity_reason": "grunngjeving for alvor",
    "trust_application_id": "søknad til legatet",
    "unowed": "utan krav",
    "waived_by": "fråfalle av",
    "withdrawn_at": "teke tilbake",
    "withdrawn_by": "teke tilbake av",
    "word": "ord",
}


def describe_field(name: str) -> str:
    """What a column is called: `starts_on` -> `første dag`."""
    return LABELS.get(name) or FIELD_NAMES.get(name) or name.replace("_", " ")
