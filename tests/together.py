"""Runs the test programs of a `cargo test` two at a time.

    python3 tests/together.py [--alone NAME]... -p redgrease-engine

What stands behind is for cargo, which builds, and runs the tests of the documentation. Most of the other tests wait for servers
rather than compute: two programs together need little more than half the time. Cargo would run one after the other; so what it
calls in the place of each program notes it, and when all is built they are run as cargo would have. What a program prints is
shown when it is over; those that fail are named at the end. A program that is named with `--alone` runs when the others are
done, with none beside it. `python3 tests/together.py --check` tries this out.
"""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time

AT_ONCE = 2


def runner():
    """The variable that names what cargo calls in the place of a program."""
    said = subprocess.run(["rustc", "-vV"], stdout=subprocess.PIPE, check=True).stdout.decode()
    host = re.search(r"^host: (.+)$", said, re.MULTILINE).group(1)
    return "CARGO_TARGET_%s_RUNNER" % host.upper().replace("-", "_")


def note(file, command):
    """What cargo calls in the place of a program."""
    # what is no test program, such as a test of the documentation
    if os.sep + "deps" + os.sep not in command[0]:
        os.execv(command[0], command)
    with open(file, "a") as notes:
        notes.write(json.dumps([command, os.getcwd(), dict(os.environ)]) + "\n")


def noted(arguments, variable):
    """Has cargo build everything; gives the programs: command, directory, environment."""
    with tempfile.TemporaryDirectory() as directory:
        file = os.path.join(directory, "programs")
        here = shlex.join([sys.executable, os.path.abspath(__file__), "--note", file])
        environment = dict(os.environ, **{variable: here})
        code = subprocess.run(["cargo", "test"] + arguments, env=environment).returncode
        if code:
            sys.exit(code)
        with open(file) as notes:
            return [json.loads(line) for line in notes]


def name(program):
    """The name of a program, without what cargo adds to it."""
    return os.path.basename(program[0][0]).rsplit("-", 1)[0]


class Together:
    """Programs that run, and how they ended."""

    def __init__(self, variable):
        self.variable = variable
        self.through = shlex.split(os.environ.get(variable, "env"))
        self.lock = threading.Lock()
        self.running = set()
        self.failed = []
        self.is_ended = False

    def run(self, program):
        """Runs one, and prints what it printed."""
        command, directory, environment = program
        # a test may call cargo itself
        environment[self.variable] = shlex.join(self.through)
        begun = time.monotonic()
        with self.lock:
            if self.is_ended:
                return
            process = subprocess.Popen(
                self.through + command,
                cwd=directory,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self.running.add(process)
        output = process.communicate()[0]
        with self.lock:
            self.running.discard(process)
            took = time.monotonic() - begun
            print("\n== %s, %d seconds%s" % (name(program), took, ": failed" if process.returncode else ""), flush=True)
            sys.stdout.buffer.write(output)
            sys.stdout.buffer.flush()
            if process.returncode:
                self.failed.append(name(program))

    def run_all(self, programs, at_once):
        """Runs them, so many at a time."""
        left = list(programs)

        def work():
            while True:
                with self.lock:
                    if not left:
                        return
                    program = left.pop(0)
                self.run(program)

        threads = [threading.Thread(target=work) for _ in range(at_once)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def end(self, number, _):
        """Ends all that run."""
        self.is_ended = True
        for process in list(self.running):
            os.killpg(process.pid, signal.SIGTERM)
        os._exit(128 + number)


def check():
    """Tries a cargo whose programs succeed, fail, wait for each other, and may have none beside them."""
    with tempfile.TemporaryDirectory() as directory:
        programs = {
            # each of the two ends when the other one has begun
            "left": "touch left; until [ -e right ]; do sleep 0.01; done; echo said",
            "right": "touch right; until [ -e left ]; do sleep 0.01; done; [ \"$1\" = all ] && rm left",
            "wrong": "exit 3",
            "last": "[ -e right ] && [ ! -e left ] && rm right",
        }
        os.mkdir(os.path.join(directory, "deps"))
        for program, lines in programs.items():
            write(os.path.join(directory, "deps", program + "-0123"), lines)
        calls = ["$%s %s/deps/%s-0123 all || exit" % (runner(), directory, program) for program in ("last", "left", "right", "wrong")]
        write(os.path.join(directory, "cargo"), "\n".join(['[ "$*" = "test --some thing" ] || exit'] + calls))
        environment = dict(os.environ, PATH=directory + os.pathsep + os.environ["PATH"], **{runner(): "env"})
        command = [sys.executable, os.path.abspath(__file__), "--alone", "last", "--some", "thing"]
        ran = subprocess.run(command, cwd=directory, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
        text = ran.stdout.decode()
        wanted = [r"== left, \d+ seconds\nsaid\n", r"== wrong, \d+ seconds: failed", r"\nfailed: wrong\n"]
        if ran.returncode != 1 or not all(re.search(part, text) for part in wanted) or os.path.exists(os.path.join(directory, "right")):
            sys.exit("tests/together.py does not do what it is for: it ended with %d: %s" % (ran.returncode, text))


def write(path, lines):
    """A script of the shell."""
    with open(path, "w") as script:
        script.write("#!/bin/sh\n" + lines + "\n")
    os.chmod(path, 0o700)


def main():
    """The command line."""
    arguments = sys.argv[1:]
    if arguments == ["--check"]:
        check()
        return
    if arguments[0] == "--note":
        note(arguments[1], arguments[2:])
        return
    alone = []
    while arguments[0] == "--alone":
        alone.append(arguments[1])
        del arguments[:2]
    variable = runner()
    programs = noted(arguments, variable)
    missing = set(alone) - set(map(name, programs))
    if missing:
        sys.exit("tests/together.py: there is no test program %s" % ", ".join(sorted(missing)))
    together = Together(variable)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, together.end)
    together.run_all([program for program in programs if name(program) not in alone], AT_ONCE)
    together.run_all([program for program in programs if name(program) in alone], 1)
    if together.failed:
        sys.exit("failed: " + ", ".join(together.failed))


main()
