"""What a check finds, in nynorsk: a sentence a line, and one for the whole invoice (C12)."""

from collections.abc import Mapping
from decimal import Decimal

from app.http.names import format_amount

EQUAL = "Lik det som er venta."
# By `InvoiceCause`.
_CAUSES: Mapping[str, str] = {
    "no_such_placement": "Vekstbedrifta har ingen slik plass denne månaden",
    "other_days": "Fakturert for andre dagar enn dei plassen varte",
    "other_price": "Fakturert med ein annan pris enn den som gjeld",
    "other_share": "Fakturert for ein annan del av plassen enn den som er avtalt",
    "missing_supplement": "Plassen er fakturert, men ikkje tillegget",
    "not_invoiced": "Vekstbedrifta har krav på dette, men har ikkje fakturert det",
    "already_invoiced": "Dette er fakturert før",
    "credited_too_much": "Kreditert for noko som ikkje er fakturert for mykje",
    "document_charge": "Eit gebyr eller ein rabatt på heile fakturaen har ingen plass bak seg",
}


def describe_line(cause: str | None, kind: str, difference: Decimal) -> str:
    """Why a line differs, and by how much. `difference` is invoiced less expected, in kroner."""
    if cause is None:
        return EQUAL
    if cause == "not_invoiced" and difference > 0:
        return f"Fakturert for mykje før, og ikkje kreditert: {format_amount(difference)}."
    return f"{_CAUSES[cause]}: {_describe_difference(kind, difference)}."


def describe_invoice(kind: str, difference: Decimal, lines: int) -> str:
    """Whether it can be paid, and else what to ask for. `lines` is how many results differ."""
    noun = "Kreditnotaen" if kind == "credit_note" else "Fakturaen"
    if not lines:
        return f"{noun} er lik det vekstbedrifta har krav på."
    counted = f"{lines} linje" if lines == 1 else f"{lines} linjer"
    if not difference:
        return f"Summen stemmer, men {counted} avvik."
    what = format_amount(abs(difference))
    if kind == "credit_note":
        return f"{noun} avvik med {what} ({counted}). Be om ei ny."
    if difference > 0:
        return f"{noun} er {what} for høg ({counted}). Be om ei kreditnota."
    return f"{noun} er {what} for låg ({counted}). Vekstbedrifta kan krevje meir."


def _describe_difference(kind: str, difference: Decimal) -> str:
    # What a credit note takes back is negative.
    too_much = difference < 0 if kind == "credit_note" else difference > 0
    return f"{format_amount(abs(difference))} for {'mykje' if too_much else 'lite'}"
