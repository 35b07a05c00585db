"""The year as Framsikt reads it."""
