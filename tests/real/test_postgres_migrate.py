"""A store in PostgreSQL is brought to a newer layout, whole or not at all."""

from contextlib import closing

import pytest

from holdfast.backends import SqlStore, verify_store
from holdfast.backends.migrate import MIGRATIONS, migrate_store
from holdfast.errors import StoreError
from holdfast.ledger import seeded_signer
from holdfast.testing.store_contract import record

pytestmark = pytest.mark.real
SIGNER = seeded_signer(1)


@pytest.fixture
def later(tmp_path):
    """Migrations of a Holdfast that has one layout more, which needs that no table `wrong` is there."""
    (tmp_path / "layout_1.py").write_text((MIGRATIONS / "layout_1.py").read_text())
    (tmp_path / "layout_2.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\nrevision, down_revision = '2', '1'\n"
        "def upgrade():\n"
        "    op.add_column('entries', sa.Column('note', sa.Text))\n"
        "    op.create_table('wrong', sa.Column('x', sa.Text))\n"
    )
    return tmp_path


def test_a_migration_is_whole_or_not_at_all(server, database, url, later):
    """A step that fails half way leaves the store as it was; without the obstacle it is taken, once."""
    with SqlStore(url, signer=SIGNER) as store, store.begin() as transaction:
        transaction.record(record("first"))
    assert migrate_store(url) == (1, 1)
    with closing(server.connect(database)) as connection:
        connection.execute("CREATE TABLE wrong (y text)")
        with pytest.raises(StoreError, match="wrong"):
            migrate_store(url, migrations=later)
        assert verify_store(url, str(SIGNER.vkey)).ok
        connection.execute("DROP TABLE wrong")
        assert migrate_store(url, migrations=later) == (1, 2)
        assert connection.execute("SELECT position, note FROM entries").fetchall() == [(0, None)]
    assert migrate_store(url, migrations=later) == (2, 2)
    with pytest.raises(StoreError, match="layout 2") as caught:
        SqlStore(url, signer=SIGNER)
    assert "newer" in caught.value.advice
