"""Meetings, plans and evaluations, and what of them is due (M1–M8)."""
