"""The process may live on another day; instants keep the real clock."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from app import clock


@pytest.fixture(autouse=True)
def real_day() -> Iterator[None]:
    yield
    clock.fix_today(None)


def test_today_is_the_day_that_was_fixed() -> None:
    clock.fix_today(date(2022, 8, 31))
    assert clock.today() == date(2022, 8, 31)


def test_now_and_ids_keep_the_real_clock() -> None:
    clock.fix_today(date(2022, 8, 31))
    assert clock.now().year > 2022
    made_at = datetime.fromtimestamp((clock.new_id().int >> 80) / 1000, UTC)
    assert abs((clock.now() - made_at).total_seconds()) < 60


def test_none_is_the_real_day_again() -> None:
    clock.fix_today(date(2022, 8, 31))
    clock.fix_today(None)
    assert clock.today().year > 2022
