"""A year's position as the API answers it (C6–C8, C10–C13)."""

from app.budget.schemas import IncurredBreakdownOut, OverrunOut, PositionOut, PositionSums, VtaComparisonOut
from app.budget.settled_and_invoiced import SettledAndInvoiced
from app.rules.money import from_ore
from app.rules.position import Position, split_incurred


def to_response(position: Position, sums: SettledAndInvoiced) -> PositionOut:
    """The position in kroner."""
    overrun, vta = position.overrun, position.vta_comparison
    breakdown = split_incurred(position, sums.settled, sums.invoiced)
    return PositionOut(
        year=position.year,
        on=position.on,
        frame=None if position.frame is None else from_ore(position.frame),
        incurred=from_ore(position.incurred),
        remaining_to_come=from_ore(position.remaining_to_come),
        forecast=from_ore(position.forecast),
        difference=None if position.difference is None else from_ore(position.difference),
        share_used_percent=position.share_used_percent,
        flag=position.flag,
        overrun=None
        if overrun is None
        else OverrunOut(amount=from_ore(overrun.amount), first_month=overrun.first_month),
        places=position.places,
        average_monthly_cost=from_ore(position.average_monthly_cost),
        room_for_standard_places=position.room_for_standard_places,
        room_from=position.room_from,
        expected_refund=from_ore(position.expected_refund),
        net_forecast=from_ore(position.net_forecast),
        vta_comparison=VtaComparisonOut(
            minimum_share_percent=vta.minimum_share_percent, municipal_cost=from_ore(vta.municipal_cost)
        ),
        sums=PositionSums(
            gross=from_ore(position.forecast),
            refund=from_ore(position.expected_refund),
            net=from_ore(position.net_forecast),
        ),
        of_incurred=IncurredBreakdownOut(
            settled=from_ore(breakdown.settled),
            differing=from_ore(breakdown.differing),
            open=from_ore(breakdown.open),
            invoiced=from_ore(breakdown.invoiced),
        ),
    )
