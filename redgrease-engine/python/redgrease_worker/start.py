"""Sets a worker process up and runs it."""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import threading
import time
import traceback

# Not the module around it, which is larger than all that is used of it here.
from _socket import socket


def main() -> None:
    """Runs until the server closes the socket."""
    _close_others()
    stream, control = _sockets()
    _end_with_server()
    _limit()
    # A crash names its Python line in the server's log.
    faulthandler.enable(2)
    from . import base, builtin, runtime, scope

    # First what needs memory for a moment: it serves what is imported later.
    names = scope.install()
    builtin.install(names)
    base.find(os.environ.pop("REDGREASE_BASE_PATH", ""))
    from .calls import Calls
    from .hub import Hub

    sys.argv = ["Embeded"]
    sys.setswitchinterval(0.001)
    hub = Hub(stream, control)
    runtime.hub = hub
    Calls(hub, names)
    os.register_at_fork(after_in_child=hub.abandon)
    signal.signal(signal.SIGUSR1, hub.on_signal)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _make_sleep_stoppable()
    status = 1
    try:
        hub.run()
    except EOFError:
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        # Threads of scripts must not keep a worker without a server alive.
        os._exit(status)


def _close_others() -> None:
    """Closes what the server had open when it started this process: its files, its clients."""
    try:
        names = os.listdir("/proc/self/fd")
    except OSError:
        os.closerange(3, 1024)
        return
    for name in names:
        if int(name) > 2:
            try:
                os.close(int(name))
            except OSError:
                pass


def _make_sleep_stoppable() -> None:
    """Sleeps in slices outside the main thread, where a signal would not end a sleep that is aborted."""
    sleep, clock, ident = time.sleep, time.monotonic, threading.get_ident
    main = ident()

    def stoppable_sleep(seconds: float) -> None:
        if ident() == main or seconds <= 0.05:
            sleep(seconds)
            return
        end = clock() + seconds
        while True:
            left = end - clock()
            if left <= 0:
                return
            sleep(min(left, 0.05))

    stoppable_sleep.__name__ = stoppable_sleep.__qualname__ = "sleep"
    # Pickled by its name, like the original.
    stoppable_sleep.__module__ = "time"
    time.sleep = stoppable_sleep  # type: ignore[assignment]


def _sockets() -> tuple[socket, socket]:
    """Takes the two sockets out of the way of scripts: they see no input, and their output goes to the log."""
    stream = socket(fileno=os.dup(0))
    control = socket(fileno=os.dup(1))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdin = open(0, encoding="utf-8", errors="replace")
    sys.stdout = open(1, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)
    sys.stderr = open(2, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)
    return stream, control


def _end_with_server() -> None:
    """Lets the kernel kill this process when the server ends, whatever Python code does then."""
    server = int(os.environ.pop("REDGREASE_SERVER", "0") or 0)
    try:
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    except (ImportError, OSError, AttributeError):
        return
    if server and os.getppid() != server:
        os._exit(0)


def _limit() -> None:
    """Applies the limits that the server gave in the environment."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    memory = int(os.environ.pop("REDGREASE_MEMORY", "0") or 0)
    if memory > 0:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
