"""What the page of a person's data calls the codes in it, and which fields it shows (GDPR art. 12 and 15)."""

from collections.abc import Mapping

from app.http.personal_data_words import TECHNICAL, describe_field
from app.web.settling import CAUSES as DIFFERENCE_CAUSES
from app.web.settling import PARTS
from app.web.words import ROLE_WORDS, WORDS

# A field whose codes `WORDS` keeps under another name: by the kind of rows and the field, else by the field alone.
_CODES: Mapping[str, str] = {
    "absence_reviews.outcome": "absence_outcome",
    "contacts.kind": "contact",
    "documented_by": "service_area",
    "heard": "agreed_by",
    "need_changes.outcome": "need_outcome",
    "noticed_by": "found_by",
    "notices.reason": "notice",
    "requests.reason": "decline",
    "service_view.area": "service_area",
    "services": "service",
    "services_without_consent": "service",
    "trip_applications.length": "trip_span",
    "trip_decisions.kind": "trip_decision",
    "trip_decisions.reason": "trip_reason",
    "trips.decision": "trip_decision",
    "trust_entries.kind": "trust_entry",
    "trust_entries.reason": "trust_reason",
}
_OWN_CODES: Mapping[str, Mapping[str, str]] = {
    "documentation_seen_by": ROLE_WORDS,
    "invoice_lines.cause": WORDS["invoice_cause"],
    "parts.kind": PARTS,
    "settlement_differences.cause": DIFFERENCE_CAUSES,
    "staffing_plans.kind": {"estimate": "Plan før turen", "actual": "Slik turen vart"},
}
# Texts of people's own, which may be spelt as a code is.
FREE = frozenset({"organisation", "organisations", "text", "value", "what", "word"})
AMOUNTS = frozenset(
    {
        "accepted_price", "actual", "allowance", "allowance_per_day", "amount", "diet", "diet_per_staff", "difference",
        "each_in_all", "each_of_staff_cost", "each_of_staff_travel", "estimated", "expected", "fund_part", "fund_short",
        "hourly_rate", "invoiced", "monthly_amount", "monthly_price", "of_staff_cost", "of_staff_travel",
        "participants_part", "price", "reserved", "staff_cost", "staff_travel", "staff_travel_and_lodging", "wage",
    }
)  # fmt: skip
# Exact, and told in hours beside it.
_EXACT = frozenset({"extra_minutes"})
PERCENTAGES = frozenset({"percent", "share"})


def label_field(name: str) -> str:
    """What a column is called, with a capital: `starts_on` -> `Første dag`."""
    text = describe_field(name)
    return text[0].upper() + text[1:]


def is_shown(name: str) -> bool:
    """Whether a reader can make something of a column: keys of other rows stand in the file alone."""
    return name == "provider_id" or not (name in TECHNICAL | _EXACT or name == "id" or name.endswith("_id"))


def is_actor(name: str, value: object) -> bool:
    """Whether a field says who did something: `recorded_by` is a caller, `given_by` the code of a party."""
    return name.endswith("_by") and isinstance(value, str) and value.startswith(("person:", "person@", "org:"))


def find_codes(kind: str, name: str) -> Mapping[str, str]:
    """The words of a field's codes; empty where it has none of the page's."""
    own = _OWN_CODES.get(f"{kind}.{name}") or _OWN_CODES.get(name)
    if own is not None:
        return own
    return WORDS.get(_CODES.get(f"{kind}.{name}") or _CODES.get(name) or name, {})
