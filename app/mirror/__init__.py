"""Whether decisions mirror the need, and what they come to in staff and cost (S4, S5)."""
