"""A program that owns the store at the address it is given, says so, and keeps it until its input ends."""

import sys

from holdfast.backends import SqlStore
from holdfast.ledger import seeded_signer

with SqlStore(sys.argv[1], signer=seeded_signer(1), owned=True):
    sys.stdout.write("mine\n")
    sys.stdout.flush()
    sys.stdin.read()
