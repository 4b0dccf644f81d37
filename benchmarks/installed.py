"""Where is a program of somebody else's, if it is installed here?"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path


def installed(name: str) -> str | None:
    """In this environment, on the path, or where Debian keeps what administrators run."""
    places = (str(Path(sys.executable).parent), None, "/usr/sbin")
    return next((found for place in places if (found := shutil.which(name, path=place))), None)
