"""`python -m tests.benchmarks.service_in_memory`: the service as `serve` starts it, over documents in memory."""

import os
import sys
from dataclasses import replace

from service import app
from service.logs import configure
from service.serving import serve
from service.settings import Settings
from tests.benchmarks.memory import MemoryDatabase

if __name__ == "__main__":
    settings = replace(Settings.from_environment(os.environ), driver="mongomock")
    configure(settings.development)
    app.__dict__["Database"] = MemoryDatabase
    sys.exit(serve(settings))
