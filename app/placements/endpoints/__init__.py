"""HTTP for the way to a place and its life, one router for each noun (D1–D6, P2, P3, L1–L7)."""

from app.placements.endpoints import applications, decisions, life, placements

ROUTERS = (placements.router, life.router, applications.router, decisions.router)
