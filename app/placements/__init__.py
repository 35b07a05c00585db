"""Applications, requests to providers, decisions, placements, notices and supplements (D1–D6, L1–L7, P2, P3)."""
