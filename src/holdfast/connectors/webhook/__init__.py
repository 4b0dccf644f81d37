"""A platform that is told by signed HTTP requests."""

from .notifier import WebhookNotifier, secret_of, signature

__all__ = ["WebhookNotifier", "secret_of", "signature"]
