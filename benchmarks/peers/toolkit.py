"""What does coordination-network-toolkit find in these posts? Runs in an environment of its own.

    .venv-peers/bin/python benchmarks/peers/toolkit.py POSTS.jsonl HOURS NETWORK[,SETTING=VALUE...] ... > GROUPS.jsonl

Each NETWORK (`co_tweet`, `co_similar_tweet`, `co_link`) is computed by the toolkit's own command with its own words for
the settings, and what it leaves out keeps the command's default. Groups are the connected components, as in the
toolkit's README. Posts enter by its Python door, with their links as a list: read from its CSV, a post without links
would share an empty one with every other (its issue 46). It is run for each HOURS of the posts by themselves: an edge has
no time, so over weeks an account that fell to two attackers would make one group of both.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networkx as nx
from coordination_network_toolkit.__main__ import main as command
from coordination_network_toolkit.graph import get_edge_rows
from coordination_network_toolkit.preprocess import preprocess_data

HOUR = 3_600_000  # ms


def main() -> None:
    """Run the toolkit on one stretch after the other, and print every component."""
    path, hours, *networks = sys.argv[1:]
    with Path(path).open(encoding="utf-8") as lines:
        posts = map(json.loads, lines)
        for _, stretch in itertools.groupby(posts, key=lambda post: post["time"] // (int(hours) * HOUR)):
            with tempfile.TemporaryDirectory() as folder:
                database = str(Path(folder) / "posts.db")
                preprocess_data(database, map(row, stretch))
                for network in networks:
                    for accounts in components(database, network):
                        print(json.dumps({"accounts": sorted(accounts), "found_at": None}))


def components(database: str, network: str) -> Iterator[set[str]]:
    """The connected components of one network."""
    name, *settings = network.split(",")
    options = [word for setting in settings for word in f"--{setting}".split("=")]
    sys.argv = ["compute_networks", database, "compute", name, *options]
    with contextlib.redirect_stdout(sys.stderr):
        command()
    graph = nx.Graph()
    graph.add_edges_from(row[:2] for row in get_edge_rows(database, name))
    return nx.connected_components(graph)


def row(post: dict[str, Any]) -> tuple[object, ...]:
    """A post as the toolkit wants it: time in seconds, the account's id for its name."""
    account, links = post["account"], post.get("urls", [])
    return post["id"], account, account, post.get("repost_of"), None, post["text"], post["time"] / 1000, links


if __name__ == "__main__":
    main()
