"""The names that every script starts with, as a module, so that pickled functions find them by name."""

from __future__ import annotations

import ast
import os
import sys
import types

from . import hooks, natives, runtime
from .futures import PUBLIC as FUTURES
from .operations import PASSED_ON, copy_of
from .transaction import PUBLIC as TRANSACTIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any

# The name that scripts have as modules, too: a class of the prelude is found in it, what a script defines is not.
MODULE = "not_main"


def _prelude() -> CodeType:
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "prelude.py")
    with open(path, encoding="utf-8") as file:
        source = file.read()
    shown = {}
    for number, line in enumerate(source.split("\n"), 1):
        _, mark, target = line.partition(" #@ ")
        if mark and target.isdigit():
            shown[number] = int(target)
    tree = ast.parse(source)
    node: Any
    for node in ast.walk(tree):
        at = shown.get(getattr(node, "lineno", 0))
        if at is not None:
            node.lineno = at
            if getattr(node, "end_lineno", None) is not None:
                node.end_lineno = at
    return compile(tree, "<string>", "exec")


def install() -> dict[str, Any]:
    """Makes the module of names; gives what a script's globals start with."""
    module = types.ModuleType(MODULE)
    sys.modules[MODULE] = module
    names = module.__dict__
    natives.serve(
        {
            "execute": runtime.execute,
            "log": runtime.log,
            "hashtag": runtime.hashtag,
            "configGet": runtime.configGet,
            "gearsConfigGet": runtime.gearsConfigGet,
            "call_next": hooks.call_next,
            "get_command": hooks.get_command,
            "override_reply": hooks.override_reply,
        },
        names,
    )
    for function in runtime.PUBLIC + FUTURES + hooks.PUBLIC + TRANSACTIONS:
        names[function.__name__] = function
    names["copy_of"] = copy_of
    names["shards_reader"] = runtime.shards_reader
    names["keys_only_reader"] = runtime.keys_only_reader
    names["operations"] = PASSED_ON
    exec(_prelude(), names)
    del names["operations"]
    public = {
        name: value
        for name, value in names.items()
        if not name.startswith("_") and name not in ("copy_of", "shards_reader", "keys_only_reader")
    }
    public["shardReaderCallback"] = runtime.shards_generator
    del public["PyExecutionSession"]
    public["PyFlatExecution"] = runtime.PyFlatExecution
    return public
