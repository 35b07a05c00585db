"""Sees to it that a script runs on a Python that can carry it. Written so that an old Python can read it too."""

import os
import shutil
import subprocess
import sys

MINIMUM = (3, 11)
NEWER = ("python3.13", "python3.12", "python3.14", "python3.11")


def ensure() -> None:
    """Returns on Python 3.11 or newer; else starts the script again on one found in PATH, or ends with one sentence."""
    if tuple(sys.version_info[:2]) >= MINIMUM:
        return
    for name in NEWER:
        path = shutil.which(name)
        # A name in PATH may be a version manager's stand-in for a Python that is not installed.
        if path and subprocess.call([path, "-c", ""], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0:
            os.execv(path, [path] + sys.argv)
    sys.exit(wrong_python(sys.version_info[0], sys.version_info[1]))


def wrong_python(major: int, minor: int) -> str:
    """The sentence for a Python that is too old."""
    wanted = ".".join(map(str, MINIMUM))
    return f"vekstplass: needs Python {wanted} or newer, but python3 is {major}.{minor} and PATH has no newer one."
