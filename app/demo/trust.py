"""The trust's year in the demo (R): 26 applications at the limit, 25 of which use the year's sum exactly."""

from datetime import date, timedelta
from decimal import Decimal

from app.database.unit_of_work import UnitOfWork
from app.http.openapi_examples import demo_id
from app.rules.money import from_ore
from app.rules.trust import PERSON_LIMIT_ORE
from app.security.roles import Actor
from app.trust import applications, reports, years
from app.trust.schemas import TrustApplicationIn, TrustGrantIn, TrustPaymentIn, TrustReportSendingIn, TrustSumIn
from app.trust.tables import TrustApplication, TrustEntry

OFFICER = Actor(subject="demo-fagutvikling", kind="person", roles=frozenset({"grants_officer"}))
NUMBERED: dict[type[object], str] = {TrustApplication: "trust_application", TrustEntry: "trust_entry"}

_YEAR = 2022
_LIMIT = from_ore(PERSON_LIMIT_ORE)
_APPLICATIONS, _GRANTS, _PAYMENTS = 26, 25, 18
_FIRST_DAY, _DECIDED_ON, _PAID_ON = date(2022, 6, 20), date(2022, 8, 22), date(2022, 8, 29)


async def add_year(unit: UnitOfWork, municipality_number: str) -> None:
    """The sums of two years, the first one's report, and of the second applications, grants and payments."""
    for year in (_YEAR - 1, _YEAR):
        body = TrustSumIn(
            amount=Decimal("150000.00"),
            decided_on=date(year, 1, 20),
            decided_by="board",
            reason="Årleg sum inntil vidare",
            deadline_on=date(year, 8, 15),
        )
        await years.record_sum(unit, OFFICER, year, body)
    sent = TrustReportSendingIn(sent_on=date(_YEAR, 1, 24))
    await reports.record_sending(unit, OFFICER, _YEAR - 1, sent)
    for number in range(1, _APPLICATIONS + 1):
        received_on = _FIRST_DAY + timedelta(days=2 * number)
        applied = TrustApplicationIn(
            participant_id=demo_id("participant", number),
            received_on=received_on,
            purpose="respite" if number % 3 == 0 else "escort",
            amount=_LIMIT,
            documentation_seen_on=received_on if number <= _GRANTS else None,
        )
        await applications.record_application(unit, OFFICER, applied)
    for number in range(1, _GRANTS + 1):
        granted = TrustGrantIn(kind="grant", decided_on=_DECIDED_ON, amount=_LIMIT)
        await applications.decide_application(
            unit, OFFICER, demo_id("trust_application", number), granted, municipality_number
        )
    for number in range(1, _PAYMENTS + 1):
        paid = TrustPaymentIn(amount=_LIMIT, on=_PAID_ON, voucher_seen_on=_PAID_ON)
        await applications.record_payment(unit, OFFICER, demo_id("trust_application", number), paid)
