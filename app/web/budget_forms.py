"""What finance records: a frame (C5), a rate (C1), an expected refund (C11)."""

from app.web.fields import Amount, Day, Field
from app.web.form_pages import Done, FormPage, Sent, Sheet
from app.web.forms import make_form
from app.web.pages import View
from app.web.render import amount, long_date

OFFICE = ("case_officer", "finance")


async def prepare_frame(view: View) -> Sheet:
    """The frame of a year; one that is adopted anew stands beside the older ones."""
    year = view.request.path_params["year"]
    form = make_form(
        Amount(name="belop", label="Ramme", to="amount"),
        Day(name="vedteken", label="Vedteken", to="adopted_on"),
        Field(name="grunn", label="Grunn eller sak", to="reason", hint="Til dømes «Budsjett 2023, K-sak 88/22»."),
    )
    known = await view.api.list(f"/v1/budgets/{year}/frames")
    rows = [(one["adopted_on"], one["amount"], one["reason"]) for one in known]
    values = {
        "title": f"Ramme for {year}",
        "trail": [(f"/aaret/{year}", f"Året {year}")],
        "button": "Lagre ramma",
        "known": ("Rammer som er vedtekne", "Vedteken", rows),
        "note": "Ei ny ramme tek over frå dagen ho er vedteken. Dei eldre vert ståande (C5).",
    }
    return Sheet({"form": form}, values)


async def record_frame(view: View, sent: Sent) -> Done:
    """The year's position is computed against it from its day on."""
    year = view.request.path_params["year"]
    made = await view.api.post(f"/v1/budgets/{year}/frames", sent.body, sent.acting)
    return Done(f"/aaret/{year}", f"Ramma for {year} er lagra: {amount(made['amount'])} kroner.")


async def prepare_rate(view: View) -> Sheet:
    """NAV's rate per place and month, from the day it holds and the day it became known."""
    form = make_form(
        Amount(name="sats", label="Sats per plass og månad", to="monthly_amount"),
        Day(name="fra", label="Gjeld frå", to="valid_from"),
        Day(name="kjend", label="Kjend frå", to="known_from", hint="dd.mm.åååå. Dagen satsen vart offentleg."),
        Field(name="kjelde", label="Kjelde", to="source", hint="Til dømes «Statsbudsjettet 2023»."),
        kjend=view.on,
    )
    known = await view.api.list("/v1/rates")
    rows = [(one["valid_from"], one["monthly_amount"], one["source"]) for one in known]
    values = {
        "title": "Ny sats",
        "trail": [(f"/aaret/{view.on.year}", f"Året {view.on.year}")],
        "button": "Lagre satsen",
        "known": ("Satsar som er kjende", "Gjeld frå", rows),
        "note": "Grunnfinansieringa er NAV-satsen for VTA og tillegget i retningslinja (C1, C2). Månader som er lukka,"
        " får differansar når satsen endrar dei (C13).",
    }
    return Sheet({"form": form}, values)


async def record_rate(view: View, sent: Sent) -> Done:
    """Prices follow from it."""
    made = await view.api.post("/v1/rates", sent.body, sent.acting)
    said = f"Satsen er lagra: {amount(made['monthly_amount'])} kroner frå {long_date(made['valid_from'])}."
    return Done(f"/aaret/{made['valid_from'][:4]}", said)


async def prepare_refund(view: View) -> Sheet:
    """The refund for resource-demanding services that is expected for a year, computed elsewhere."""
    year = view.request.path_params["year"]
    form = make_form(
        Amount(name="belop", label="Venta refusjon", to="amount"),
        Day(name="dag", label="Rekna ut den", to="recorded_on"),
        Field(name="grunn", label="Grunnlag", to="reason", hint="Utan namn på personar."),
        dag=view.on,
    )
    known = await view.api.list(f"/v1/budgets/{year}/expected-refunds")
    rows = [(one["recorded_on"], one["amount"], one["reason"]) for one in known]
    values = {
        "title": f"Venta refusjon for {year}",
        "trail": [(f"/aaret/{year}", f"Året {year}")],
        "button": "Lagre refusjonen",
        "known": ("Refusjonar som er førte", "Rekna ut", rows),
        "note": "Refusjonen for ressurskrevjande tenester vert rekna ut utanfor denne tenesta. Prognosen vert vist"
        " både med og utan (C11).",
    }
    return Sheet({"form": form}, values)


async def record_refund(view: View, sent: Sent) -> Done:
    """The position shows gross and net from its day on."""
    year = view.request.path_params["year"]
    made = await view.api.post(f"/v1/budgets/{year}/expected-refunds", sent.body, sent.acting)
    return Done(f"/aaret/{year}", f"Den venta refusjonen for {year} er lagra: {amount(made['amount'])} kroner.")


ROUTES = (
    FormPage("/aaret/{year:int}/ramme", "budsjettskjema.html", prepare_frame, record_frame, *OFFICE),
    FormPage("/satsar/ny", "budsjettskjema.html", prepare_rate, record_rate, *OFFICE),
    FormPage("/aaret/{year:int}/refusjon", "budsjettskjema.html", prepare_refund, record_refund, *OFFICE),
)
