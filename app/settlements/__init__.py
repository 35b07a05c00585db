"""Closed months, what differs since, and the four eyes (C13)."""
