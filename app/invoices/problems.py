"""Why an invoice is refused (C12)."""

from app.http.exception_handlers import on_constraint
from app.http.problems import problem_type

MAX_LINES = 1_000
MAX_NUMBER = 200

INVOICE_MALFORMED = problem_type(
    "invoice-malformed",
    422,
    title="Fakturaen er ikkje gyldig XML",
    nn="Fila er ikkje velforma XML.",
    en="The file is not well-formed XML.",
)
INVOICE_UNSAFE = problem_type(
    "invoice-unsafe",
    422,
    title="Fakturaen har innhald som ikkje vert lese",
    nn="Fila har ein dokumenttype eller entitetar; det har ingen EHF-faktura.",
    en="The file has a document type declaration or entities, which no EHF invoice has.",
)
INVOICE_TOO_LARGE = problem_type(
    "invoice-too-large",
    422,
    title="Fakturaen er for stor",
    nn=f"Fakturaen har meir enn {MAX_LINES} linjer, for mange element, for store beløp eller er for djupt nøsta.",
    en=f"The invoice has more than {MAX_LINES} lines, too many elements, too large amounts, or is nested too deeply.",
)
INVOICE_NOT_EHF = problem_type(
    "invoice-not-ehf",
    422,
    title="Fakturaen er ikkje EHF",
    nn="Fila er ikkje ein faktura (380) eller ei kreditnota (381) i EHF, Peppol BIS Billing 3.0.",
    en="The file is not an invoice (380), a credit note (381) or of another type that Peppol BIS Billing 3.0 allows;"
    " `rule` names the rule that says so.",
)
INVOICE_INCOMPLETE = problem_type(
    "invoice-incomplete",
    422,
    title="Fakturaen manglar noko",
    nn="Eit element manglar eller har feil form.",
    en="An element is missing or malformed; `element` names it.",
)
INVOICE_ARITHMETIC = problem_type(
    "invoice-arithmetic",
    422,
    title="Fakturaen seier imot seg sjølv",
    nn="Beløp eller nummer i fakturaen seier imot kvarandre.",
    en="Amounts or numbers of the invoice contradict each other; `rule` names the rule of the standard that says so.",
)
INVOICE_PERIOD = problem_type(
    "invoice-period",
    422,
    title="Perioden kan ikkje brukast",
    nn="Kvar linje må gjelde éin kalendermånad, i eigen periode eller i fakturaen sin.",
    en="Every line is for one calendar month, by its own period or the invoice's, and within the invoice's.",
)
INVOICE_OVER_NEW_YEAR = problem_type(
    "invoice-period-over-new-year",
    422,
    title="Perioden går over nyttår",
    nn="Ein faktura gjeld eitt budsjettår; send ein for kvart år.",
    en="An invoice is for one budget year: send two invoices for a period over New Year.",
)
INVOICE_CURRENCY = problem_type(
    "invoice-currency",
    422,
    title="Annan valuta",
    nn="Fakturaen må vere i norske kroner (NOK).",
    en="The invoice must be in NOK.",
)
INVOICE_BUYER = problem_type(
    "invoice-buyer-other",
    422,
    title="Fakturaen er til nokon annan",
    nn="Kjøparen i fakturaen er ikkje kommunen.",
    en="The invoice's buyer is not the municipality.",
)
INVOICE_SUPPLIER = problem_type(
    "invoice-supplier-unknown",
    422,
    title="Fakturaen er frå ei ukjend vekstbedrift",
    nn="Inga vekstbedrift har organisasjonsnummeret i fakturaen. Registrer ho først, eller rett fakturaen.",
    en="No provider has the supplier's organisation number.",
)
INVOICE_PARTY = problem_type(
    "invoice-party-contradictory",
    422,
    title="Kven fakturaen er frå eller til, er ikkje eintydig",
    nn="Juridisk eining, identifikator og MVA-nummer for ein part er ikkje det same organisasjonsnummeret.",
    en="Legal entity, identifier and VAT number of a party are not of one organisation.",
)
INVOICE_EXISTS = problem_type(
    "invoice-already-checked",
    409,
    title="Fakturaen er alt kontrollert",
    nn="Vekstbedrifta sin faktura med dette nummeret er alt kontrollert.",
    en="The supplier's invoice with this number has been checked already; `invoice_id` is the check.",
)
REFUSALS = (
    INVOICE_MALFORMED,
    INVOICE_UNSAFE,
    INVOICE_TOO_LARGE,
    INVOICE_NOT_EHF,
    INVOICE_INCOMPLETE,
    INVOICE_ARITHMETIC,
    INVOICE_PERIOD,
    INVOICE_OVER_NEW_YEAR,
    INVOICE_CURRENCY,
    INVOICE_BUYER,
    INVOICE_SUPPLIER,
    INVOICE_PARTY,
    INVOICE_EXISTS,
)

on_constraint("uq_invoice_check_provider_id_kind_number", INVOICE_EXISTS, INVOICE_EXISTS.nn)
