"""The cause bench counts as it says, its worlds are what they say, and its command tells."""
