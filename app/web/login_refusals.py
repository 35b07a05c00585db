"""Why somebody was not logged in, in words that say what they can do about it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """The page in place of a session."""

    status: int
    title: str
    detail: str


_NOT_FINISHED = "Innlogginga vart ikkje fullført"
_NOT_TRUSTED = Refusal(
    502,
    "Innlogginga kunne ikkje godkjennast",
    "Svaret frå pålogginga stemmer ikkje med det tenesta venta, og du er ikkje logga inn. Prøv igjen. Hender det fleire"
    " gonger, så sei frå til den som driftar tenesta.",
)

REFUSALS: Mapping[str, Refusal] = {
    "state_missing": Refusal(
        400,
        _NOT_FINISHED,
        "Adressa du kom hit med, høyrer ikkje til noka innlogging. Start på nytt frå innloggingssida.",
    ),
    "state_unknown": Refusal(
        400,
        _NOT_FINISHED,
        "Innlogginga er brukt før, er eldre enn ti minutt, eller vart starta i ein annan nettlesar. Start på nytt.",
    ),
    "no_code": Refusal(400, _NOT_FINISHED, "Svaret frå pålogginga er ikkje heilt. Start på nytt."),
    "code": Refusal(
        400,
        _NOT_FINISHED,
        "Pålogginga kjenner ikkje igjen svaret sitt: det er brukt før, eller for gammalt. Start på nytt.",
    ),
    "cancelled": Refusal(403, "Innlogginga vart avbroten", "Du er ikkje logga inn. Start på nytt når du vil."),
    "issuer_error": Refusal(
        502,
        "Pålogginga svarte med ein feil",
        "Feilen er notert. Prøv igjen om litt. Hender det fleire gonger, så sei frå til den som driftar tenesta.",
    ),
    "issuer_down": Refusal(
        503, "Pålogginga svarar ikkje", "Det er ikkje noko du kan gjere noko med. Prøv igjen om nokre minutt."
    ),
    "level": Refusal(
        403,
        "Du må logge inn sikrare",
        "Måten du logga inn på, er ikkje sikker nok for opplysningane her. Logg inn på nytt, med til dømes BankID.",
    ),
    "no_role": Refusal(
        403,
        "Du har ikkje tilgang",
        "Pålogginga gjekk bra, men kommunen har ikkje gjeve deg noka rolle i Vekstplass. Be leiaren din om tilgang.",
    ),
    "too_many_groups": Refusal(
        403,
        "Tilgangen din kunne ikkje lesast",
        "Du er med i så mange grupper at katalogen ikkje sender dei. Sei frå til den som driftar tenesta.",
    ),
    "exclusive_roles": Refusal(
        403,
        "Du har to roller som ikkje går i hop",
        "Den som reviderer loggen, kan ikkje vere sakshandsamar. Be leiaren din velje kva for ei av rollene som er di.",
    ),
    "several_areas": Refusal(
        403,
        "Du har tilgang til to tenesteområde",
        "Ein person kan sjå eitt tenesteområde. Be leiaren din velje kva for eit av dei som er ditt.",
    ),
    "no_organisation": Refusal(
        403,
        "Du har ikkje fullmakt frå ei vekstbedrift",
        "Pålogginga gjekk bra, men du valde inga verksemd som har gjeve deg tilgang til Vekstplass. Be dagleg leiar om"
        " fullmakt i Altinn, og logg inn på nytt.",
    ),
    "several_organisations": Refusal(
        403, "Du valde fleire verksemder", "Vel éi verksemd om gongen, og logg inn på nytt for å byte."
    ),
}


def describe_refusal(reason: str) -> Refusal:
    """The words for a reason; what is wrong with a token is of no use to the person, and has the same for all."""
    return REFUSALS.get(reason, _NOT_TRUSTED)
