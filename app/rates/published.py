"""NAV's rate per place and month as it was published: what it is from which day, and since when it is known (C1)."""

from app.rates.schemas import RateIn

PUBLISHED_RATES = tuple(
    RateIn.model_validate(
        {"valid_from": valid_from, "known_from": known_from, "monthly_amount": amount, "source": source}
    )
    for valid_from, known_from, amount, source in (
        ("2022-01-01", "2022-01-01", "14878.00", "Retningslinja 2022, kap. 8"),
        ("2023-01-01", "2023-01-01", "15324.00", "Kunngjord sats 2023"),
        ("2023-01-01", "2023-05-11", "15667.00", "Revidert nasjonalbudsjett 2023"),
        ("2024-01-01", "2024-01-01", "16231.00", "Sats 2024"),
        ("2025-01-01", "2025-01-01", "16848.00", "Sats 2025"),
        ("2026-01-01", "2026-01-01", "17455.00", "Sats 2026"),
    )
)
