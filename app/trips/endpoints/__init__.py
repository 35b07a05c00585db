"""HTTP for holiday trips (T)."""

from app.trips.endpoints import applications, decisions, fund, grant_schemes, overview, rounds, schemes, trips

# The overview stands before the trips, whose ids would be read out of its addresses.
ROUTERS = (
    schemes.router,
    rounds.router,
    applications.router,
    fund.router,
    overview.router,
    trips.router,
    decisions.router,
    grant_schemes.router,
)
