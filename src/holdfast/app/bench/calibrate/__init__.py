"""What would the model's figures be, had they been counted on these labelled posts?"""

from .figures import Estimate, estimates
from .labelled import Labelled, read_labelled
from .patch import Standing, patch, shown, standing

__all__ = ["Estimate", "Labelled", "Standing", "estimates", "patch", "read_labelled", "shown", "standing"]
