"""The small custody is one, by the suite that every custody has to pass."""

import pytest

from holdfast.recovery import Change
from holdfast.testing import CustodyContract, SmallCustody


class TestSmallCustody(CustodyContract):
    """One account, whose name was changed and of whose posts one is gone."""

    @pytest.fixture
    def attacked_at(self):
        """When it began."""
        return 100

    @pytest.fixture
    def account(self):
        """Whose it is."""
        return "a1"

    @pytest.fixture
    def custody(self, account):
        """What the intruder left."""
        return SmallCustody(
            [account],
            {
                account: [
                    Change(what="name", before="Me", now="Elon", at=110),
                    Change(what="post:p1", before="Hello", now="", at=120),
                ]
            },
        )
