"""Runs a test program and ends it when one of its tests takes too long, which it then names.

Cargo calls it in the place of each test program that `make unit` runs:

    CARGO_TARGET_<TRIPLE>_RUNNER="python3 tests/limit.py" cargo test

A test program says itself which of its tests run for longer than a minute. One of those that is not over when its time is ends
the program with an error; the others are listed at the end with the time that they took. REDGREASE_TEST_LIMIT is the time in
seconds that a single test may take. `python3 tests/limit.py --check` tries this out.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

# What a test program says after a minute, and at the end of a test.
SLOW = re.compile(r"^test (.+) has been running for over (\d+) seconds")
DONE = re.compile(r"^test (.+) \.\.\. ")


def run(command, limit):
    """Runs a test program; gives its exit code."""
    program = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
    # The program and all that it starts have a group of their own, which ends with this one.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: (os.killpg(program.pid, signal.SIGKILL), sys.exit(128 + number)))
    slow = {}
    over = []
    lock = threading.Lock()

    def watch():
        while program.poll() is None:
            with lock:
                over[:] = [name for name, began in slow.items() if time.monotonic() - began > limit]
            if over:
                for name in over:
                    print("\ntest %s did not end within %d seconds: %s is ended" % (name, limit, command[0]), flush=True)
                break
            time.sleep(0.2)
        # What the program has left behind too: it may hold the output open.
        try:
            os.killpg(program.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    threading.Thread(target=watch, daemon=True).start()
    took = []
    for raw in program.stdout:
        sys.stdout.buffer.write(raw)
        sys.stdout.buffer.flush()
        line = raw.decode(errors="replace")
        found = SLOW.match(line)
        if found:
            with lock:
                slow[found.group(1)] = time.monotonic() - int(found.group(2))
            continue
        found = DONE.match(line)
        if found and found.group(1) in slow:
            with lock:
                took.append((time.monotonic() - slow.pop(found.group(1)), found.group(1)))
    code = program.wait()
    for seconds, name in sorted(took, reverse=True):
        print("slow: %s took %d of %d seconds" % (name, seconds, limit), flush=True)
    return 1 if over else code if code >= 0 else 128 - code


def check():
    """Tries programs whose tests end, fail, hang, and leave a process behind."""
    with tempfile.TemporaryDirectory() as directory:
        os.mkdir(os.path.join(directory, "deps"))
        path = os.path.join(directory, "deps", "tests")
        for lines, wanted, said in (
            (["echo 'test a ... ok'"], 0, None),
            (["echo 'test a has been running for over 60 seconds'", "echo 'test a ... ok'", "exit 3"], 3, "slow: a took 60"),
            (["sleep 600 &", "echo 'test a ... ok'"], 0, "test a ... ok"),
            (["echo 'test a::b has been running for over 60 seconds'", "sleep 600"], 1, "test a::b did not end within 61 seconds"),
        ):
            with open(path, "w") as script:
                script.write("#!/bin/sh\n" + "\n".join(lines) + "\n")
            os.chmod(path, 0o700)
            ran = subprocess.run(
                [sys.executable, __file__, path], stdout=subprocess.PIPE, env=dict(os.environ, REDGREASE_TEST_LIMIT="61"), timeout=60
            )
            text = ran.stdout.decode()
            if ran.returncode != wanted or (said and said not in text):
                sys.exit("tests/limit.py does not do what it is for: %r ended with %d: %s" % (lines, ran.returncode, text))


def main():
    """The command line."""
    command = sys.argv[1:]
    if command == ["--check"]:
        check()
        return
    # What is no test program, or does not say when a test is over.
    if os.sep + "deps" + os.sep not in command[0] or "--quiet" in command or "-q" in command:
        os.execv(command[0], command)
    sys.exit(run(command, int(os.environ.get("REDGREASE_TEST_LIMIT", "2400"))))


main()
