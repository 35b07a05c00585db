"""What the export of a person's data calls its rows, their fields, and the codes in them (GDPR art. 12 and 15)."""

from collections.abc import Mapping

from app.http.names import FIELD_NAMES
from app.web.settling import CAUSES as DIFFERENCE_CAUSES
from app.web.settling import PARTS
from app.web.words import WORDS

# In the order of the page.
KINDS: Mapping[str, str] = {
    "participant": "Om personen",
    "external_ids": "Nummer i andre system",
    "former_numbers": "Tidlegare fødselsnummer",
    "erasure_requests": "Ynske om sletting",
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
    "expected": "venta beløp",
    "filed_by": "registrert av",
    "first_day": "første dag",
    "invoiced": "fakturert beløp",
    "known_until": "kjend til",
    "last_day": "siste dag",
    "line": "linje",
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
    "replaced_ends_on": "siste dag før oppseiinga",
    "replaced_valid_to": "gjaldt til før avslutninga",
    "retracted_on": "ja teke tilbake",
    "retraction_reason": "grunn til å ta tilbake ja",
    "requested_by": "bede om av",
    "reviewed_at": "vurdert",
    "reviewed_by": "vurdert av",
    "revision_cancels": "utgåva trekkjer fråværet",
    "services_without_consent": "tenester utan samtykke",
    "unowed": "utan krav",
    "waived_by": "fråfalle av",
    "withdrawn_at": "teke tilbake",
    "withdrawn_by": "teke tilbake av",
    "word": "ord",
}

# A field whose codes `WORDS` keeps under another name: by the kind of rows and the field, else by the field alone.
_CODES: Mapping[str, str] = {
    "absence_reviews.outcome": "absence_outcome",
    "contacts.kind": "contact",
    "heard": "agreed_by",
    "need_changes.outcome": "need_outcome",
    "noticed_by": "found_by",
    "notices.reason": "notice",
    "requests.reason": "decline",
    "service_view.area": "service_area",
    "services": "service",
    "services_without_consent": "service",
}
_OWN_CODES: Mapping[str, Mapping[str, str]] = {
    "invoice_lines.cause": WORDS["invoice_cause"],
    "parts.kind": PARTS,
    "settlement_differences.cause": DIFFERENCE_CAUSES,
}
# Texts of people's own, which may be spelt as a code is.
FREE = frozenset({"organisation", "organisations", "text", "value", "what", "word"})
ACTORS = frozenset({"decided_by", "merged_by", "requested_by", "reviewed_by", "waived_by", "withdrawn_by"})
AMOUNTS = frozenset({"amount", "expected", "invoiced", "monthly_amount", "monthly_price", "price"})
PERCENTAGES = frozenset({"percent", "share"})


def label_field(name: str) -> str:
    """What a column is called, with a capital: `starts_on` -> `Første dag`."""
    text = LABELS.get(name) or FIELD_NAMES.get(name) or name.replace("_", " ")
    return text[0].upper() + text[1:]


def is_shown(name: str) -> bool:
    """Whether a reader can make something of a column: keys of other rows stand in the file alone."""
    return name == "provider_id" or not (name in TECHNICAL or name == "id" or name.endswith("_id"))


def find_codes(kind: str, name: str) -> Mapping[str, str]:
    """The words of a field's codes; empty where it has none of the page's."""
    own = _OWN_CODES.get(f"{kind}.{name}")
    if own is not None:
        return own
    return WORDS.get(_CODES.get(f"{kind}.{name}") or _CODES.get(name) or name, {})
