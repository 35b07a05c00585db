"""Framsikt, the municipality's budget system: a year's export and snapshots of it."""
