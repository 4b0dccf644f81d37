"""What must every store live up to? Subclass the suite, give it a `store`, and run it with pytest.

class TestMine(StoreContract):
    @pytest.fixture
    def store(self): return MyStore(...)
    def reopen(self, store): <close it, and open what it kept anew>
    def vkey(self): <the key that signs the heads>
    def erase(self, transaction, key): <delete the body of the record `key` for good>
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import msgspec

from holdfast.errors import DivergedError, HoldfastError, InputError, StoreError
from holdfast.ledger import (
    Checkpoint,
    Entry,
    Frontier,
    Record,
    RecordKind,
    VerifierKey,
    consistency_proof,
    leaf_hash,
    open_checkpoint,
    verify_consistency,
)
from holdfast.ledger.record import commitment
from holdfast.ledger.tree import nodes_of
from holdfast.ports import Store, Transaction

# Texts that break what quotes, trims, normalises or measures in the wrong unit.
HOSTILE_TEXTS = (
    "",
    " \t\r\n",
    "a\x00b\x1f\x7f\x80",
    "'; DROP TABLE entries;--",
    '"\\/<script>',
    "\N{RIGHT-TO-LEFT OVERRIDE}moc.elpmaxe\N{ZERO WIDTH JOINER}",
    "e\N{COMBINING ACUTE ACCENT}" * 50 + "\N{LATIN SMALL LETTER E WITH ACUTE}",
    "\U0001f9ff\ue000\uffff\ufeff",
    "\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}\N{ANGSTROM SIGN}",
    "9" * 5_000,
)


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """A value to be kept."""

    label: str
    weight: float = 0.0
    parts: tuple[str, ...] = ()


class Mishap(Exception):  # noqa: N818 - it stands for whatever may go wrong in a block, not for an error of ours
    """Something goes wrong in the middle of a transaction."""


def record(key: str, **changes: object) -> Record:
    """A record with nothing special about it but `changes`."""
    usual = Record(
        key=key, kind=RecordKind.INTENT, time=1_594_846_800_000, actor="executor", subject="account:7", body={"n": 1}
    )
    return msgspec.structs.replace(usual, **changes)


@contextmanager
def refused(kind: type[BaseException]) -> Iterator[None]:
    """The block must raise `kind`."""
    try:
        yield
    except kind:
        return
    raise AssertionError(f"{kind.__name__} was not raised")


def keys_of(store: Store) -> list[str]:
    """The keys of all entries, in order."""
    return [entry.record.key for entry in store.entries()]


def root_of(entries: list[Entry]) -> bytes:
    """The root that these entries lead to."""
    return Frontier().extend(leaf_hash(entry.leaf) for entry in entries).root


class StoreContract:
    """Tests of `ports.Store`; the subclass says how its store is reopened and who signs."""

    def reopen(self, store: Store) -> Store:
        """Close `store`, and open what it kept anew."""
        raise NotImplementedError

    def vkey(self) -> VerifierKey:
        """The key that signs the heads."""
        raise NotImplementedError

    def erase(self, transaction: Transaction, key: str) -> None:
        """Delete the body of the record `key` for good."""
        raise NotImplementedError

    def test_a_new_store_is_empty_and_signed(self, store: Store) -> None:
        """Before anything is recorded there is a signed head of nothing."""
        head = store.checkpoint()
        assert (head.size, head.root) == (0, root_of([]))
        assert open_checkpoint(head.note, self.vkey()) == head
        assert list(store.entries()) == []

    def test_entries_keep_their_order_and_index(self, store: Store) -> None:
        """Entries come back as recorded, numbered from 0, over several transactions, and by any range."""
        for batch in (["b", "a"], ["c"], [f"d{n}" for n in range(600)]):
            with store.begin() as transaction:
                given = [transaction.record(record(key)) for key in batch]
            assert [entry.record.key for entry in given] == batch
        kept = list(store.entries())
        assert [entry.index for entry in kept] == list(range(603))
        assert kept[-600:] == given
        assert list(store.entries(1, 3)) == kept[1:3]
        assert list(store.entries(602, 9_999)) == kept[602:]
        assert list(store.entries(9_999)) == []

    def test_a_record_is_kept_exactly(self, store: Store) -> None:
        """Hostile text, numbers at the limits and nested values come back as they were given."""
        for text in HOSTILE_TEXTS:
            body = {text: [text, {"": None, text: True}], "numbers": [0, -(2**53) + 1, 2**53 - 1, 1e300, 5e-324, 0.1]}
            wanted = record(f"key {text}", kind=RecordKind.OBSERVATION, time=-1, actor=text, subject=text, body=body)
            with store.begin() as transaction:
                given = transaction.record(wanted)
            store = self.reopen(store)
            (kept,) = store.entries(given.index)
            assert kept == given
            assert kept.record == wanted

    def test_what_cannot_be_written_is_refused_and_the_rest_stands(self, store: Store) -> None:
        """NaN, half a surrogate pair, an unsafe integer, bytes or 64 kB of subject are refused; others are kept."""
        wrong = [{"x": float("nan")}, {"x": "\ud800"}, {"x": 2**53}, {"x": b"bytes"}, {"\ud800": 1}]
        with store.begin() as transaction:
            transaction.record(record("before"))
            for body in wrong:
                with refused(HoldfastError):
                    transaction.record(record("wrong", body=body))
            with refused(HoldfastError):
                transaction.record(record("long", subject="x" * 65_536))
            with refused(HoldfastError):
                transaction.record(record("half \udc00"))
            transaction.record(record("after"))
        assert keys_of(store) == ["before", "after"]

    def test_the_same_record_is_not_appended_again(self, store: Store) -> None:
        """Recording again, in the same transaction, a later one or after reopening, gives the entry that is there."""
        with store.begin() as transaction:
            first = transaction.record(record("k"))
            assert transaction.record(record("k")) == first
        with store.begin() as transaction:
            assert transaction.record(record("k")) == first
        head = store.checkpoint()
        store = self.reopen(store)
        with store.begin() as transaction:
            assert transaction.record(record("k")) == first
        assert store.checkpoint() == head

    def test_many_records_at_once_are_each_in_turn(self, store: Store) -> None:
        """Given together they get the entries they would get one by one, known ones and twins among them."""
        wanted = [record(f"{number}") for number in range(250)]
        with store.begin() as transaction:
            known = [transaction.record(one) for one in wanted[100:110]]
            assert transaction.record_all([]) == []
        with store.begin() as transaction:
            given = transaction.record_all([*wanted, wanted[7], wanted[105]])
            assert transaction.record_all(wanted) == given[:250]
        assert given[100:110] == known
        assert given[250:] == [given[7], given[105]]
        assert [entry.record for entry in given[:250]] == wanted
        assert sorted(entry.index for entry in given[:250]) == list(range(250))
        assert list(store.entries()) == sorted(given[:250], key=lambda entry: entry.index)
        with store.begin() as transaction:
            with refused(DivergedError):
                transaction.record_all([record("new"), record("7", actor="somebody")])
            transaction.record(record("later"))
        assert keys_of(store)[250:] == ["new", "later"]

    def test_a_key_with_another_content_is_refused(self, store: Store) -> None:
        """The same key with any other content raises, in the same transaction and later, and appends nothing."""
        changes: tuple[dict[str, Any], ...] = (
            {"kind": RecordKind.OUTCOME},
            {"time": 5},
            {"actor": "x"},
            {"subject": "x"},
            {"body": {"n": 2}},
            {"body": {}},
        )
        with store.begin() as transaction:
            transaction.record(record("k"))
            for change in changes:
                with refused(DivergedError):
                    transaction.record(record("k", **change))
        with store.begin() as transaction:
            for change in changes:
                with refused(DivergedError):
                    transaction.record(record("k", **change))
            transaction.record(record("l"))
        assert keys_of(store) == ["k", "l"]

    def test_rows_are_put_replaced_and_deleted(self, store: Store) -> None:
        """A row is there once put, in its own transaction and later; deleting twice is harmless."""
        one, two = Parcel(label="one", weight=0.1, parts=("x", "y")), Parcel(label="two")
        with store.begin() as transaction:
            assert transaction.get("parcels", "k", Parcel) is None
            transaction.put("parcels", "k", one)
            assert transaction.get("parcels", "k", Parcel) == one
            transaction.put("parcels", "k", two)
            transaction.put("others", "k", one)
        with store.begin() as transaction:
            assert transaction.get("parcels", "k", Parcel) == two
            transaction.delete("parcels", "k")
            transaction.delete("parcels", "k")
            assert transaction.get("parcels", "k", Parcel) is None
            assert list(transaction.all("parcels", Parcel)) == []
        with store.begin() as transaction:
            assert transaction.get("parcels", "k", Parcel) is None
            assert transaction.get("others", "k", Parcel) == one

    def test_some_rows_are_read_together(self, store: Store) -> None:
        """However many: those that are there, as they stand in the transaction, and none of another collection."""
        keys = [f"key {number}" for number in range(0, 300, 2)]
        with store.begin() as transaction:
            for key in keys:
                transaction.put("parcels", key, Parcel(label=key))
            transaction.put("letters", "key 1", Parcel(label="none of them"))
        with store.begin() as transaction:
            transaction.put("parcels", "key 0", Parcel(label="heavier"))
            transaction.put("parcels", "key 7", Parcel(label="new"))
            transaction.delete("parcels", "key 2")
            asked = [f"key {number}" for number in range(300)]
            found = transaction.some("parcels", asked, Parcel)
            labels = {key: key for key in keys if key != "key 2"} | {"key 0": "heavier", "key 7": "new"}
            assert {key: each.label for key, each in found.items()} == labels
            assert transaction.some("parcels", (), Parcel) == {}
        with store.begin() as transaction:
            assert transaction.some("parcels", asked, Parcel) == found

    def test_a_collection_is_listed_in_order_of_key(self, store: Store) -> None:
        """Rows of this transaction and of earlier ones come in the order of their keys' code points."""
        for text in HOSTILE_TEXTS:
            with store.begin() as transaction:
                transaction.put("parcels", text, Parcel(label=text))
                transaction.put("parcels", text + "!", Parcel(label=text))
                transaction.delete("parcels", text + "!")
                listed = list(transaction.all("parcels", Parcel))
        assert listed == [(text, Parcel(label=text)) for text in sorted(HOSTILE_TEXTS)]
        store = self.reopen(store)
        with store.begin() as transaction:
            assert list(transaction.all("parcels", Parcel)) == listed

    def test_rows_may_change_while_they_are_listed(self, store: Store) -> None:
        """A listing is of the moment it began; what is put or deleted meanwhile does not disturb it."""
        with store.begin() as transaction:
            for label in "abc":
                transaction.put("parcels", label, Parcel(label=label))
        with store.begin() as transaction:
            for key, _ in transaction.all("parcels", Parcel):
                transaction.delete("parcels", key)
                transaction.put("parcels", key + key, Parcel(label=key))
            assert [key for key, _ in transaction.all("parcels", Parcel)] == ["aa", "bb", "cc"]

    def test_a_row_of_another_kind_is_not_given_out(self, store: Store) -> None:
        """What cannot be read as the kind asked for is an error, not something near it."""
        with store.begin() as transaction:
            transaction.put("parcels", "k", Parcel(label="x"))
            with refused(StoreError):
                transaction.get("parcels", "k", int)
            with refused(InputError):
                transaction.put("parcels", "k", object())

    def test_a_transaction_is_whole_or_not_at_all(self, store: Store) -> None:
        """When the block raises, its entries and rows are gone, and the next transaction goes on as if it never was."""
        with store.begin() as transaction:
            transaction.record(record("kept"))
            transaction.put("parcels", "k", Parcel(label="kept"))
        head = store.checkpoint()
        with refused(Mishap), store.begin() as transaction:
            transaction.record(record("lost"))
            transaction.put("parcels", "k", Parcel(label="lost"))
            transaction.put("parcels", "l", Parcel(label="lost"))
            assert len(list(transaction.all("parcels", Parcel))) == 2
            raise Mishap
        assert store.checkpoint() == head
        store = self.reopen(store)
        assert store.checkpoint() == head
        with store.begin() as transaction:
            assert list(transaction.all("parcels", Parcel)) == [("k", Parcel(label="kept"))]
            assert transaction.record(record("next")).index == 1
        assert keys_of(store) == ["kept", "next"]

    def test_readers_see_only_what_was_committed(self, store: Store) -> None:
        """Head and entries read inside the block are those of before it, and reading does not disturb the block."""
        with store.begin() as transaction:
            transaction.record(record("a"))
        head = store.checkpoint()
        with store.begin() as transaction:
            transaction.record(record("b"))
            transaction.put("parcels", "k", Parcel(label="x"))
            list(transaction.all("parcels", Parcel))
            assert store.checkpoint() == head
            assert keys_of(store) == ["a"]
        assert keys_of(store) == ["a", "b"]
        with store.begin() as transaction:
            assert transaction.get("parcels", "k", Parcel) == Parcel(label="x")

    def test_there_is_one_writer(self, store: Store) -> None:
        """A transaction in a transaction is refused, and so is using one that has ended; neither does harm."""
        with store.begin() as transaction:
            transaction.record(record("a"))
            with refused(StoreError), store.begin():
                pass
        for late in (
            lambda: transaction.record(record("late")),
            lambda: transaction.put("parcels", "k", Parcel(label="late")),
            lambda: transaction.delete("parcels", "k"),
            lambda: transaction.get("parcels", "k", Parcel),
            lambda: list(transaction.all("parcels", Parcel)),
        ):
            with refused(StoreError):
                late()
        assert keys_of(store) == ["a"]

    def test_every_head_is_signed_and_goes_on_from_the_one_before(self, store: Store) -> None:
        """Heads only grow, each leads to its entries, and each is shown to continue the one before."""
        heads = [store.checkpoint()]
        for batch in range(1, 9):
            with store.begin() as transaction:
                for number in range(batch * batch):
                    transaction.record(record(f"{batch}/{number}"))
            heads.append(store.checkpoint())
        entries = list(store.entries())
        leaves = [leaf_hash(entry.leaf) for entry in entries]
        for old, new in pairwise(heads):
            assert_signed(new, self.vkey(), entries)
            proof = consistency_proof(old.size, new.size, nodes_of(leaves))
            verify_consistency(old=old.size, new=new.size, old_root=old.root, new_root=new.root, proof=proof)
        assert self.reopen(store).checkpoint() == heads[-1]

    def test_a_transaction_that_changes_nothing_leaves_no_trace(self, store: Store) -> None:
        """Reading, repeating what is there or failing to find it moves no head."""
        with store.begin() as transaction:
            transaction.record(record("a"))
            transaction.put("parcels", "k", Parcel(label="x"))
        head = store.checkpoint()
        with store.begin() as transaction:
            transaction.record(record("a"))
            transaction.put("parcels", "k", Parcel(label="x"))
            transaction.delete("parcels", "l")
        assert store.checkpoint() == head

    def test_each_body_is_the_one_committed_to(self, store: Store) -> None:
        """Salt and canonical body give the commitment in the leaf, and no two records share a salt."""
        with store.begin() as transaction:
            for number in range(20):
                transaction.record(record(str(number)))
        salts = set()
        for entry in store.entries():
            assert entry.salt is not None
            fields = msgspec.json.decode(entry.leaf, type=dict[str, object])
            told = msgspec.json.decode(msgspec.json.encode(fields["body_commitment"]), type=bytes)
            assert commitment(entry.salt, b'{"n":1}') == told
            salts.add(entry.salt)
        assert len(salts) == 20

    def test_an_erased_body_is_gone_and_the_ledger_still_stands(self, store: Store) -> None:
        """After erasure the record is there without its body, the same leaf proves it, and heads go on."""
        with store.begin() as transaction:
            before = transaction.record(record("personal", body={"mail": "a@example.org"}))
            transaction.record(record("other"))
        old = store.checkpoint()
        with store.begin() as transaction:
            self.erase(transaction, "personal")
        store = self.reopen(store)
        erased, other, *rest = store.entries()
        assert erased.erased
        assert (erased.salt, erased.record.body, erased.leaf) == (None, {}, before.leaf)
        assert not other.erased
        assert rest
        assert root_of([erased, other]) == old.root
        assert_signed(store.checkpoint(), self.vkey(), [erased, other, *rest])
        with store.begin() as transaction:
            again = transaction.record(record("personal", body={"mail": "a@example.org"}))
            assert again == erased


def assert_signed(head: Checkpoint, key: VerifierKey, entries: list[Entry]) -> None:
    """`head` is signed by `key` and leads to the first of `entries`."""
    assert open_checkpoint(head.note, key) == head
    assert root_of(entries[: head.size]) == head.root
