"""The first layout: `SqlStore` makes it as it stands in `schema`, so there is nothing to come from."""

revision = "1"
down_revision = None


def upgrade() -> None:
    """Nothing: a store is never older."""
