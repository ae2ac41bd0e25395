#!/usr/bin/env python3
"""Does what a container file says in a Debian root, where no container engine is at hand; needs root.

    packaging/replay.py CONTAINERFILE CONTEXT ROOT

ROOT is what FROM stands for. COPY and RUN are done, the program of CMD is started as USER in WORKDIR, and ends again once the
program of HEALTHCHECK finds it well.
"""

import glob
import json
import os
import shutil
import subprocess
import sys
import time

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PATIENCE = 60


def instructions(path):
    """The words and the rest of each instruction; lines that end with a backslash go on."""
    with open(path) as file:
        lines = [line for line in file.read().splitlines() if not line.lstrip().startswith("#")]
    text = "\n".join(lines).replace("\\\n", " ")
    return [line.split(None, 1) for line in text.splitlines() if line.strip()]


def inside(root, user, directory, words):
    """The command that runs words in the root."""
    return ["chroot", "--userspec=" + user, root, "env", "-i", "PATH=" + PATH, "HOME=/root", "DEBIAN_FRONTEND=noninteractive",
            "sh", "-c", 'cd "$0" && exec "$@"', directory] + words


def main():
    """The command line."""
    containerfile, context, root = sys.argv[1:]
    user, directory, check, program = "root", "/", None, None
    for name, rest in instructions(containerfile):
        print(name, " ".join(rest.split())[:100], flush=True)
        if name == "COPY":
            *sources, target = rest.split()
            for source in sources:
                found = glob.glob(os.path.join(context, source))
                if not found:
                    sys.exit("COPY finds no %s in %s" % (source, context))
                for path in found:
                    shutil.copy(path, root + target)
        elif name == "RUN":
            subprocess.run(inside(root, user, directory, ["sh", "-c", rest]), check=True, stdout=subprocess.DEVNULL)
        elif name == "USER":
            # chroot knows the names of the root only once it is there
            with open(root + "/etc/passwd") as users:
                fields = next(line.split(":") for line in users if line.startswith(rest + ":"))
            user = ":".join(fields[2:4])
        elif name == "WORKDIR":
            directory = rest
        elif name == "HEALTHCHECK":
            check = json.loads(rest[len("CMD"):])
        elif name == "CMD":
            program = json.loads(rest)
        elif name not in ("FROM", "VOLUME", "EXPOSE"):
            sys.exit("no %s here" % name)
    running = subprocess.Popen(inside(root, user, directory, program), stdout=subprocess.DEVNULL)
    try:
        end = time.monotonic() + PATIENCE
        while True:
            look = subprocess.run(inside(root, user, directory, check), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            if look.returncode == 0:
                break
            if running.poll() is not None or time.monotonic() > end:
                sys.exit("the program of CMD is not well: " + look.stdout.decode(errors="replace"))
            time.sleep(0.2)
    finally:
        running.terminate()
        running.wait()
    print("the container file was followed; its server answers")


main()
