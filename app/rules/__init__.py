"""The core: Alver's guideline as pure functions. No clock, no input or output, nothing of ours from outside this
folder.

Amounts are whole øre (int), dates are calendar dates, periods are closed: both the first and the last day count.
"""
