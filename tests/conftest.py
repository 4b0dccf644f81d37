"""How properties are tried: without a deadline, since a busy machine and the compiling of kernels prove nothing.

The same examples each time, so that a green run stays green; `HYPOTHESIS_PROFILE=default` draws new ones.
"""

import os

from hypothesis import settings

settings.register_profile("holdfast", deadline=None, derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "holdfast"))
