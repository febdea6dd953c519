"""Keeps the database engine alive for as long as the service lives, and no longer. A program of its own, run by path.

Standard input is a pipe whose other end only the service holds. End of file means that the service closed it (a clean
stop) or died, by whatever signal and on any Unix; either way the engine is asked to end, and killed if it does not.
On Linux the engine also ends with this keeper; it is set here because that bond is to the *thread* that starts it,
and here there is but one. Only the standard library is used, so that the interpreter starts in some 20 ms.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable

GRACE_SECONDS = 4.0  # a kill after that costs a recovery at the next start, never data: every commit is on disk
PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
STANDARD_INPUT = 0


def tied_to_this_process() -> Callable[[], None] | None:
    """What a new child does first on Linux: ask the kernel to end it when this process ends. None elsewhere."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    keeper = os.getpid()

    def tie() -> None:
        if prctl(PR_SET_PDEATHSIG, signal.SIGTERM) != 0 or os.getppid() != keeper:
            os._exit(1)  # this process died before the bond was made: nobody would end the child

    return tie


def end_with_service(engine: subprocess.Popen[bytes]) -> None:
    """Wait for the end of standard input, then end the engine: SIGTERM closes its files, SIGKILL if it hangs."""
    while os.read(STANDARD_INPUT, 1024):
        pass
    engine.terminate()
    try:
        engine.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        engine.kill()


def main(command: list[str]) -> int:
    """Run `command` until it ends; the answer is its exit code, or 128 + the signal that ended it."""
    # Descriptors are handed on because the engine shares the folder's lock: it is held until the engine is gone.
    engine = subprocess.Popen(  # noqa: S603 — the command is the service's own
        command, stdin=subprocess.DEVNULL, close_fds=False, preexec_fn=tied_to_this_process()
    )
    signal.signal(signal.SIGTERM, lambda *_: engine.terminate())
    threading.Thread(target=end_with_service, args=(engine,), daemon=True).start()
    code = engine.wait()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
