"""Endpoints of applications, decisions, placements, notices and supplements (D1–D6, P2, P3, L1–L7)."""

from app.placements.endpoints import applications, decisions, need_changes, notices, placements, statistics, supplements

ROUTERS = (
    placements.router,
    notices.router,
    supplements.router,
    need_changes.router,
    applications.router,
    decisions.router,
    statistics.router,
)
