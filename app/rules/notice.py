"""Notice (oppseiing): when a place ends (L3), and whether a meeting must be called (L4)."""

from collections.abc import Collection
from datetime import date

from app.rules.calendar import add_months

NOTICE_MONTHS = 3
PARTIES = frozenset({"municipality", "provider"})
MEETING_REASONS = frozenset({"changed_needs", "cannot_accommodate"})


class AgreedEndBeforeNotice(ValueError):
    """L3: the agreed end lies before the day the notice was given."""


class AgreedEndAfterNotice(ValueError):
    """L3: the agreed end lies after the notice's own end: both may agree on an earlier day, never on a later."""


class AgreedEndLacksParty(ValueError):
    """L3: an agreed end names both parties, the municipality and the provider."""


def calculate_notice_end(given_on: date, months: int = NOTICE_MONTHS) -> date:
    """L3: the place's last day, which is paid too: the same day number three months on, or that month's last day.

    `months` is the guideline version's, where it says otherwise.
    """
    return add_months(given_on, months)


def require_agreed_end(
    given_on: date, agreed_end_on: date, agreed_by: Collection[str], months: int = NOTICE_MONTHS
) -> date:
    """L3: the last day that both parties agreed on in writing, from the day of notice to the notice's own end.

    Raises AgreedEndBeforeNotice, AgreedEndAfterNotice or AgreedEndLacksParty, in that order.
    """
    if agreed_end_on < given_on:
        raise AgreedEndBeforeNotice
    if agreed_end_on > calculate_notice_end(given_on, months):
        raise AgreedEndAfterNotice
    if not PARTIES <= set(agreed_by):
        raise AgreedEndLacksParty
    return agreed_end_on


def is_meeting_required(reason: str) -> bool:
    """L4: changed needs, or that the provider can no longer adapt: a meeting must be called at once."""
    return reason in MEETING_REASONS
