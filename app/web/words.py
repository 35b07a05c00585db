"""The API's codes in nynorsk, and the menu of each role."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from app.security.roles import Actor
from app.web.fields import Option

# What a code means depends on the field it stands in: the key is the field's name in the API, and the code.
WORDS: Mapping[str, Mapping[str, str]] = {
    "kind": {
        # Tasks
        "plan": "Oppfølgingsplan",
        "evaluation": "Evalueringsrapport",
        "conversation": "Samtale",
        "cooperation": "Samarbeidsmøte",
        "cooperation_meeting": "Samarbeidsmøte",
        "system": "Felles møte på systemnivå",
        "system_meeting": "Felles møte på systemnivå",
        "bilateral": "Møte mellom to partar",
        "guideline_evaluation": "Evaluering av retningslinja",
        "absence_review": "Gjennomgang av omfattande fråvær",
        "absence_contact": "Kontakt etter fråvær",
        "notice_meeting": "Møte etter oppseiing",
        "deviation": "Avvik hjå vekstbedrifta",
        "consent": "Fornying av samtykke",
        "moved_out": "Deltakaren har flytta ut",
        "request_to_send": "Førespurnad som skal sendast",
        "request_unanswered": "Førespurnad utan svar",
        "decision_to_make": "Søknad til vedtak",
        "end_decision": "Vedtak om opphør",
        "temporary_ending": "Mellombels plass tek slutt",
        "supplement_ending": "Tillegg går ut",
        "rate_missing": "Sats som manglar",
        "staffing_discussion": "Drøfting av bemanning",
        "protection_to_check": "Adressevern som skal sjekkast",
        "trust_report": "Rapport til styret i legatet",
        "stair_review": "Gjennomgang av trappene",
        "reassessment": "Ny kartlegging av behovet",
        "trip_assessment": "Vurdering av søknader om feriereise",
        "trip_acceptance": "Prisen på ein tur skal godtakast",
        "trip_settlement": "Oppgjer etter ein tur",
        "trial_evaluation": "Evaluering av ferieordninga",
        "information_stale": "Informasjon som skal sjekkast",
        # Decisions
        "grant": "Tildeling av plass",
        "reject": "Avslag",
        "change": "Endringsvedtak",
        "end": "Vedtak om opphør",
        "correct": "Retting",
        "annul": "Oppheving",
        # Absence
        "sick": "Sjuk",
        "holiday": "Ferie",
        "leave": "Permisjon",
        "unexcused": "Ugyldig fråvær",
        "other": "Anna",
        # Deviations
        "statement": "Eigenerklæring manglar",
        "area": "Kompetanseområde manglar",
        "police_certificate": "Politiattest manglar",
        "staffing": "For låg bemanning",
        "premises": "Lokala er ikkje universelt utforma",
        "absence_routine": "Fråværsrutine manglar",
    },
    "status": {
        "open": "Ope",
        "overdue": "Over frist",
        "done": "Gjort",
        "waived": "Fråfalle",
        "received": "Motteken",
        "requested": "Ventar på svar",
        "accepted": "Til vedtak",
        "granted": "Fått plass",
        "rejected": "Avslag",
        "withdrawn": "Trekt",
        "annulled": "Annullert",
        "closed": "Lukka",
        "approved": "Godkjent",
        "waiting": "Ventar",
    },
    # Of a place; a lapsed one's notice has run out without a decision (L5).
    "state": {
        "running": "Har plass",
        "noticed": "Sagt opp",
        "lapsed": "Oppseiinga er ute",
        "ending": "Sluttar",
        "ended": "Slutta",
        "annulled": "Annullert",
    },
    "service_area": {"habilitation": "Habilitering", "mental_health": "Psykisk helse og rus", "other": "Anna teneste"},
    "need": {"permanent": "Varig", "temporary": "Mellombels"},
    "terms": {"standard": "Retningslinja sine vilkår", "legacy": "Vidareførte vilkår"},
    "responsible": {
        "case_office": "Forvaltningskontoret",
        "provider": "Vekstbedrifta",
        "service": "Utøvande teneste",
        "grants_office": "Fagutvikling",
    },
    "flag": {
        "within": "Innanfor ramma",
        "watch": "Nær ramma",
        "overrun": "Over ramma",
        "no_frame": "Inga ramme",
    },
    "answer": {"accepted": "Ja", "declined": "Nei"},
    "destination": {
        "vta": "varig tilrettelagt arbeid (VTA)",
        "municipal_offer": "eit anna kommunalt tilbod",
        "ordinary_work": "ordinært arbeid",
        "education": "utdanning",
        "other_offer": "eit anna tilbod",
        "none": "ingenting er avtalt",
        "moved": "flytta ut av kommunen",
        "died": "personen er død",
    },
    "found_by": {
        "case_office": "Forvaltningskontoret",
        "provider": "vekstbedrifta",
        "participant": "deltakaren",
        "guardian": "verja",
        "service": "den utøvande tenesta",
        "other": "andre",
    },
    "ground": {
        "clerical_error": "skrivefeil eller feilregistrering",
        "not_notified": "vedtaket er ikkje meldt til parten (§ 35 b)",
        "invalid": "vedtaket er ugyldig (§ 35 c)",
        "in_favour": "til gunst for parten",
    },
    "decline": {
        "no_capacity": "ikkje ledig plass",
        "cannot_accommodate": "kan ikkje gje eit forsvarleg tilbod",
        "other": "anna grunn",
    },
    "access_reason": {"case": "Sak", "follow_up": "Oppfølging", "complaint": "Klage", "other": "Anna"},
    "contact": {"guardian": "Verje", "next_of_kin": "Pårørande"},
    "method": {"written": "skriftleg", "oral": "munnleg", "electronic": "elektronisk"},
    "unusual_access": {
        "outside_office_hours": "Utanom kontortid",
        "far_above_median": "Mange fleire enn vanleg",
        "same_family_name": "Same etternamn",
    },
    "given_by": {
        "participant": "deltakaren",
        "guardian": "verja",
        "next_of_kin": "pårørande",
        "municipality": "kommunen",
        "provider": "vekstbedrifta",
    },
    "absence_outcome": {
        "no_change": "inga endring",
        "follow_up": "tettare oppfølging",
        "change": "plassen skal endrast",
        "end": "plassen skal avsluttast",
    },
    "need_outcome": {
        "no_change": "inga endring",
        "supplement": "tillegg",
        "another_provider": "ei anna vekstbedrift",
        "end": "opphør",
    },
    "made_with": {"participant": "Deltakaren", "guardian": "Verja", "next_of_kin": "Pårørande"},
    "agreed_by": {
        "municipality": "kommunen",
        "provider": "vekstbedrifta",
        "case_office": "Forvaltningskontoret",
        "service": "den utøvande tenesta",
    },
    "notice": {
        "changed_needs": "endra behov",
        "cannot_accommodate": "kan ikkje leggje til rette",
        "extensive_absence": "omfattande fråvær",
        "other": "anna grunn",
    },
    "service": {
        "habilitation": "Habilitering",
        "mental_health": "Psykisk helse og rus",
        "nav": "NAV",
        "other_service": "ei anna teneste",
    },
    "outcome": {"allowed": "Fekk sjå", "denied": "Nekta"},
    "filed_by": {"provider": "vekstbedrifta", "case_office": "Forvaltningskontoret", "service": "Habilitering"},
    "universal_design": {"yes": "Ja", "partly": "Delvis", "no": "Nei"},
    "change": {
        "add_places": "Fleire plassar",
        "end_places": "Plassar som sluttar",
        "share": "Anna del av plass",
        "rate": "Annan sats",
        "supplement": "Tillegg til ein plass",
        "supplement_percent": "Annan tilleggsprosent",
        "frame": "Anna ramme",
        "refund": "Annan refusjon",
    },
    "invoice": {"invoice": "Faktura", "credit_note": "Kreditnota"},
    "invoice_result": {"equal": "Lik", "different": "Ulik"},
    "invoice_basis": {"settlement": "lukka oppgjer", "computed": "utrekna månad"},
    "invoice_cause": {
        "no_such_placement": "Plassen finst ikkje",
        "other_days": "Andre dagar",
        "other_price": "Annan pris",
        "other_share": "Annan del av plassen",
        "missing_supplement": "Tillegg ikkje fakturert",
        "credited_too_much": "Kreditert for mykje",
        "not_invoiced": "Ikkje fakturert",
        "already_invoiced": "Fakturert før",
        "document_charge": "Gebyr eller rabatt på heile fakturaen",
    },
    "purpose": {"respite": "Avlasting", "escort": "Følgje på ferietur"},
    "trip_span": {"long": "Lang", "short": "Kort"},
    "trip_length": {"long": "Lange turar", "short": "Korte turar"},
    "trip_status": {"applied": "Ikkje vurdert", "assessed": "Vurdert", "withdrawn": "Trekt"},
    "trip_criterion": {"benefit": "Nytte", "resource": "Ressurs", "severity": "Alvor", "mastery": "Meistring"},
    "need_grade": {
        "limited": "Noko eller avgrensa",
        "moderate": "Middels til stort",
        "extensive": "Omfattande",
    },
    "trip_state": {
        "applied": "Ikkje vurdert",
        "assessed": "Vurdert",
        "planned": "Planlagd",
        "accepted": "Alle har sagt ja",
        "granted": "Innvilga",
        "carried_out": "Gjennomført, ikkje gjort opp",
        "settled": "Gjort opp",
        "rejected": "Avslegen",
        "withdrawn": "Trekt",
        "cancelled": "Avlyst",
    },
    "trip_reason": {
        "late": "Kom etter fristen",
        "within_interval": "For kort tid sidan sist",
        "not_in_group": "Ikkje i målgruppa",
        "not_resident": "Bur ikkje i kommunen",
        "not_documented": "Behovet er ikkje dokumentert",
        "outside_purpose": "Utanfor føremålet",
        "lower_rank": "Andre vart sette føre",
        "fund_exhausted": "Feriefondet er brukt opp",
        "no_staff": "Ingen tilsette kan vere med",
        "other": "Anna grunn",
    },
    "trip_decision": {"grant": "Innvilga", "reject": "Avslegen", "withdraw": "Trekt"},
    "accepted_by": {"participant": "Deltakaren", "guardian": "Verja"},
    "fund_entry": {
        "allocation": "Løyvd av kommunen",
        "gift": "Gåve",
        "reserve": "Sett av til ein tur",
        "release": "Frigjort",
        "settle": "Gjort opp for ein tur",
    },
    "trust_decider": {"board": "Styret i legatet", "municipality": "Kommunen"},
    "trust_status": {"undecided": "Ikkje avgjord", "granted": "Innvilga", "rejected": "Avslegen"},
    "trust_entry": {
        "grant": "Innvilga",
        "reject": "Avslegen",
        "payment": "Utbetalt",
        "repayment": "Betalt tilbake",
    },
    "trust_reason": {
        "late": "Kom etter fristen",
        "not_resident": "Høyrer ikkje heime i kommunen",
        "documentation_missing": "Dokumentasjon manglar",
        "outside_purpose": "Utanfor føremålet",
        "trust_sum_exhausted": "Summen er brukt opp",
        "person_limit": "Over grensa for kvar person",
        "withdrawn": "Trekt av søkjaren",
        "other": "Anna grunn",
    },
}

# The rule behind a demand, and where in the guideline it stands.
PARAGRAPHS: Mapping[str, str] = {
    "A3": "§ 5.1", "C1": "§ 8", "D1": "§ 2", "D4": "§ 3", "L4": "§ 9.2", "L5": "§ 9.2", "L6": "§ 8", "L7": "§ 9.2",
    "M1": "§ 7.1", "M2": "§ 7.1", "M3": "§ 7.2", "M4": "§ 7.2", "M6": "§ 7.2", "M7": "§ 7.3", "M8": "§ 10",
    "P4": "§ 6", "P5": "§ 8", "P6": "§ 5", "P7": "§ 5.1",
}  # fmt: skip

ROLE_WORDS: Mapping[str, str] = {
    "case_officer": "Forvaltningskontoret",
    "finance": "Økonomi",
    "auditor": "Revisor",
    "grants_officer": "Fagutvikling",
    "manager": "Leiing",
    "provider": "Vekstbedrift",
    "service": "Utøvande teneste",
}


class MenuItem(NamedTuple):
    """A line of the main menu."""

    address: str
    text: str


_OFFICER = (
    MenuItem("/arbeidsliste", "Arbeidsliste"),
    MenuItem("/deltakarar", "Deltakarar"),
    MenuItem("/vekstbedrifter", "Vekstbedrifter"),
    MenuItem("/aaret", "Året"),
    MenuItem("/oppgjer", "Oppgjer"),
    MenuItem("/styringstal", "Styringstal"),
    MenuItem("/legat", "Legat"),
    MenuItem("/feriereiser", "Feriereiser"),
)
# The first line of each is the role's start page; the first role that somebody has decides.
MENUS: Mapping[str, Sequence[MenuItem]] = {
    "case_officer": _OFFICER,
    "finance": (
        MenuItem("/aaret", "Året"),
        MenuItem("/oppgjer", "Oppgjer"),
        MenuItem("/faktura", "Faktura"),
        MenuItem("/legat", "Legat"),
        MenuItem("/feriereiser/fond", "Feriefond"),
        MenuItem("/styringstal", "Styringstal"),
    ),
    "manager": (MenuItem("/aaret", "Året"), MenuItem("/styringstal", "Styringstal")),
    "grants_officer": (MenuItem("/legat", "Legat"), MenuItem("/feriereiser", "Feriereiser")),
    "provider": (MenuItem("/vekstbedrift", "Oversikt"),),
    "service": (MenuItem("/deltakarar", "Deltakarar"), MenuItem("/feriereiser/turar", "Feriereiser")),
    "auditor": (MenuItem("/logg", "Innsynsloggen"),),
}


def word(code: str, field: str) -> str:
    """What a code of a field means; the code itself where nobody has given it a word (a test finds it)."""
    return WORDS.get(field, {}).get(code, code)


def options(field: str, codes: Iterable[str]) -> list[Option]:
    """Codes to choose between, by their words."""
    return [Option(code, text[0].upper() + text[1:]) for code in codes for text in (word(code, field),)]


def menu(actor: Actor) -> Sequence[MenuItem]:
    """The main menu of a person, of the first role that they have."""
    return next((items for role, items in MENUS.items() if role in actor.roles), ())


def describe_person(actor: Actor) -> str:
    """Where a person belongs: `Forvaltningskontoret`, `Habilitering`."""
    if actor.service_area is not None:
        return word(actor.service_area, "service_area")
    return " · ".join(text for role, text in ROLE_WORDS.items() if role in actor.roles)
