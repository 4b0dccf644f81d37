"""A program that appends to a store as fast as it may, one record a transaction, and prints each head's size.

Usage: busy_writer.py ADDRESS NAME COUNT
"""

import sys

from holdfast.backends import SqlStore
from holdfast.ledger import seeded_signer
from holdfast.testing.store_contract import Parcel, record


def main(where, name, count):
    """Record `count` times, and count everybody's records in one row."""
    with SqlStore(where, signer=seeded_signer(1), patience_ms=60_000) as store:
        for number in range(int(count)):
            with store.begin() as transaction:
                entry = transaction.record(record(f"{name}/{number}"))
                before = transaction.get("count", "both", Parcel) or Parcel(label="both")
                transaction.put("count", "both", Parcel(label="both", weight=before.weight + 1))
            print(entry.index + 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
