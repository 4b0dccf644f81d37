"""A record that shows when it has been tampered with."""
