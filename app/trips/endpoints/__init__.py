"""HTTP for holiday trips (T)."""

from app.trips.endpoints import applications, decisions, fund, rounds, schemes, trips

ROUTERS = (schemes.router, rounds.router, applications.router, fund.router, trips.router, decisions.router)
