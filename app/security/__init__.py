"""Who is calling, and what the roles are."""
