"""Why a command stops."""


class Refusal(Exception):
    """Why a command stops, in one sentence."""
