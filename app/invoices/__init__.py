"""Checks of providers' invoices (C12)."""
