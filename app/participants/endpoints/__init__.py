"""HTTP for participants and their consents."""
