"""NAV's rates and the guideline's versions: what a place costs (C1–C3)."""
