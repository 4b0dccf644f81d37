"""May this happen just now? The guard inside a platform's own process, by a copy of the holds that keeps fresh."""

from .answer import Fail, GuardAnswer
from .client import GuardClient

__all__ = ["Fail", "GuardAnswer", "GuardClient"]
