"""The doors to PostgreSQL."""
