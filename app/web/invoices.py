"""A provider's invoice is tried against what is owed, and taken in; the list of checks, and each of them (C12)."""

import base64
import binascii
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from fastapi import Response

from app.web.calls import Refused
from app.web.charts import MONTHS, NBSP
from app.web.fields import Invalid, LongText, Upload
from app.web.form_pages import Done, FormPage, Sent, Sheet
from app.web.forms import Wrong, make_form, write_for_people
from app.web.names import load_names, load_providers
from app.web.pages import Page, View, load_callers
from app.web.render import amount, count, difference, long_date
from app.web.sheets import TEMPLATE, Frame, make_sheet
from app.web.words import word

OFFICE = ("case_officer", "finance")
PAGE_SIZE = 25
# The API's own limits of a file: with its attachments, and of what it reads.
MOST_BYTES = 16 * 1024 * 1024
MOST_BYTES_READ = 2 * 1024 * 1024
_ATTACHMENT = re.compile(rb"(<(?:[\w.-]+:)?EmbeddedDocumentBinaryObject\b[^<>]*>)[A-Za-z0-9+/=\s]+(?=</)")
_MOST_FAULTS = 10
_LINE = re.compile(r"/cac:(?:Invoice|CreditNote)Line/(\d+)")
_ALREADY_CHECKED = "invoice-already-checked"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a check: its number in the invoice, whose place, and what was found."""

    number: str
    place: str
    month: str
    verdict: str
    invoiced: str
    expected: str
    difference: str


@dataclass(frozen=True, slots=True)
class Check:
    """A check for people: the answer first, then the sums, then the lines that differ, and those that are equal."""

    title: str
    about: str
    tag: str
    tone: str
    sentence: str
    invoiced: str
    expected: str
    difference: str
    count: int
    basis: str
    warning: str
    protected: str
    differing: Sequence[Line]
    equal: Sequence[Line]
    equal_sum: str


async def show_invoices(view: View) -> Response:
    """Every check, the newest first."""
    providers = await load_providers(view.api)
    found = sorted(await view.api.list("/v1/invoices"), key=lambda one: (one["created_at"], one["id"]), reverse=True)
    months = sorted({month for one in found for month in one["months"]}, reverse=True)
    chosen = {name: view.query(name) for name in ("vekstbedrift", "maanad", "svar")}
    shown = [
        one
        for one in found
        if chosen["vekstbedrift"] in ("", one["provider_id"])
        and (not chosen["maanad"] or chosen["maanad"] in one["months"])
        and chosen["svar"] in ("", "annulled" if one["annulled_at"] else one["result"])
    ]
    start = int(view.query("etter")) if re.fullmatch(r"\d{1,6}", view.query("etter"), re.ASCII) else 0
    kept = {name: value for name, value in chosen.items() if value}
    more = start + PAGE_SIZE < len(shown)
    return view.render(
        "fakturaer.html",
        chosen=chosen,
        total=len(shown),
        rows=[_describe_row(one, providers) for one in shown[start : start + PAGE_SIZE]],
        older=f"?{urlencode(kept | {'etter': start + PAGE_SIZE})}" if more else None,
        providers=[("", "Alle"), *sorted(providers.items(), key=lambda one: one[1])],
        months=[("", "Alle"), *((month, _write_month(month)) for month in months)],
        answers=[("", "Alle"), ("different", "Ulik"), ("equal", "Lik"), ("annulled", "Annullert")],
    )


def _describe_row(one: Mapping[str, Any], providers: Mapping[str, str]) -> dict[str, Any]:
    tag, tone = _find_look(one)
    return {
        **one,
        "provider": providers.get(one["provider_id"], "Ukjend vekstbedrift"),
        "what": word(one["kind"], "invoice"),
        "period": _write_period(one["months"]),
        "tag": tag,
        "tone": tone,
    }


def _find_look(one: Mapping[str, Any]) -> tuple[str, str]:
    if one.get("annulled_at"):
        return "Annullert", ""
    return word(one["result"], "invoice_result"), "success" if one["result"] == "equal" else "danger"


async def show_invoice(view: View) -> Response:
    """One check as it was stored."""
    found = await view.api.get(f"/v1/invoices/{view.request.path_params['invoice_id']}")
    checked_by = (await load_callers(view, [found["checked_by"]]))[found["checked_by"]]
    return view.render("faktura.html", found=found, check=await _describe(view, found), checked_by=checked_by)


async def prepare_invoice(view: View) -> Sheet:
    """The file as the provider sent it."""
    form = make_form(
        Upload(
            name="fil",
            label="EHF-fil",
            accept=".xml,application/xml,text/xml",
            hint="XML, slik vekstbedrifta sende ho. Høgst 16 MB med vedlegg.",
        )
    )
    return Sheet({"form": form})


async def take_invoice(view: View, sent: Sent) -> Done | Response:
    """First the file, which is only tried; then «Ta imot», with the same file, which is stored.

    The file goes with the answer to the one who sent it, packed and without its attachments, so that nothing is kept
    here in between.
    """
    packed = sent.typed.get("innhald", "")
    content = _unpack(packed) if packed else sent.files.get("fil", b"")
    if not content:
        raise Wrong({"fil": "Vel ei fil."})
    if len(content) > MOST_BYTES:
        raise Wrong({"fil": "Fila er større enn 16 MB."})
    content = _ATTACHMENT.sub(rb"\1", content)
    if len(content) > MOST_BYTES_READ:
        raise Wrong({"fil": "Fila er større enn 2 MB utan vedlegga."})
    query = {} if packed else {"dry_run": "true"}
    acting = sent.acting if packed else {}
    try:
        found = await view.api.upload("/v1/invoices/checks", content, "application/xml", acting, **query)
    except Refused as refused:
        if refused.code == _ALREADY_CHECKED:
            said = "Fakturaen med dette nummeret er kontrollert før. Dette er kontrollen; ingenting nytt er lagra."
            return Done(f"/faktura/{refused.problem['invoice_id']}", said)
        raise _explain(refused) from refused
    check = await _describe(view, found)
    if packed:
        return Done(f"/faktura/{found['id']}", f"{check.title} er teken imot. {check.sentence}")
    return view.render("faktura-prov.html", check=check, form=make_form(), packed=_pack(content))


def _explain(refused: Refused) -> Refused | Wrong:
    """What is wrong with the file, line by line, at its field."""
    if not refused.errors:
        return refused
    sentences = [_say_where(error["pointer"]) + write_for_people(error["detail"]) for error in refused.errors]
    more = len(sentences) - _MOST_FAULTS
    rest = [f"Og {count(more, 'feil', 'feil')} til."] if more > 0 else []
    return Wrong({"fil": " ".join([f"{refused.title}.", *map(_end, sentences[:_MOST_FAULTS]), *rest])})


def _say_where(pointer: str) -> str:
    found = _LINE.search(pointer)
    return f"Linje {int(found[1]) + 1}: " if found else ""


def _end(sentence: str) -> str:
    return sentence if sentence.endswith(".") else f"{sentence}."


def _pack(content: bytes) -> str:
    return base64.urlsafe_b64encode(zlib.compress(content, 9)).decode()


def _unpack(packed: str) -> bytes:
    """The file again; whatever was put in its place, never more than a file may be. Raises `Invalid`."""
    try:
        unpacking = zlib.decompressobj()
        return unpacking.decompress(base64.urlsafe_b64decode(packed), MOST_BYTES_READ + 1)
    except (binascii.Error, ValueError, zlib.error):
        raise Invalid("Fila kom ikkje fram att. Vel ho på nytt.") from None


async def prepare_annulment(view: View) -> Sheet:
    """Of a check that was a mistake, as of a file that never was a claim (D10)."""
    id_ = view.request.path_params["invoice_id"]
    found = await view.api.get(f"/v1/invoices/{id_}")
    providers = await load_providers(view.api)
    title = _write_title(found)
    reason = LongText(
        name="grunn", label="Kva var feil?", to="reason", hint="Til dømes «Fila var ei prøve». Høgst 500 teikn."
    )
    frame = Frame(
        title=f"Annuller kontrollen av {title[0].lower()}{title[1:]}",
        here="Annuller",
        line=f"{providers.get(found['provider_id'], '')} · {_write_period(found['months'])}",
        back=(f"/faktura/{id_}", title),
        button="Annuller kontrollen",
        facts=[("Fakturert", f"{amount(found['amount'])} kroner"), ("Venta", f"{amount(found['expected'])} kroner")],
        after=(
            "Kontrollen tel ikkje lenger: det han rekna som fakturert, står att som skuldig, i seinare kontrollar og i"
            " året (C12).",
            "Fakturaen med dette nummeret kan kontrollerast på nytt.",
            "Kontrollen kan framleis lesast, med grunnen.",
        ),
        danger=True,
    )
    return make_sheet(make_form(reason), frame)


async def annul_invoice(view: View, sent: Sent) -> Done:
    """What it invoiced is owed again."""
    path = f"/v1/invoices/{view.request.path_params['invoice_id']}"
    await view.api.post(f"{path}/annulment", sent.body, sent.acting)
    return Done(sent.sheet.values["frame"].back[0], "Kontrollen er annullert, og tel ikkje lenger.")


async def _describe(view: View, found: Mapping[str, Any]) -> Check:
    """A check as the API tells it, stored or only tried."""
    providers = await load_providers(view.api)
    places = await _load_places(view, found["lines"])
    lines = [(one, _describe_line(one, places)) for one in found["lines"]]
    tag, tone = _find_look(found)
    differing = [line for one, line in lines if one["cause"]]
    equal = [(one, line) for one, line in lines if not one["cause"]]
    return Check(
        title=_write_title(found),
        about=f"{providers.get(found['provider_id'], 'Ukjend vekstbedrift')} · {_write_period(found['months'])}"
        f" · datert {long_date(found['issued_on'])}",
        tag=tag,
        tone=tone,
        sentence=found["text"],
        invoiced=amount(found["amount"]),
        expected=amount(found["expected"]),
        difference=difference(found["difference"]),
        count=sum(one["line"] is not None for one in found["lines"]),
        basis="Samanlikna med det lukka oppgjeret."
        if found["basis"] == "settlement"
        else "Månaden er ikkje lukka: samanlikna med det han er rekna til no.",
        warning=_say_warnings(found["warnings"]),
        protected=_say_protected(view, found),
        differing=differing,
        equal=[line for _, line in equal],
        equal_sum=amount(sum((Decimal(one["invoiced"]) for one, _ in equal), Decimal(0))),
    )


async def _load_places(view: View, lines: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Whose place each line names, for the case office alone."""
    ids = sorted({one["placement_id"] for one in lines if one["placement_id"]})
    if "case_officer" not in view.roles or not ids:
        return {}
    found: list[Mapping[str, Any]] = []
    for start in range(0, len(ids), 200):
        found += await view.api.list("/v1/placements", id=ids[start : start + 200])
    names = await load_names(view.api, [one["participant_id"] for one in found])
    return {one["id"]: names.get(one["participant_id"], "Ein plass") for one in found}


def _describe_line(one: Mapping[str, Any], places: Mapping[str, str]) -> Line:
    if one["placement_id"]:
        place = places.get(one["placement_id"], "Ein nemnd plass")
    elif one["cause"] in ("no_such_placement", "document_charge"):
        place = "–"
    else:
        place = "Plassar som ikkje er nemnde"
    return Line(
        number=_write_number(one),
        place=place,
        month=_write_month(one["month"]),
        verdict=one["text"],
        invoiced=amount(one["invoiced"]),
        expected=amount(one["expected"]),
        difference=difference(one["difference"]),
    )


def _write_number(one: Mapping[str, Any]) -> str:
    if one["line"] is not None:
        return f"Linje {one['line']}"
    return "Heile fakturaen" if one["cause"] == "document_charge" else "Ikkje i fakturaen"


def _say_warnings(warnings: Mapping[str, int]) -> str:
    parts = []
    if warnings["identity_numbers"]:
        parts.append(f"{warnings['identity_numbers']} fødselsnummer")
    if warnings["names"]:
        parts.append(count(warnings["names"], "namn", "namn"))
    return (
        f"Tekstane i fila har {' og '.join(parts)}. Dei er ikkje lagra. Be vekstbedrifta om å la vere." if parts else ""
    )


def _say_protected(view: View, found: Mapping[str, Any]) -> str:
    """Finance compares without the places of people with a protected address."""
    if "case_officer" in view.roles or not found["protected_amount"] or not Decimal(found["protected_amount"]):
        return ""
    return (
        "Verna plassar er ikkje med i samanlikninga. Hjå alle vekstbedriftene kostar dei til saman"
        f" {amount(found['protected_amount'])} kroner i desse månadene. Forvaltningskontoret ser heile samanlikninga."
    )


def _write_title(found: Mapping[str, Any]) -> str:
    return f"{word(found['kind'], 'invoice')} {found['invoice_number']}"


def _write_month(month: str) -> str:
    return f"{MONTHS[int(month[5:]) - 1]}{NBSP}{month[:4]}"


def _write_period(months: Sequence[str]) -> str:
    if not months:
        return "ingen månad"
    return _write_month(months[0]) if len(months) == 1 else f"{_write_month(months[0])} – {_write_month(months[-1])}"


ROUTES = (
    Page("/faktura", show_invoices, *OFFICE),
    FormPage("/faktura/ny", "faktura-ny.html", prepare_invoice, take_invoice, *OFFICE),
    Page("/faktura/{invoice_id:uuid}", show_invoice, *OFFICE),
    FormPage("/faktura/{invoice_id:uuid}/annullering", TEMPLATE, prepare_annulment, annul_invoice, *OFFICE),
)
