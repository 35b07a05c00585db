"""The fields of a decision and the body that they make: of an application, or of a place (D3, D6–D8, L3, L7)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.web.fields import Amount, Choice, Day, Field, Invalid, LongText, Option, Select, Whole
from app.web.form_pages import Sheet
from app.web.forms import Form, Wrong, make_form, nest
from app.web.names import Place, full_name, load_place, load_providers
from app.web.pages import View
from app.web.render import long_date, short_date
from app.web.words import options, word

OF_APPLICATION = ("grant", "reject")
OF_PLACE = ("change", "end", "correct", "annul")
FOUND_BY = ("case_office", "provider", "participant", "guardian", "service", "other")
GROUNDS = ("clerical_error", "not_notified", "invalid", "in_favour")
DESTINATIONS = (
    "vta", "municipal_offer", "ordinary_work", "education", "other_offer", "none", "moved", "died",
)  # fmt: skip
SHARE = Whole(name="del", label="Del av full plass", to="share", unit="%", required=False, depends=True)


async def prepare_of_application(view: View) -> Sheet:
    """Grant or reject: the request that was accepted says where and how much."""
    id_ = view.query("soknad")
    application = await view.api.get(f"/v1/applications/{require_choice(id_)}")
    person = await view.api.get(f"/v1/participants/{application['participant_id']}")
    providers = await load_providers(view.api)
    requests = await view.api.list(f"/v1/applications/{id_}/requests")
    accepted = next((one for one in reversed(requests) if _stands(one)), None)
    bases = await _load_bases(view)
    kinds = [Option("reject", "Avslag")]
    if accepted:
        kinds.insert(0, Option("grant", f"Tildel plass hjå {providers.get(accepted['provider_id'], 'vekstbedrifta')}"))
    form = make_form(
        Choice(name="utfall", label="Utfall", options=kinds),
        Day(name="vedtaksdag", label="Vedtaksdag", to="decided_on"),
        Day(name="forste_dag", label="Første dag med plass", to="starts_on", required=False, depends=True),
        Day(name="siste_dag", label="Siste dag", to="ends_on", required=False, depends=True, hint=_LAST_DAY_HINT),
        SHARE,
        LongText(
            name="grunngjeving", label="Grunngjeving", to="reason", required=False, depends=True, hint=_REASON_HINT
        ),
        Select(name="heimel", label="Heimel", to="legal_basis", options=_list_bases(bases, OF_APPLICATION)),
        LongText(
            name="oppgaver",
            label="Helse- og sosialoppgåver som vekstbedrifta gjer",
            to="health_and_social_tasks",
            required=False,
            hint="Ei oppgåve på kvar linje (D7).",
        ),
        Day(name="avtale_dag", label="Medisinavtale, dato", to="medication_agreement/agreed_on", required=False),
        Field(
            name="avtale", label="Medisinavtale, arkivreferanse", to="medication_agreement/reference", required=False
        ),
        Field(name="arkiv", label="Arkivreferanse", to="archive_reference", required=False),
        Field(
            name="budsjettsak",
            label="Budsjettsak",
            to="budget_reference",
            required=False,
            hint="Saka som betaler når prognosen går over ramma (C7).",
        ),
        utfall="grant" if accepted else "reject",
        vedtaksdag=view.on,
        heimel=_first(bases, "grant" if accepted else "reject"),
        **_ask_for(accepted),
    )
    values = {
        "application": application,
        "person": person,
        "name": full_name(person),
        "accepted": accepted,
        "provider": providers.get(accepted["provider_id"], "") if accepted else "",
    }
    return Sheet({"form": form}, values)


_LAST_DAY_HINT = "dd.mm.åååå. Lat feltet stå tomt når behovet er varig."
_REASON_HINT = "Står i brevet. Skriv ikkje helseopplysningar som ikkje trengst."


def _stands(request: Mapping[str, Any]) -> bool:
    return request["answer"] == "accepted" and not request["retracted_on"] and not request["recalled_on"]


def _ask_for(accepted: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the request asked for: the first day where it named one, and the share."""
    return {} if accepted is None else {"forste_dag": accepted["starts_from"], "del": accepted["share"]}


def write_body_of_application(body: Mapping[str, Any], form: Form, values: Mapping[str, Any]) -> dict[str, Any]:
    """What is sent of a grant, or of a rejection with its reason. Raises `Wrong`."""
    kind = form.value("utfall")
    written = nest(body) | {"kind": kind, "application_id": values["application"]["id"]}
    if kind == "grant":
        if "starts_on" not in written:
            raise Wrong({"forste_dag": "Skriv den første dagen med plass."})
        written["request_id"] = values["accepted"]["id"]
        if tasks := written.pop("health_and_social_tasks", None):
            written["health_and_social_tasks"] = [line.strip() for line in tasks.splitlines() if line.strip()]
    else:
        if "reason" not in written:
            raise Wrong({"grunngjeving": "Eit avslag må grunngjevast (D3)."})
        for name in _ONLY_OF_GRANT:
            written.pop(name, None)
    return written


_ONLY_OF_GRANT = (
    "starts_on", "ends_on", "share", "health_and_social_tasks", "medication_agreement", "budget_reference",
)  # fmt: skip


async def prepare_of_place(view: View) -> Sheet:
    """A change, an end, a correction or an annulment of one place."""
    place = await load_place(view, require_choice(view.query("plass")))
    kind = view.query("utfall")
    if kind not in OF_PLACE:
        raise Invalid("Vel kva vedtaket skal gjelde.")
    decisions = await view.api.list("/v1/decisions", placement_id=place.id)
    bases = await _load_bases(view)
    make = {"change": _change_fields, "end": _end_fields, "correct": _correct_fields, "annul": _annul_fields}[kind]
    notice = _open_notice(place.data["history"])
    fields, initial = make(place, decisions, notice, view.query("gjeld"))
    defaults: dict[str, Any] = {"vedtaksdag": view.on, "heimel": _first(bases, kind)}
    form = make_form(
        Day(name="vedtaksdag", label="Vedtaksdag", to="decided_on"),
        *fields,
        Select(name="heimel", label="Heimel", to="legal_basis", options=_list_bases(bases, (kind,))),
        Field(name="arkiv", label="Arkivreferanse", to="archive_reference", required=False),
        **defaults | initial,
    )
    return Sheet({"form": form}, {"place": place, "kind": kind, "notice": notice})


Fields = tuple[list[Field], dict[str, Any]]


def _change_fields(place: Place, decisions: list[dict[str, Any]], notice: Mapping[str, Any] | None, of: str) -> Fields:
    fields: list[Field] = [
        Day(name="forste_dag", label="Nye vilkår frå", to="valid_from", required=False),
        SHARE,
    ]
    if place.data["need"] == "temporary" or place.data["ends_on"]:
        fields.append(Day(name="siste_dag", label="Ny siste dag", to="ends_on", required=False))
    if place.data["terms"] == "legacy":
        fields.append(Amount(name="pris", label="Pris per månad", to="monthly_price", required=False))
    fields += [
        Choice(
            name="medisin",
            label="Medisin i arbeidstida",
            to="medication_tasks",
            required=False,
            options=(Option("", "Som før"), Option("ja", "Vekstbedrifta hjelper"), Option("nei", "Ingen oppgåver")),
        ),
        Day(name="avtale_dag", label="Medisinavtale, dato", to="medication_agreement/agreed_on", required=False),
        Field(
            name="avtale", label="Medisinavtale, arkivreferanse", to="medication_agreement/reference", required=False
        ),
    ]
    if notice:
        label = f"Oppseiinga frå {long_date(notice['on'])}"
        choices = (Option("", "Står ved lag"), Option(notice["notice_id"], "Vert trekt: plassen held fram"))
        fields.append(Choice(name="oppseiing", label=label, to="withdraws_notice_id", required=False, options=choices))
    fields.append(LongText(name="grunngjeving", label="Grunngjeving", to="reason", required=False, hint=_REASON_HINT))
    return fields, {"medisin": "", "oppseiing": ""}


def _end_fields(place: Place, decisions: list[dict[str, Any]], notice: Mapping[str, Any] | None, of: str) -> Fields:
    fields: list[Field] = [
        Day(name="siste_dag", label="Siste dag", to="ends_on", hint="dd.mm.åååå. Dagen vert betalt (L3)."),
        Select(
            name="vidare",
            label="Kva går personen til?",
            to="destination",
            required=False,
            options=options("destination", DESTINATIONS),
        ),
        LongText(name="grunngjeving", label="Grunngjeving", to="reason", required=False, hint=_REASON_HINT),
    ]
    return fields, {"siste_dag": notice["ends_on"] if notice else place.data["ends_on"]}


def _correct_fields(place: Place, decisions: list[dict[str, Any]], notice: Mapping[str, Any] | None, of: str) -> Fields:
    """What the decision should have said; a field that is left as it was is not corrected."""
    can_be = [one for one in decisions if one["kind"] in ("grant", "change", "end", "correct")]
    fields = [
        Select(
            name="gjeld",
            label="Vedtaket som er feil",
            to="corrects_id",
            options=[Option(id_, text) for id_, text in describe_decisions(can_be)],
        ),
        Day(name="forste_dag", label="Rett første dag", to="starts_on", required=False, hint=_AS_IT_WAS),
        Day(name="siste_dag", label="Rett siste dag", to="ends_on", required=False, hint=_AS_IT_WAS),
        Choice(
            name="utan_slutt",
            label="Siste dag",
            required=False,
            options=(Option("", "Som over"), Option("ja", "Ingen: plassen tek ikkje slutt")),
        ),
        Whole(name="del", label="Rett del av full plass", to="share", unit="%", required=False),
        Select(
            name="behov",
            label="Rett behov",
            to="need",
            required=False,
            options=options("need", ("permanent", "temporary")),
        ),
        *_mending_fields(),
    ]
    return fields, {"gjeld": of or (can_be[-1]["id"] if can_be else None), "utan_slutt": "", "grunnlag": GROUNDS[0]}


_AS_IT_WAS = "dd.mm.åååå. Lat feltet stå tomt når det var rett."


def _annul_fields(place: Place, decisions: list[dict[str, Any]], notice: Mapping[str, Any] | None, of: str) -> Fields:
    return _mending_fields(), {"grunnlag": GROUNDS[0]}


def _mending_fields() -> list[Field]:
    return [
        LongText(name="grunngjeving", label="Kva var feil, og kvifor?", to="reason", hint=_REASON_HINT),
        Select(name="funne_av", label="Kven oppdaga feilen?", to="found_by", options=options("found_by", FOUND_BY)),
        Select(name="grunnlag", label="Grunnlag for omgjering", to="ground", options=options("ground", GROUNDS)),
    ]


def write_body_of_place(body: Mapping[str, Any], form: Form, values: Mapping[str, Any]) -> dict[str, Any]:
    """What is sent of a change, an end, a correction or an annulment. Raises `Wrong`."""
    place, kind = values["place"], values["kind"]
    written = nest(body) | {"kind": kind, "placement_id": place.id}
    if kind == "change":
        written["medication_tasks"] = {"ja": True, "nei": False}.get(form.value("medisin"))
        written = {name: value for name, value in written.items() if value not in (None, "")}
    if kind == "correct" and form.has("utan_slutt", "ja"):
        if "ends_on" in written:
            raise Wrong({"siste_dag": "Vel anten ein siste dag, eller at plassen ikkje tek slutt."})
        written["ends_on"] = None
    if kind == "annul" and (grant := _grant_of(place.data["history"])):
        written["corrects_id"] = grant
    return written


def write_draft(form: Form, values: Mapping[str, Any]) -> dict[str, Any] | None:
    """The body of an unfinished form: what costs nothing may be missing. None where something else is."""
    given = {}
    for name, one in form.fields.items():
        if form.value(name).strip():
            continue
        if one.to == "reason":
            given[name] = [_UNWRITTEN]
        elif one.to == "found_by":
            given[name] = [FOUND_BY[0]]
    form = replace(form, values={**form.values, **given})
    write = write_body_of_place if "place" in values else write_body_of_application
    try:
        return write(form.read(), form, values)
    except Wrong:
        return None


_UNWRITTEN = "Ikkje skrive enno."


def require_choice(typed: str) -> str:
    if not typed:
        raise Invalid("Vel først kven vedtaket gjeld, frå arbeidslista eller frå personen si side.")
    return typed


async def _load_bases(view: View) -> dict[str, list[str]]:
    """The legal bases of the guideline version in force, by kind of decision (D2)."""
    versions = await view.api.list("/v1/guideline-versions")
    in_force = [one for one in versions if one["valid_from"] <= view.on.isoformat()] or versions
    latest = max(in_force, key=lambda one: (one["valid_from"], one["id"]), default=None)
    found: dict[str, list[str]] = latest["legal_bases"] if latest else {}
    return found


def _first(bases: Mapping[str, list[str]], kind: str) -> str | None:
    return next(iter(bases.get(kind, ())), None)


def _list_bases(bases: Mapping[str, list[str]], kinds: tuple[str, ...]) -> list[Option]:
    return [Option(text, text) for text in dict.fromkeys(text for kind in kinds for text in bases.get(kind, ()))]


def describe_decisions(decisions: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(one["id"], f"{word(one['kind'], 'kind')} {short_date(one['decided_on'])}") for one in decisions]


def _open_notice(history: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The notice that stands: given, and neither withdrawn nor decided on."""
    notice = None
    for step in history:
        if step["step"] == "notice_given":
            notice = step
        elif step["step"] in ("notice_withdrawn", "end_decided"):
            notice = None
    return notice


def _grant_of(history: list[dict[str, Any]]) -> str | None:
    return next((step["decision_id"] for step in history if step["step"] == "granted"), None)
