"""The demo: Alver's example year and an issuer of tokens."""
