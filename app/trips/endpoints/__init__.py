"""HTTP for holiday trips (T)."""

from app.trips.endpoints import fund, schemes

ROUTERS = (schemes.router, fund.router)
