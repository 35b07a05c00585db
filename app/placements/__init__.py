"""The way to a place and the place itself: applications, requests, decisions, placements."""
