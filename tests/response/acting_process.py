"""A program that owns a store and carries out what its book says on a platform that is a file of deeds.

acting_process.py STORE DEEDS NAME: with a NAME it says "doing" before each deed and does it when a line comes in.
"""

import json
import sys
from pathlib import Path

from holdfast.backends import SqlStore
from holdfast.containment import Hold, Restriction, Subject, SubjectKind, place
from holdfast.errors import DeposedError
from holdfast.ledger import seeded_signer
from holdfast.ports import Standing
from holdfast.testing import SetClock, SmallPlatform, SmallResponse

START = 1_000_000
NAMES = ("a", "b", "c")


def holds() -> list[Hold]:
    """What is to be held: three accounts."""
    return [
        place(Subject(kind=SubjectKind.ACCOUNT, id=name), Restriction.NO_POSTING, starts=START, why="test")
        for name in NAMES
    ]


class FilePlatform(SmallPlatform):
    """Flags that follow from the lines of a file, so that several processes see the same; each line says whose it is."""

    def __init__(self, clock, deeds, name):
        super().__init__(clock)
        self._file, self._name = Path(deeds), name
        self._file.touch()

    def apply(self, hold):
        """One more line."""
        self._do("apply", hold)

    def lift(self, hold):
        """One more line."""
        self._do("lift", hold)

    def in_force(self, subject):
        """What the lines come to."""
        up = {}
        for line in self._file.read_text().splitlines():
            _, deed, account, restriction = json.loads(line)
            up[account, restriction] = deed == "apply"
        return [
            Standing(restriction=Restriction(restriction), ours=True)
            for (account, restriction), there in up.items()
            if there and account == subject.id
        ]

    def _do(self, deed, hold):
        if self._name:
            sys.stdout.write("doing\n")
            sys.stdout.flush()
            sys.stdin.readline()
        with self._file.open("a") as file:
            file.write(json.dumps([self._name, deed, hold.subject.id, str(hold.restriction)]) + "\n")


def main(store, deeds, name=""):
    """Place, work, and for the nameless lift the second."""
    clock = SetClock(START)
    with SqlStore(store, signer=seeded_signer(1), owned=True) as opened:
        small = SmallResponse(opened, FilePlatform(clock, deeds, name), clock)
        small.put(*holds())
        try:
            small.settle()
            small.end(holds()[1].id)
            small.settle()
        except DeposedError:
            sys.stdout.write("deposed\n")
            sys.stdout.flush()
            return
        sys.stdout.write(f"done in turn {opened.turn}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
