"""S: the steering figures, their definitions as data, and the periods that they are for (S1, S2, S9)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal, get_args

from app.rules.calendar import get_month_range
from app.rules.money import round_half_up

PeriodKind = Literal["day", "month", "tertial", "year"]
PERIOD_KINDS: tuple[PeriodKind, ...] = get_args(PeriodKind)
Key = Literal["provider", "service_area", "destination"]
KEYS: tuple[Key, ...] = get_args(Key)
CELL_KEYS: tuple[Key, ...] = ("provider", "service_area")
"""What figures can be grouped by at once; `destination` stands alone."""

FigureCode = Literal[
    "places_active",
    "capacity",
    "occupancy",
    "planned_days",
    "absent_days",
    "used_days",
    "used_percent",
    "cost",
    "cost_per_planned_day",
    "cost_per_used_day",
    "required_staff",
    "stated_staff",
    "supplement_share",
    "waiting",
    "waiting_days",
    "declined_no_capacity",
    "granted",
    "rejected",
    "changed",
    "ended",
    "turnover",
    "follow_up_on_time",
    "processing_days",
    "trips_granted",
    "trip_nights",
    "trip_cost",
    "trip_fund_part",
    "trip_price",
    "trust_grants",
    "trust_granted",
]

Measure = Literal[
    "places",
    "filled",
    "capacity",
    "planned",
    "planned_to_date",
    "absent",
    "used",
    "cost",
    "cost_to_date",
    "required_staff",
    "stated_staff",
    "with_supplement",
    "place_months",
    "waiting",
    "waiting_days",
    "answered",
    "declined",
    "granted",
    "rejected",
    "changed",
    "ended",
    "left",
    "decided",
    "due",
    "on_time",
    "processing_days",
    "trips",
    "trip_nights",
    "trip_cost",
    "trip_fund_part",
    "trip_participants_part",
    "travellers",
    "trust_grants",
    "trust_granted",
    "trust_grantees",
]
COUNTS: frozenset[Measure] = frozenset(
    {
        "places",
        "capacity",
        "with_supplement",
        "waiting",
        "waiting_days",
        "answered",
        "declined",
        "granted",
        "rejected",
        "changed",
        "ended",
        "left",
        "decided",
        "due",
        "on_time",
        "processing_days",
        "trips",
        "trip_nights",
        "travellers",
        "trust_grants",
        "trust_grantees",
    }
)
"""What is a whole number; the others have two decimals."""
STATES: frozenset[Measure] = frozenset(
    {
        "places",
        "filled",
        "capacity",
        "required_staff",
        "stated_staff",
        "with_supplement",
        "waiting",
        "waiting_days",
    }
)
"""What is so on a day, and of a longer period on its last one; the others add up over days."""

_MONTHS: Mapping[PeriodKind, int] = {"month": 1, "tertial": 4, "year": 12}
_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Definition:
    """S1: what a figure is: its numerator over its denominator, `scale` times. Without a denominator it is one.

    `people` are the counts that it would tell (S6): a cell with few of any of them is hidden. `by` are the keys that it
    can be grouped by. `past` says that it is of what has happened, and of no period that begins later than the day.
    """

    code: FigureCode
    label: str
    formula: str
    unit: str
    source: str
    rule: str
    numerator: Measure
    denominator: Measure | None = None
    scale: int = 1
    by: frozenset[Key] = frozenset(CELL_KEYS)
    people: tuple[str, ...] = ()
    past: bool = False

    @property
    def periods(self) -> tuple[PeriodKind, ...]:
        """What it can be asked for: a day too, if all of it is of a day."""
        return PERIOD_KINDS if {self.numerator, self.denominator or self.numerator} <= STATES else PERIOD_KINDS[1:]


_PLACES = ("places", "people")
_APPLICATIONS = ("granted", "rejected", "decided")
_CELL = frozenset(CELL_KEYS)
_PROVIDER = frozenset({CELL_KEYS[0]})
_AREA = frozenset({CELL_KEYS[1]})
_PER_100 = "per 100 plassmånader"


def _count_acts(
    code: FigureCode, label: str, what: str, rule: str, measure: Measure, people: tuple[str, ...], by: frozenset[Key]
) -> Definition:
    return Definition(
        code,
        label,
        f"{what} / plassmånader x 100",
        _PER_100,
        "Vedtak",
        rule,
        measure,
        "place_months",
        _PERCENT,
        by=by,
        people=(*people, *_PLACES),
        past=True,
    )


def _sum_trips(
    code: FigureCode, label: str, formula: str, unit: str, measure: Measure, denominator: Measure | None = None
) -> Definition:
    return Definition(
        code, label, formula, unit, "Vedtak og bemanningsplanar for turar", "T24", measure, denominator, by=_AREA,
        people=("travellers",),
    )  # fmt: skip


def _sum_trust(code: FigureCode, label: str, formula: str, unit: str, measure: Measure) -> Definition:
    return Definition(
        code, label, formula, unit, "Vedtak om legatet", "R10", measure, by=_AREA, people=("trust_grantees",), past=True
    )


DEFINITIONS: tuple[Definition, ...] = (
    Definition(
        "places_active", "Plassar i bruk", "plassar på den siste dagen i perioden", "plassar", "Vedtak og avtalar",
        "L1", "places", people=_PLACES,
    ),
    Definition(
        "capacity", "Kapasitet", "avtalte plassar på den siste dagen i perioden", "plassar", "Avtale med vekstbedrift",
        "P2", "capacity", by=_PROVIDER,
    ),
    Definition(
        "occupancy", "Belegg", "fylte plassar / kapasitet x 100, på den siste dagen i perioden", "prosent",
        "Vedtak og avtalar", "P2", "filled", "capacity", _PERCENT, by=_PROVIDER, people=_PLACES,
    ),
    Definition(
        "planned_days", "Planlagde dagar", "kvardagar som ikkje er heilagdag x del av plass", "dagar", "Vedtak", "A3",
        "planned", people=_PLACES,
    ),
    Definition(
        "absent_days", "Fråværsdagar", "fråvær på planlagde dagar, kvar veke høgst det planlagde", "dagar",
        "Meldt fråvær", "A3", "absent", people=_PLACES, past=True,
    ),
    Definition(
        "used_days", "Brukte dagar", "planlagde dagar hittil - fråværsdagar", "dagar", "Vedtak og meldt fråvær", "A3",
        "used", people=_PLACES, past=True,
    ),
    Definition(
        "used_percent", "Brukt av planlagt", "brukte dagar / planlagde dagar hittil x 100", "prosent",
        "Vedtak og meldt fråvær", "A3", "used", "planned_to_date", _PERCENT, people=_PLACES, past=True,
    ),
    Definition(
        "cost", "Kostnad", "det plassane kostar i perioden", "kroner", "Satsar og vedtak", "C4", "cost", people=_PLACES,
    ),
    Definition(
        "cost_per_planned_day", "Kostnad per planlagd dag", "kostnad / planlagde dagar", "kroner per dag",
        "Satsar og vedtak", "C4", "cost", "planned", people=_PLACES,
    ),
    Definition(
        "cost_per_used_day", "Kostnad per brukt dag", "kostnad hittil / brukte dagar", "kroner per dag",
        "Satsar, vedtak og meldt fråvær", "C4", "cost_to_date", "used", people=_PLACES, past=True,
    ),
    Definition(
        "required_staff", "Tilsette som trengst", "plassar / 5 + tillegg, på den siste dagen i perioden", "årsverk",
        "Retningslinja og avtalar", "P5", "required_staff", people=_PLACES,
    ),
    Definition(
        "stated_staff", "Tilsette som er oppgjevne", "siste oppgåve per den siste dagen i perioden", "årsverk",
        "Oppgåve frå vekstbedrift", "P5", "stated_staff", by=_PROVIDER,
    ),
    Definition(
        "supplement_share", "Plassar med tillegg", "plassar med tillegg / plassar x 100, på den siste dagen", "prosent",
        "Avtalar om tillegg", "L6", "with_supplement", "places", _PERCENT, people=("with_supplement", *_PLACES),
    ),
    Definition(
        "waiting", "Ventar på vedtak", "søknader utan vedtak på den siste dagen i perioden", "søknader", "Søknader",
        "D4", "waiting", by=_AREA, people=("waiting",), past=True,
    ),
    Definition(
        "waiting_days", "Dagar i vente", "dagar sidan søknaden kom / søknader som ventar", "dagar", "Søknader", "D4",
        "waiting_days", "waiting", by=_AREA, people=("waiting",), past=True,
    ),
    Definition(
        "declined_no_capacity", "Nei av di det er fullt", "nei av mangel på plass / svar på førespurnader x 100",
        "prosent", "Svar frå vekstbedrift", "P3", "declined", "answered", _PERCENT, people=("declined", "answered"),
        past=True,
    ),
    _count_acts("granted", "Innvilga", "tildelingar", "D6", "granted", _APPLICATIONS, _CELL),
    _count_acts("rejected", "Avslått", "avslag", "D6", "rejected", _APPLICATIONS, _AREA),
    _count_acts("changed", "Endra", "endringsvedtak", "D6", "changed", ("changed",), _CELL),
    _count_acts("ended", "Vedtak om slutt", "vedtak om slutt", "L5", "ended", ("ended", "left"), frozenset(KEYS)),
    _count_acts("turnover", "Utskifting", "plassar som tok slutt", "L5", "left", ("ended", "left"), _CELL),
    Definition(
        "follow_up_on_time", "Oppfølging i rett tid", "gjort innan fristen / oppgåver med frist i perioden x 100",
        "prosent", "Planar, evalueringar og møte", "M1–M4", "on_time", "due", _PERCENT, people=("on_time", "due"),
        past=True,
    ),
    Definition(
        "processing_days", "Sakshandsamingstid", "dagar frå søknad til vedtak / vedtak", "dagar", "Søknader og vedtak",
        "D4", "processing_days", "decided", by=_AREA, people=_APPLICATIONS, past=True,
    ),
    _sum_trips("trips_granted", "Innvilga turar", "turar som byrjar i perioden og ikkje er avlyste", "turar", "trips"),
    _sum_trips("trip_nights", "Netter på tur", "netter på innvilga turar", "netter", "trip_nights"),
    _sum_trips("trip_cost", "Kostnad til turar", "løn, tillegg, kost og reise for tilsette", "kroner", "trip_cost"),
    _sum_trips("trip_fund_part", "Fondet sin del", "det feriefondet betaler", "kroner", "trip_fund_part"),
    _sum_trips(
        "trip_price", "Pris per deltakar", "det deltakarane betaler / deltakarar", "kroner per deltakar",
        "trip_participants_part", "travellers",
    ),
    _sum_trust("trust_grants", "Tildelingar frå legatet", "innvilga i perioden", "tildelingar", "trust_grants"),
    _sum_trust("trust_granted", "Tildelt frå legatet", "det som er innvilga i perioden", "kroner", "trust_granted"),
)  # fmt: skip
BY_CODE: Mapping[str, Definition] = {definition.code: definition for definition in DEFINITIONS}


@dataclass(frozen=True, slots=True)
class Period:
    """S9: a month, a tertial (four months) or a year, by its year and its months from 0; `end` is not counted. Or a
    `day` of a month (S2).
    """

    year: int
    begin: int
    end: int
    day: date | None = None

    @property
    def name(self) -> str:
        """`2022-08-31`, `2022-08`, `2022-T2` or `2022`."""
        if self.day is not None:
            return self.day.isoformat()
        length = self.end - self.begin
        if length == _MONTHS["year"]:
            return f"{self.year}"
        number = self.begin // length + 1
        return f"{self.year}-T{number}" if length == _MONTHS["tertial"] else f"{self.year}-{number:02}"

    @property
    def first_day(self) -> date:
        return self.day or date(self.year, self.begin + 1, 1)

    @property
    def last_day(self) -> date:
        return self.day or get_month_range(self.year, self.end)[1]


PERIOD_PATTERN = r"^[0-9]{4}(-(0[1-9]|1[0-2])|-T[1-3])?$"


def parse_period(name: str) -> Period:
    """The period of a name that `PERIOD_PATTERN` matches: `2022-08`, `2022-T2` or `2022`."""
    year, _, part = name.partition("-")
    if not part:
        return Period(int(year), 0, _MONTHS["year"])
    length = _MONTHS["tertial" if part.startswith("T") else "month"]
    begin = (int(part.removeprefix("T")) - 1) * length
    return Period(int(year), begin, begin + length)


def get_kind(period: Period) -> PeriodKind:
    """Whether it is a month, a tertial or a year, or a day of a month."""
    if period.day is not None:
        return "day"
    return next(kind for kind, length in _MONTHS.items() if length == period.end - period.begin)


def list_periods(kind: PeriodKind, first: date, last: date) -> list[Period]:
    """The periods of a kind that have a day from one to another."""
    if kind == "day":
        days = (first + timedelta(days=step) for step in range((last - first).days + 1))
        return [Period(day.year, day.month - 1, day.month, day) for day in days]
    periods = [
        Period(year, begin, begin + _MONTHS[kind])
        for year in range(first.year, last.year + 1)
        for begin in range(0, 12, _MONTHS[kind])
    ]
    return [period for period in periods if period.first_day <= last and period.last_day >= first]


def list_every_period(year: int) -> list[Period]:
    """The months, tertials and year that add up to each other."""
    return [period for kind in PERIOD_KINDS[1:] for period in list_periods(kind, date(year, 1, 1), date(year, 12, 31))]


def calculate_value(numerator: Fraction, denominator: Fraction, scale: int = 1) -> Fraction | None:
    """S1: a figure's value, None where nothing is in the denominator."""
    return numerator / denominator * scale if denominator else None


def format_two_decimals(number: Fraction) -> str:
    """Half up: `1058.51`."""
    hundredths = round_half_up(number.numerator * _PERCENT, number.denominator)
    return f"{hundredths // _PERCENT}.{hundredths % _PERCENT:02}"
