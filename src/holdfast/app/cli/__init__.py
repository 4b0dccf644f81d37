"""The command line: what a person types, and the exit code they get back."""

from .main import main

__all__ = ["main"]
