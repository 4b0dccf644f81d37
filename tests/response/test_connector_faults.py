"""The contract of faults on a store in SQLite."""

from holdfast.testing.connector_faults import ConnectorFaults


class TestFaultsOnSqlite(ConnectorFaults):
    """On the store in memory."""
