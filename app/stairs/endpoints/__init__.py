"""HTTP for the stairs."""

from app.stairs.endpoints import capacities, needs, open_data, steps

ROUTERS = (
    steps.router,
    steps.reviews_router,
    capacities.router,
    needs.router,
    needs.populations_router,
    open_data.router,
)
