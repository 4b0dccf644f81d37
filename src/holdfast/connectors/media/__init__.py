"""Pictures that posts carry: fetched from where they may be fetched from, looked at, and written beside the post."""

from .fetch import Fetcher
from .source import Looking

__all__ = ["Fetcher", "Looking"]
