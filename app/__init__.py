"""Vekstplass: who has a place at a sheltered enterprise, on which terms, what it costs, and whether the frame holds."""

__version__ = "1.0.0"
