"""Days, months, Norwegian public holidays and placement years (C3, L3, A3, M)."""

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate, pairwise

_SATURDAY = 5
_DAY = timedelta(days=1)


def count_days_in_month(year: int, month: int) -> int:
    """The month's true number of days (C3)."""
    return monthrange(year, month)[1]


def count_days_in_year(year: int) -> int:
    """365 or 366."""
    return date(year, 12, 31).timetuple().tm_yday


def list_month_bounds(year: int) -> list[tuple[int, int]]:
    """Each month's first day and the day after its last, in days from 1 January."""
    ends = list(accumulate((count_days_in_month(year, month) for month in range(1, 13)), initial=0))
    return list(pairwise(ends))


def get_month_range(year: int, month: int) -> tuple[date, date]:
    """The first and the last day of a month."""
    return date(year, month, 1), date(year, month, count_days_in_month(year, month))


def is_weekday(day: date) -> bool:
    """Monday to Friday, public holidays too (C3's rule for weekdays)."""
    return day.weekday() < _SATURDAY


def add_months(day: date, months: int) -> date:
    """The same day number `months` months on (or back), or the last day of that month where it has no such day (L3, M).

    OverflowError past the years 1 to 9999.
    """
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError("the day lies outside the calendar")
    return date(year, month0 + 1, min(day.day, count_days_in_month(year, month0 + 1)))


def find_easter_sunday(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (the anonymous Gregorian computus)."""
    century, in_century = divmod(year, 100)
    golden = year % 19
    leap_centuries, century_rest = divmod(century, 4)
    moon_shift = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon_shift + 15) % 30
    leap_years, year_rest = divmod(in_century, 4)
    to_sunday = (32 + 2 * century_rest + 2 * leap_years - epact - year_rest) % 7
    late = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day0 = divmod(epact + to_sunday - 7 * late + 114, 31)
    return date(year, month, day0 + 1)


@lru_cache(maxsize=256)
def list_public_holidays(year: int) -> frozenset[date]:
    """The Norwegian public holidays of a year, those that fall on a Sunday among them (A3)."""
    easter = find_easter_sunday(year)
    # Maundy Thursday, Good Friday, Easter Sunday and Monday, Ascension, Whit Sunday and Monday.
    movable = {easter + timedelta(days=offset) for offset in (-3, -2, 0, 1, 39, 49, 50)}
    fixed = {date(year, month, day) for month, day in ((1, 1), (5, 1), (5, 17), (12, 25), (12, 26))}
    return frozenset(movable | fixed)


def is_planned_day(day: date) -> bool:
    """Whether a participant is expected that day: a weekday that is no public holiday (A3)."""
    return is_weekday(day) and day not in list_public_holidays(day.year)


@lru_cache(maxsize=256)
def list_planned_days(year: int) -> tuple[date, ...]:
    """The planned days of a year, in order (A3)."""
    days = map(date.fromordinal, range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1))
    return tuple(filter(is_planned_day, days))


def get_placement_year(first_day: date, n: int) -> tuple[date, date]:
    """The first and last day of a placement's n-th year, n from 1 (M).

    Each year is counted from the first day itself, so that 29 February comes back in every leap year.
    For a `legacy` placement the caller gives the guideline's effective date. ValueError when n is below 1.
    """
    if n < 1:
        raise ValueError("placement years are counted from 1")
    return add_months(first_day, 12 * (n - 1)), add_months(first_day, 12 * n) - _DAY


def find_placement_year_start(first_day: date, day: date) -> date:
    """The first day of the placement year that a day lies in; `first_day` for a day before it (M)."""
    n = max(day.year - first_day.year, 0)
    begins, _ = get_placement_year(first_day, n + 1)
    return begins if begins <= day or n == 0 else get_placement_year(first_day, n)[0]
