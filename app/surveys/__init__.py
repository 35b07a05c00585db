"""Surveys of the next of kin: imported aggregates, never one person's answers (S7)."""
