"""Settlements of closed months (C13)."""
