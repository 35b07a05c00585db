"""HTTP for holiday trips (T)."""

from app.trips.endpoints import applications, fund, rounds, schemes

ROUTERS = (schemes.router, rounds.router, applications.router, fund.router)
