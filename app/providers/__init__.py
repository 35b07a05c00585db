"""Providers (vekstbedrift): who offers places, and how many."""
