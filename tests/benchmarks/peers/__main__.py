"""`python -m tests.benchmarks.peers NAME`: one Python peer, as a process of its own, set by its environment."""

import importlib
import sys

from tests.benchmarks.peers.serving import serve

PEERS = {
    "handwritten": "handwritten.application",
    "strawberry": "strawberry_peers.plain",
    "strawberry-tuned": "strawberry_peers.tuned",
    "ariadne": "ariadne_peer.application",
}

if __name__ == "__main__":  # none loads what another one needs
    module, _, function = PEERS[sys.argv[1]].partition(".")
    serve(getattr(importlib.import_module(f"tests.benchmarks.peers.{module}"), function))
