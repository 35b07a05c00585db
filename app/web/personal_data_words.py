"""What the page of a person's data calls the codes in it, and which fields it shows (GDPR art. 12 and 15)."""

from collections.abc import Mapping

from app.http.personal_data_words import TECHNICAL, describe_field
from app.web.settling import CAUSES as DIFFERENCE_CAUSES
from app.web.settling import PARTS
from app.web.words import WORDS

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


def find_codes(kind: str, name: str) -> Mapping[str, str]:
    """The words of a field's codes; empty where it has none of the page's."""
    own = _OWN_CODES.get(f"{kind}.{name}")
    if own is not None:
        return own
    return WORDS.get(_CODES.get(f"{kind}.{name}") or _CODES.get(name) or name, {})
