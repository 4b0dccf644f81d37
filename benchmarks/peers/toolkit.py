"""What does coordination-network-toolkit find in these posts? Runs in an environment of its own.

    .venv-peers/bin/python benchmarks/peers/toolkit.py POSTS.jsonl NETWORK[,SETTING=VALUE...] ... > GROUPS.jsonl

Each NETWORK (`co_tweet`, `co_similar_tweet`, `co_link`) is computed by the toolkit's own command with its own words for
the settings, and what it leaves out keeps the command's default. Groups are the connected components, as in the
toolkit's README. Posts enter by its Python door, with their links as a list: read from its CSV, a post without links
would share an empty one with every other (its issue 46).
"""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
from coordination_network_toolkit.__main__ import main as command
from coordination_network_toolkit.graph import get_edge_rows
from coordination_network_toolkit.preprocess import preprocess_data


def main() -> None:
    """Load the posts, compute each network, print its components of three accounts and more."""
    posts, *networks = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        database = str(Path(folder) / "posts.db")
        preprocess_data(database, rows(Path(posts)))
        for network in networks:
            name, *settings = network.split(",")
            options = [word for setting in settings for word in f"--{setting}".split("=")]
            sys.argv = ["compute_networks", database, "compute", name, *options]
            with contextlib.redirect_stdout(sys.stderr):
                command()
            graph = nx.Graph()
            graph.add_edges_from(row[:2] for row in get_edge_rows(database, name))
            for accounts in nx.connected_components(graph):
                print(json.dumps({"accounts": sorted(accounts), "found_at": None}))


def rows(path: Path) -> Iterator[tuple[object, ...]]:
    """The posts as the toolkit wants them: times in seconds, an account's id for its name."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            post = json.loads(line)
            account = post["account"]
            yield (
                post["id"], account, account, post.get("repost_of"), None, post["text"], post["time"] / 1000, post.get("urls", []),
            )  # fmt: skip


if __name__ == "__main__":
    main()
