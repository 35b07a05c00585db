"""Steering figures: what the places are, what they cost and how they are used, in sums about nobody (S)."""
