"""A provider's invoice against what is owed (C12)."""
