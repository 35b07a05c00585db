"""The forms of a trip's staffing plan, and of its settlement by the actual hours (T13–T16, T21, T22)."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.web.applicants import HANDLERS
from app.web.calls import Refused
from app.web.fields import Amount, Day, Decimals, Field, Whole
from app.web.form_pages import Done, FormPage, Sent, Sheet
from app.web.forms import make_form
from app.web.pages import View
from app.web.render import amount, to_date
from app.web.sheets import Frame, make_sheet
from app.web.staffing_grid import AlikeShifts, make_grid
from app.web.trip_pages import PLANNERS, address_of, describe_days, load_trip

CELLS = (
    "Skriv kvar vakt som 09:00–21:30. Ei vakt med fleire delar: 08:00–10:00 reise; 10:00–22:00. Passiv vakt:"
    " 23:00–07:00 passiv. To vakter på same dag: 08:00–12:00 + 16:00–20:00. Talde minutt: 340 min og kvifor."
)
_STAFFING_FIELDS = (
    AlikeShifts(
        name="heime",
        label="Vakter heime medan turen varer",
        to="home_shifts",
        hint="Ei linje for kvart slag: 2 x 7 07:30–15:00 er to tilsette i sju dagar.",
    ),
    Decimals(name="heimetimar", label="Timar heime, om vaktene ikkje står over", to="home_hours", required=False),
    AlikeShifts(name="ordinaert", label="Ordinære vakter dei same dagane", to="ordinary_shifts"),
    Decimals(
        name="ordinaertimar", label="Ordinære timar, om vaktene ikkje står over", to="ordinary_hours", required=False
    ),
    Decimals(
        name="turtimar",
        label="Timar på turen, om dei er talde ein annan stad",
        to="trip_hours",
        required=False,
    ),
    Whole(name="tilsette", label="Tal på tilsette, om dei ikkje står over", to="staff_count", required=False),
    Amount(name="timeloen", label="Timeløn", to="hourly_rate"),
    Amount(name="tillegg", label="Tillegg for kvar dag", to="allowance_per_day"),
    Whole(
        name="tilleggsdagar",
        label="Dagar med tillegg",
        to="allowance_days",
        required=False,
        hint="Tomt: dagane på turen, slik ordninga tel dei.",
    ),
    Amount(name="diett", label="Diett til kvar tilsett for heile turen", to="diet_per_staff"),
    Amount(name="reise", label="Reise og overnatting for dei tilsette", to="staff_travel_and_lodging", required=False),
)


async def prepare_plan(view: View) -> Sheet:
    """The staff of the trip by day, shifts at home and ordinary ones, and the rates."""
    trip = await load_trip(view)
    plan, etag = await _find_plan(view, trip)
    frame = Frame(
        title="Bemanningsplan",
        here="Bemanningsplan",
        back=(address_of(trip), "Ferieturen"),
        button="Lagre planen",
        line=describe_days(trip),
        after=(
            "Timane vert talde i minutt: reise er halv tid, passiv vakt ein tredel (T13).",
            "Alle tilsette må ha sagt seg villige før turen vert innvilga (T21).",
            "For korte kviler vert varsla, ikkje nekta (T22).",
        ),
    )
    return _make_staffing_sheet(trip, plan, etag, frame, [])


async def save_plan(view: View, sent: Sent) -> Done:
    """It takes the place of the one before; the prices follow from it."""
    trip = sent.sheet.values["trip"]
    made = await _send_staffing(view, sent, f"/v1/trips/{trip['id']}/staffing-plan", "PUT")
    warned = f" {len(made['warnings'])} kviler eller vakter er varsla." if made["warnings"] else ""
    return Done(address_of(trip), f"Planen er lagra. Turen kostar {amount(made['staff_cost'])} kroner.{warned}")


async def prepare_settlement(view: View) -> Sheet:
    """The actual hours and vouchers, beginning with what was planned."""
    trip = await load_trip(view)
    plan, _ = await _find_plan(view, trip)
    frame = Frame(
        title="Oppgjer for ferieturen",
        here="Oppgjer",
        back=(address_of(trip), "Ferieturen"),
        button="Gjer opp turen",
        line=describe_days(trip),
        after=(
            "Skriv dei timane som faktisk vart arbeidde, og beløpa etter bilag. Feltet er fylt ut med planen.",
            "Skilnaden mot prisen er det deltakaren skuldar eller får att (T16). Oppgjeret kan ikkje endrast.",
        ),
    )
    own = [Day(name="dag", label="Gjort opp den", to="settled_on")]
    return _make_staffing_sheet(trip, plan, "", frame, own, dag=view.on)


async def settle_trip(view: View, sent: Sent) -> Done:
    """A line a participant against the price."""
    trip = sent.sheet.values["trip"]
    made = await _send_staffing(view, sent, f"/v1/trips/{trip['id']}/settlement", "POST")
    short = f" Det manglar {amount(made['fund_short'])} kroner i feriefondet." if made["fund_short"] != "0.00" else ""
    return Done(address_of(trip), f"Turen er gjord opp.{short}")


async def _find_plan(view: View, trip: Mapping[str, Any]) -> tuple[dict[str, Any] | None, str]:
    if trip["plan_version"] is None:
        return None, ""
    return await view.api.get_with_etag(f"/v1/trips/{trip['id']}/staffing-plan")


def _make_staffing_sheet(
    trip: Mapping[str, Any],
    plan: Mapping[str, Any] | None,
    etag: str,
    frame: Frame,
    own: Sequence[Field],
    **initial: Any,
) -> Sheet:
    """The form of a plan or a settlement, with what the plan has."""
    grid = make_grid(to_date(trip["starts_on"]), to_date(trip["ends_on"]), (plan and plan["staff"]) or [])
    if plan is not None:
        initial |= {
            "heime": plan["home_shifts"] or None,
            "ordinaert": plan["ordinary_shifts"] or None,
            # No hours are none, so that the shifts that are written later do not differ from them.
            "heimetimar": None if plan["home_shifts"] or plan["home_hours"] == "0.00" else plan["home_hours"],
            "ordinaertimar": None
            if plan["ordinary_shifts"] or plan["ordinary_hours"] == "0.00"
            else plan["ordinary_hours"],
            "turtimar": None if plan["staff"] else plan["trip_hours"],
            "tilsette": None if plan["staff"] else plan["staff_count"],
            "timeloen": plan["hourly_rate"],
            "tillegg": plan["allowance_per_day"],
            "diett": plan["diet_per_staff"],
            "reise": plan["staff_travel_and_lodging"],
        }
    form = make_form(*own, *grid.fields, *_STAFFING_FIELDS, etag=etag, **grid.initial, **initial)
    below = [one.name for one in (*own, *_STAFFING_FIELDS)]
    return make_sheet(form, frame, trip=trip, grid=grid, cells=CELLS, below=below)


async def _send_staffing(view: View, sent: Sent, path: str, method: str) -> dict[str, Any]:
    """The staff of the grid and the rest of the form."""
    read = sent.sheet.values["grid"].read(sent.form)
    body = sent.body | ({"staff": read.staff} if read.staff else {})
    try:
        if method == "PUT":
            made: dict[str, Any] = await view.api.put(path, body, sent.acting)
        else:
            made = await view.api.post(path, body, sent.acting)
    except Refused as refused:
        raise read.point_at(refused) from None
    return made


_ONE = "/feriereiser/turar/{trip_id:uuid}"
_TEMPLATE = "ferietur-plan.html"
ROUTES = (
    FormPage(f"{_ONE}/plan", _TEMPLATE, prepare_plan, save_plan, *PLANNERS),
    FormPage(f"{_ONE}/oppgjer", _TEMPLATE, prepare_settlement, settle_trip, *HANDLERS),
)
