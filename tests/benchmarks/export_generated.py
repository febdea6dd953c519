"""`python -m tests.benchmarks.export_generated LENGTH FOLDER FILE`: `export-trail` of a trail made while it is read."""

import sys
from pathlib import Path

from service import serving
from service.__main__ import main
from tests.store.long_trail import LongTrail

if __name__ == "__main__":
    length, folder, file = sys.argv[1:]
    serving.__dict__["Database"] = lambda *_, **__: LongTrail(int(length), Path(folder))
    sys.exit(main(["export-trail", "--revisions", file]))
