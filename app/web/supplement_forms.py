"""A supplement to a place, its earlier end, and a need beyond one employee to five places that turns up (L6)."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.web.calls import Refused
from app.web.fields import Amount, Choice, Day, Decimals, LongText, Several
from app.web.form_pages import Done, FormPage, Sent, Sheet
from app.web.forms import make_form, point_at
from app.web.names import load_person, load_place
from app.web.pages import View
from app.web.render import amount, long_date
from app.web.sheets import TEMPLATE, Frame, back_to, make_sheet
from app.web.words import options, word

PARTIES = ("service", "case_office", "provider")
FINDERS = ("case_office", "provider", "participant", "guardian", "service", "other")
OUTCOMES = ("no_change", "supplement", "another_provider", "end")
HEARD = "Tillegget skal drøftast med den utøvande tenesta, Forvaltningskontoret og vekstbedrifta (§ 8)."


async def prepare_supplement(view: View) -> Sheet:
    """The form of a supplement; all three parties are heard, and some of them agree."""
    place = await load_place(view)
    form = make_form(
        Amount(name="sum", label="Tillegg i månaden", to="monthly_amount"),
        Decimals(
            name="arsverk",
            label="Bemanning utover den vanlege",
            to="full_time_equivalents",
            required=False,
            unit="årsverk",
            hint="Det vekstbedrifta må ha i tillegg til éin tilsett på fem plassar (P5). Til dømes 0,5.",
        ),
        Day(name="fra", label="Gjeld frå", to="valid_from"),
        Day(
            name="til",
            label="Gjeld til",
            to="valid_to",
            required=False,
            hint="dd.mm.åååå, siste dag. Utan dag gjeld det så lenge plassen varer.",
        ),
        LongText(name="grunn", label="Kvifor trengst det?", to="reason"),
        *_describe_hearing(),
        Day(name="avtalt", label="Dag det vart avtalt", to="agreed_on"),
        avtalt=view.on,
    )
    frame = Frame(
        title=f"Tillegg for {place.name}",
        here="Tillegg",
        line=place.line,
        back=back_to(place),
        button="Registrer tillegget",
        after=(
            f"{HEARD} Alle tre må vere høyrde; dei som er samde, tel som høyrde (L6).",
            "Tillegget kjem oppå månadsprisen uansett kor stor del av plassen det er (C4), og prognosen vert rekna om.",
            "Tretti dagar før det går ut, får du ei oppgåve om det.",
        ),
    )
    return make_sheet(form, frame, place=place)


async def add_supplement(view: View, sent: Sent) -> Done:
    """The amount and its days are said afterwards."""
    place = sent.sheet.values["place"]
    try:
        added = await view.api.post(f"/v1/placements/{place.id}/supplements", sent.body, sent.acting)
    except Refused as refused:
        raise point_at(refused, {"change-outside-place": "fra"}) from None
    until = f"til {long_date(added['valid_to'])}" if added["valid_to"] else "så lenge plassen varer"
    said = f"{amount(added['monthly_amount'])} kroner i månaden frå {long_date(added['valid_from'])}, {until}"
    return Done(place.address, f"Tillegget er registrert: {said}. Prognosen er rekna om.")


async def prepare_end(view: View) -> Sheet:
    """An earlier last day, heard of and agreed to as the supplement was."""
    place = await load_place(view)
    id_ = str(view.request.path_params["supplement_id"])
    supplement = await view.api.get(f"/v1/placements/{place.id}/supplements/{id_}")
    form = make_form(
        Day(name="siste", label="Siste dag", to="valid_to", hint="dd.mm.åååå. Denne dagen vert betalt."),
        LongText(name="grunn", label="Kvifor vert det avslutta?", to="reason"),
        *_describe_hearing(),
        Day(name="avtalt", label="Dag det vart avtalt", to="agreed_on"),
        avtalt=view.on,
    )
    frame = Frame(
        title=f"Avslutt tillegget for {place.name}",
        here="Avslutt tillegg",
        line=place.line,
        back=back_to(place),
        button="Avslutt tillegget",
        facts=_describe_supplement(supplement),
        after=(
            "Tillegget vert kortare; avtalen frå før vert ståande i historia (L6).",
            "Skal det vare lenger, registrerer du eit nytt.",
        ),
    )
    return make_sheet(form, frame, place=place, id=id_)


async def end_supplement(view: View, sent: Sent) -> Done:
    """Refused where it is no earlier day, or was agreed before the supplement itself."""
    place, id_ = sent.sheet.values["place"], sent.sheet.values["id"]
    try:
        ended = await view.api.post(f"/v1/placements/{place.id}/supplements/{id_}/end", sent.body, sent.acting)
    except Refused as refused:
        fields = {"supplement-not-shortened": "siste", "supplement-agreed-later": "avtalt"}
        raise point_at(refused, fields) from None
    return Done(place.address, f"Tillegget sluttar {long_date(ended['valid_to'])}. Prognosen er rekna om.")


async def prepare_need(view: View) -> Sheet:
    """A need that has turned up, also of an applicant."""
    person = await load_person(view)
    form = make_form(
        Day(name="dag", label="Dag behovet vart oppdaga", to="noticed_on"),
        LongText(name="kva", label="Kva har endra seg?", to="what"),
        Choice(name="av", label="Kven oppdaga det?", to="by", options=options("found_by", FINDERS)),
        dag=view.on,
    )
    frame = Frame(
        title=f"Endra behov hjå {person.name}",
        here="Endra behov",
        back=back_to(person),
        button="Registrer behovet",
        after=(
            "Bemanninga skal drøftast med den utøvande tenesta og vekstbedrifta (L6 · § 8). Oppgåva står på"
            " arbeidslista til du registrerer utfallet.",
        ),
    )
    return make_sheet(form, frame, person=person)


async def record_need(view: View, sent: Sent) -> Done:
    """It opens the task of a discussion."""
    person = sent.sheet.values["person"]
    await view.api.post(f"/v1/participants/{person.id}/need-changes", sent.body, sent.acting)
    return Done(person.address, "Behovet er registrert. Drøft bemanninga, og registrer utfallet etterpå.")


async def prepare_outcome(view: View) -> Sheet:
    """What the discussion of a need came to."""
    person = await load_person(view)
    id_ = str(view.request.path_params["need_change_id"])
    needs = await view.api.list(f"/v1/participants/{person.id}/need-changes")
    need = next((one for one in needs if one["id"] == id_), None)
    if need is None:
        raise Refused(404, {})
    form = make_form(
        Choice(name="utfall", label="Kva vart utfallet?", to="outcome", options=options("need_outcome", OUTCOMES)),
        Day(name="dag", label="Dag det vart avgjort", to="closed_on"),
        dag=view.on,
    )
    frame = Frame(
        title=f"Utfallet av drøftinga for {person.name}",
        here="Utfall",
        back=back_to(person),
        button="Lagre utfallet",
        facts=[
            ("Oppdaga", long_date(need["noticed_on"])),
            ("Av", word(need["by"], "found_by")),
            ("Behov", need["what"]),
        ],
        after=("Tillegg, ny vekstbedrift og opphør vert registrerte eller vedtekne for seg (L6 · § 8).",),
    )
    return make_sheet(form, frame, person=person, id=id_)


async def close_need(view: View, sent: Sent) -> Done:
    """What follows from the outcome is the next page, where there is one place to follow it up at."""
    person, id_ = sent.sheet.values["person"], sent.sheet.values["id"]
    path = f"/v1/participants/{person.id}/need-changes/{id_}/outcome"
    outcome = (await view.api.post(path, sent.body, sent.acting))["outcome"]
    places = await view.api.list("/v1/placements", participant_id=[person.id], active_on=view.on)
    if len(places) == 1 and outcome == "supplement":
        return Done(f"/plassar/{places[0]['id']}/tillegg", "Utfallet er lagra. Registrer tillegget her.")
    if len(places) == 1 and outcome in ("end", "another_provider"):
        said = "Utfallet er lagra. Gjer no vedtaket som følgjer av det."
        return Done(f"/vedtak/ny?plass={places[0]['id']}", said)
    return Done(person.address, "Utfallet er lagra, og oppgåva er gjord.")


def _describe_hearing() -> Sequence[Several]:
    parties = options("agreed_by", PARTIES)
    return (
        Several(name="samde", label="Kven er samde?", to="agreed_by", required=False, options=parties),
        Several(
            name="hoyrde",
            label="Kven andre er høyrde?",
            to="heard",
            required=False,
            options=parties,
            hint="Alle tre må vere samde eller høyrde.",
        ),
    )


def _describe_supplement(supplement: Mapping[str, Any]) -> list[tuple[str, str]]:
    until = f"til {long_date(supplement['valid_to'])}" if supplement["valid_to"] else "så lenge plassen varer"
    return [
        ("I månaden", f"{amount(supplement['monthly_amount'])} kroner"),
        ("Gjeld", f"frå {long_date(supplement['valid_from'])}, {until}"),
        ("Grunn", supplement["reason"]),
    ]


ROUTES = (
    FormPage("/plassar/{placement_id:uuid}/tillegg", TEMPLATE, prepare_supplement, add_supplement, "case_officer"),
    FormPage(
        "/plassar/{placement_id:uuid}/tillegg/{supplement_id:uuid}/slutt",
        TEMPLATE,
        prepare_end,
        end_supplement,
        "case_officer",
    ),
    FormPage("/deltakarar/{participant_id:uuid}/behov", TEMPLATE, prepare_need, record_need, "case_officer"),
    FormPage(
        "/deltakarar/{participant_id:uuid}/behov/{need_change_id:uuid}/utfall",
        TEMPLATE,
        prepare_outcome,
        close_need,
        "case_officer",
    ),
)
