"""The words of the access log in bokmål, for a person who reads that: by the nynorsk words of `log_words`."""

from collections.abc import Mapping

# What is spelt alike stands here too, so that a new word is not left in nynorsk by chance.
BOKMAAL: Mapping[str, str] = {
    # Purposes
    "Sakshandsaming": "Saksbehandling", "Oppfølging av tenesta": "Oppfølging av tjenesten",
    "Oppfølging av plassen": "Oppfølging av plassen",
    "Oppdatering frå journalsystemet": "Oppdatering fra journalsystemet",
    "Tildeling av reiser og legatmidlar": "Tildeling av reiser og legatmidler",
    "Styring og internkontroll": "Styring og internkontroll",
    "Rekneskap og budsjett": "Regnskap og budsjett", "Tilsyn med innsyn": "Tilsyn med innsyn", "Ukjent": "Ukjent",
    # Reasons
    "sak": "sak", "oppfølging": "oppfølging", "klage": "klage", "anna grunn": "annen grunn",
    # Verbs
    "Avgrensa handsaminga av": "Begrenset behandlingen av", "Oppheva": "Opphevet", "avgrensinga": "begrensningen",
    "avgrensingane": "begrensningene",
    "Annullerte": "Annullerte", "Avslutta": "Avsluttet", "Bad om": "Ba om", "Endra": "Endret",
    "Fastsette": "Fastsatte", "Fråfall": "Frafalt", "Godkjende eller avviste": "Godkjente eller avviste",
    "Henta ut": "Hentet ut", "Kalla tilbake": "Kalte tilbake", "Kontrollerte": "Kontrollerte", "Lukka": "Lukket",
    "Oppdaterte": "Oppdaterte", "Registrerte": "Registrerte", "Rekna på": "Regnet på", "Retta": "Rettet",
    "Sende": "Sendte", "Sende inn": "Sendte inn", "Sletta": "Slettet", "Slo opp": "Slo opp",
    "Slo saman": "Slo sammen", "Stengde": "Stengte", "Svarte på": "Svarte på", "Såg": "Så", "Talde": "Talte",
    "Trekte": "Trakk", "Rangerte": "Rangerte", "Vurderte": "Vurderte",
    # Nouns
    "ein søknad til legatet": "en søknad til legatet", "søknader til legatet": "søknader til legatet",
    "ei utbetaling frå legatet": "en utbetaling fra legatet",
    "ei tilbakebetaling til legatet": "en tilbakebetaling til legatet",
    "rapporten til styret i legatet": "rapporten til styret i legatet",
    "kva kvar kan få av legatet": "hva hver kan få av legatet", "summen til legatet": "summen til legatet",
    "ein post i feriefondet": "en post i feriefondet", "postane i feriefondet": "postene i feriefondet",
    "året til feriefondet": "året til feriefondet",
    "summane til legatet": "summene til legatet", "året til legatet": "året til legatet",
    "arbeidslista": "arbeidslista", "behov som har meldt seg": "behov som har meldt seg",
    "brevet om vedtaket": "brevet om vedtaket", "eit behov": "et behov",
    "eit ja til førespurnaden": "et ja til forespørselen", "ei oppgåve": "en oppgave",
    "endringane av fråvær": "endringene av fravær", "evalueringsrapport": "evalueringsrapport",
    "evalueringsrapportar": "evalueringsrapporter", "fråfall av ei oppgåve": "frafall av en oppgave",
    "fråvær": "fravær", "fråværsrapporten": "fraværsrapporten", "fråværsrutina": "fraværsrutinen",
    "fråværsrutinane": "fraværsrutinene", "førespurnad": "forespørsel", "førespurnadene": "forespørslene",
    "førespurnader": "forespørsler", "gjennomgang av fråvær": "gjennomgang av fravær",
    "gjennomgangar av fråvær": "gjennomganger av fravær", "hendingar": "hendelser",
    "innsynskopien med fødselsnummer": "innsynskopien med fødselsnummer",
    "innsynsloggen": "innsynsloggen", "kalenderen": "kalenderen", "kva plassen kostar": "hva plassen koster",
    "kva plassen kostar i fleire år": "hva plassen koster i flere år", "kven som har sett personen":
    "hvem som har sett personen", "kven som kan slettast": "hvem som kan slettes", "månaden": "måneden",
    "møte": "møte", "oppfølgingsplan": "oppfølgingsplan", "oppfølgingsplanar": "oppfølgingsplaner",
    "oppgjeret": "oppgjøret", "oppseiing": "oppsigelse", "oppseiingar": "oppsigelser", "personen": "personen",
    "plass på vidareførte vilkår": "plass på videreførte vilkår", "plassen": "plassen", "samandrag av fråvær":
    "sammendrag av fravær", "samtykke": "samtykke", "sletting": "sletting", "søknaden": "søknaden",
    "søknader": "søknader", "tal for året": "tall for året", "tillegg": "tillegg",
    "utgåvene av eit referat": "utgavene av et referat", "uvanlege oppslag": "uvanlige oppslag", "vedtak": "vedtak",
    "verknaden av eit vedtak": "virkningen av et vedtak",
    "vurderinga frå tenesta": "vurderingen fra tjenesten", "ynske om sletting": "ønske om sletting",
    "årsrapporten": "årsrapporten", "eit trinn på trappa": "et trinn på trappen",
    "trinna på trappa": "trinnene på trappen", "ei teneste på trappa": "en tjeneste på trappen",
    "tenestene på trappa": "tjenestene på trappen", "talet plassar på trappa": "antall plasser på trappen",
    "ein tabell over plassar": "en tabell over plasser", "tabellar over plassar": "tabeller over plasser",
    "eit behov på trappa": "et behov på trappen", "behova på trappa": "behovene på trappen",
    "kva som manglar på trappa": "hva som mangler på trappen", "folketalet": "folketallet",
    "ein gjennomgang av trappene": "en gjennomgang av trappene",
    "gjennomgangar av trappene": "gjennomganger av trappene", "folketal": "folketall",
    "ein søknad om feriereise": "en søknad om feriereise", "søknader om feriereise": "søknader om feriereise",
    "søknadene i ein runde av feriereiser": "søknadene i en runde av feriereiser",
}  # fmt: skip
