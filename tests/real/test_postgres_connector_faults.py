"""The contract of faults on a store in PostgreSQL."""

import pytest

from holdfast.backends import SqlStore
from holdfast.ledger import seeded_salts, seeded_signer
from holdfast.testing.connector_faults import ConnectorFaults

pytestmark = pytest.mark.real


class TestFaultsOnPostgres(ConnectorFaults):
    """On a server."""

    @pytest.fixture
    def store(self, url):
        """A store of its own."""
        with SqlStore(url, signer=seeded_signer(7), salt=seeded_salts(7), owned=True) as opened:
            yield opened
