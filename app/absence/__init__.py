"""Absence (fråvær): what the providers' systems push, whatever the order, and when it is extensive."""
