"""HTTP for holiday trips (T)."""

from app.trips.endpoints import applications, decisions, fund, grant_schemes, rounds, schemes, trips

ROUTERS = (
    schemes.router,
    rounds.router,
    applications.router,
    fund.router,
    trips.router,
    decisions.router,
    grant_schemes.router,
)
