"""HTTP for follow-up."""
