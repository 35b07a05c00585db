"""Olaug og Reidar Rambergs legat: its years, applications, grants and the report to its board (R)."""
