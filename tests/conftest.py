"""How properties are tried: without a deadline, since a busy machine and the compiling of kernels prove nothing."""

from hypothesis import settings

settings.register_profile("holdfast", deadline=None)
settings.load_profile("holdfast")
