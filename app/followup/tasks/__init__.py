"""Tasks: what the guideline requires by a day, derived when asked.

Each source has a module of its own; `task_list` puts them together.
"""
