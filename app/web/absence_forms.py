"""Screen 6: absence by hand, its changes, and the review of extensive absence (A1–A3)."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from app.web.fields import Choice, Day, Field, LongText, Whole
from app.web.form_pages import Done, FormPage, Sent, Sheet
from app.web.forms import make_form
from app.web.names import Place, load_place
from app.web.pages import View
from app.web.render import NBSP, amount, long_date, share, short_date
from app.web.sheets import TEMPLATE, Frame, back_to, make_sheet, say_next
from app.web.words import options, word

FILING = ("case_officer", "provider")
KINDS = ("sick", "holiday", "leave", "unexcused", "other")
OUTCOMES = ("no_change", "follow_up", "change", "end")
SHOWN_DAYS = timedelta(days=180)


async def prepare_absence(view: View) -> Sheet:
    """The form, and what was recorded of late, to be changed or cancelled."""
    place = await load_place(view)
    first_day = view.on - SHOWN_DAYS
    recorded = await view.api.list("/v1/absences", placement_id=place.id, **{"from": first_day})
    frame = Frame(
        title=f"Fråvær for {place.name}",
        here="Fråvær",
        line=place.line,
        back=back_to(place),
        button="Registrer fråværet",
        after=(
            "Fråvær endrar ikkje prisen (A4 · § 8).",
            "Når fråværet når grensa for omfattande fråvær, vurderer Forvaltningskontoret plassen (A3 · § 5.1). Ferie"
            " tel ikkje med.",
        ),
    )
    return make_sheet(
        make_form(*_describe_absence(), del_av=100),
        frame,
        place=place,
        first_day=first_day,
        recorded=sorted(recorded, key=lambda one: (one["from"], one["id"]), reverse=True),
    )


async def record_absence(view: View, sent: Sent) -> Done:
    """How much absence there is now is said afterwards; the page stays, since there is often more to record."""
    place = sent.sheet.values["place"]
    absence = await view.api.post("/v1/absences", {"placement_id": place.id} | sent.body, sent.acting)
    said = f"Fråværet {_describe_period(absence)} er registrert. {await _summarise(view, place)}"
    return Done(f"/plassar/{place.id}/fravaer", said)


async def prepare_change(view: View) -> Sheet:
    """An absence as it stands, and the version that is changed."""
    absence, etag, place = await _load_absence(view)
    form = make_form(
        *_describe_absence(),
        etag=etag,
        slag=absence["kind"],
        fra=absence["from"],
        til=absence["to"],
        del_av=absence["percent"],
        merknad=absence["note"],
    )
    frame = Frame(
        title=f"Endre fråvær for {place.name}",
        here="Endre",
        line=place.line,
        back=(f"/plassar/{place.id}/fravaer", f"Fråvær for {place.name}"),
        button="Lagre endringa",
        after=("Det som stod før, vert teke vare på som ei eldre utgåve (A2).",),
        others=[(f"/fravaer/{absence['id']}/trekk", "Trekk fråværet i staden")],
    )
    return make_sheet(form, frame, place=place, id=absence["id"])


async def change_absence(view: View, sent: Sent) -> Done:
    """The next revision of it."""
    place = sent.sheet.values["place"]
    absence = await view.api.patch(f"/v1/absences/{sent.sheet.values['id']}", sent.body, sent.acting)
    return Done(
        sent.sheet.values["frame"].back[0],
        f"Fråværet er endra til {_describe_period(absence)}." + " " + await _summarise(view, place),
    )


async def prepare_cancellation(view: View) -> Sheet:
    """An absence that never was."""
    absence, etag, place = await _load_absence(view)
    frame = Frame(
        title=f"Trekk fråvær for {place.name}",
        here="Trekk",
        line=place.line,
        back=(f"/plassar/{place.id}/fravaer", f"Fråvær for {place.name}"),
        button="Trekk fråværet",
        facts=[
            ("Slag", word(absence["kind"], "kind")),
            ("Dagar", _describe_period(absence)),
            ("Del av dagen", f"{absence['percent']}{NBSP}%"),
        ],
        after=(
            "Fråvær som er trekt, tel ikkje og kan ikkje hentast tilbake (A2). Registrer det på nytt om det var rett.",
        ),
        danger=True,
    )
    return make_sheet(make_form(etag=etag), frame, place=place, absence=absence)


async def cancel_absence(view: View, sent: Sent) -> Done:
    """For good."""
    place = sent.sheet.values["place"]
    absence = sent.sheet.values["absence"]
    if not absence["cancelled"]:
        await view.api.delete(f"/v1/absences/{absence['id']}", sent.acting)
    return Done(sent.sheet.values["frame"].back[0], f"Fråværet er trekt. {await _summarise(view, place)}")


async def prepare_review(view: View) -> Sheet:
    """What the case office makes of extensive absence, beside the figures of today."""
    place = await load_place(view)
    summary = await view.api.find(f"/v1/placements/{place.id}/absence-summary", on=view.on)
    facts = (
        [
            ("Sidan", long_date(summary["window_from"])),
            ("Fråvær", f"{amount(summary['absent'])} av {amount(summary['planned'])} planlagde dagar"),
            ("Del", share(summary["share"], 0)),
            ("Grense", f"{summary['threshold_percent']}{NBSP}%"),
        ]
        if summary
        else []
    )
    form = make_form(
        Day(name="dag", label="Dag fråværet vart vurdert", to="reviewed_on"),
        Choice(name="utfall", label="Kva vart utfallet?", to="outcome", options=options("absence_outcome", OUTCOMES)),
        LongText(name="grunn", label="Grunngjeving", to="reason"),
        dag=view.on,
    )
    frame = Frame(
        title=f"Vurder fråværet til {place.name}",
        here="Vurder fråvær",
        line=place.line,
        back=back_to(place),
        button="Lagre vurderinga",
        facts=facts,
        after=(
            "Oppgåva er gjord til det kjem nytt fråvær (A3 · § 5.1).",
            "Er utfallet endring eller opphør, gjer du eit eige vedtak om det.",
        ),
    )
    return make_sheet(form, frame, place=place)


async def review_absence(view: View, sent: Sent) -> Done:
    """A change or an end is decided next."""
    place = sent.sheet.values["place"]
    review = await view.api.post(f"/v1/placements/{place.id}/absence-reviews", sent.body, sent.acting)
    if review["outcome"] in ("change", "end"):
        return Done(f"/vedtak/ny?plass={place.id}", "Vurderinga er lagra. Gjer no vedtaket som følgjer av ho.")
    return Done(place.address, f"Vurderinga er lagra. {await say_next(view, place.id)}")


def _describe_absence() -> Sequence[Field]:
    return (
        Choice(name="slag", label="Slag fråvær", to="kind", options=options("kind", KINDS)),
        Day(name="fra", label="Første dag", to="from"),
        Day(name="til", label="Siste dag", to="to", hint="dd.mm.åååå. Same dag som den første om det gjeld éin dag."),
        Whole(name="del_av", label="Kor stor del av dagen?", to="percent", unit="prosent"),
        Field(
            name="merknad",
            label="Merknad",
            to="note",
            required=False,
            null=True,
            hint="Ikkje diagnose og ikkje fødselsnummer.",
        ),
    )


async def _load_absence(view: View) -> tuple[Mapping[str, Any], str, Place]:
    absence, etag = await view.api.get_with_etag(f"/v1/absences/{view.request.path_params['absence_id']}")
    return absence, etag, await load_place(view, absence["placement_id"])


def _describe_period(absence: Mapping[str, Any]) -> str:
    first, last = short_date(absence["from"]), short_date(absence["to"])
    return first if first == last else f"{first} – {last}"


async def _summarise(view: View, place: Place) -> str:
    """How much absence there is, and what comes of it."""
    summary = await view.api.find(f"/v1/placements/{place.id}/absence-summary", on=view.on)
    if summary is None:
        return ""
    said = f"I alt er {amount(summary['absent'])} av {amount(summary['planned'])} planlagde dagar fråvær"
    if summary["review_due"]:
        return f"{said}; det er omfattande, og Forvaltningskontoret skal vurdere plassen."
    return f"{said}, {share(summary['share'], 0)}."


ROUTES = (
    FormPage("/plassar/{placement_id:uuid}/fravaer", "fravaer.html", prepare_absence, record_absence, *FILING),
    FormPage("/fravaer/{absence_id:uuid}", TEMPLATE, prepare_change, change_absence, *FILING),
    FormPage("/fravaer/{absence_id:uuid}/trekk", TEMPLATE, prepare_cancellation, cancel_absence, *FILING),
    FormPage(
        "/plassar/{placement_id:uuid}/fravaersvurdering", TEMPLATE, prepare_review, review_absence, "case_officer"
    ),
)
