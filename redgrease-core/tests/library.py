"""Asks this Python's compiler about the files of its own library: prints its version and, line by line in JSON,
the path and null or the error. The argument says which part of the files: one of that many, chosen by a hash."""

import json
import os
import sys
import sysconfig
import warnings
import zlib

warnings.simplefilter("ignore")
part = int(sys.argv[1])
root = sysconfig.get_paths()["stdlib"]
print(json.dumps(list(sys.version_info[:2])))
for folder, folders, files in os.walk(root):
    folders[:] = sorted(name for name in folders if name not in ("site-packages", "__pycache__"))
    for name in sorted(files):
        path = os.path.join(folder, name)
        short = os.path.relpath(path, root)
        if not name.endswith(".py") or zlib.crc32(short.encode()) % part:
            continue
        with open(path, "rb") as file:
            text = file.read()
        error = None
        try:
            compile(text, path, "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as problem:
            error = "%s: %s" % (type(problem).__name__, problem)
        except (RecursionError, MemoryError) as problem:
            continue
        print(json.dumps([short, path, error]))
