"""Builders: what they refuse, and what the engine is told of a plan."""

from __future__ import annotations

import unittest

from redgrease_worker.builder import PyFlatExecution
from redgrease_worker.errors import error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Session:
    """Stands for one that has an engine."""

    globals: dict[str, Any] = {}

    plans_made = 0

    def __init__(self) -> None:
        self.globals: dict[str, Any] = {}

    def add_run(self, plan: Any, description: dict[str, Any]) -> dict[str, Any]:
        return description

    add_registration = add_run


def builder(reader: str = "KeysReader") -> Any:
    session: Any = Session()
    return PyFlatExecution(session, reader, None)


class Arguments(unittest.TestCase):
    def refuses(self, text: str, call: Any, *arguments: Any, **keywords: Any) -> None:
        with self.assertRaises(error) as caught:
            call(*arguments, **keywords)
        self.assertEqual(str(caught.exception), text)

    def test_steps(self) -> None:
        one = builder()
        self.refuses("map argument must be a function", one.map, 1)
        self.refuses("wrong number of args to map function", one.map)
        self.refuses("groupby extractor argument must be a function", one.groupby, 1, lambda k, a, r: a)
        self.refuses("limit argument must be a number", one.limit, "1")

    def test_readers(self) -> None:
        self.refuses("The given reader does not exists", builder, "Keys")
        self.refuses("Given reader do not support run or not exists", builder("CommandReader").run)

    def test_registrations(self) -> None:
        command = builder("CommandReader")
        self.refuses("no trigger or hook argument was given", command.register)
        self.refuses("trigger argument is not string", command.register, trigger=1)
        self.refuses("unknown execution mode", command.register, trigger="t", mode="asinc")
        self.refuses("unknown key type", builder().register, prefix="*", keyTypes=["hsh"])
        stream = builder("StreamReader")
        self.refuses("batch argument must be at least 1", stream.register, prefix="*", batch=0)
        self.refuses("onFailedPolicy must be Continue/Abort/Retry", stream.register, prefix="*", onFailedPolicy="again")
        text = "onFailedTries can only be combined with onFailedPolicy Retry"
        self.refuses(text, stream.register, prefix="*", onFailedTries=3)
        text = "onFailedStream needs onFailedTries: how often an entry is tried"
        self.refuses(text, stream.register, prefix="*", onFailedPolicy="retry", onFailedStream="d")


class Descriptions(unittest.TestCase):
    def test_a_run(self) -> None:
        one = builder()
        one.map(lambda r: r)
        told = one.run("a*")
        self.assertEqual((told["reader"], told["mode"]), ("KeysReader", "async"))
        self.assertEqual(told["arguments"], {"pattern": "a*", "exact": False, "read": True})
        self.assertEqual([op[0] for op in told["ops"]], ["map"])

    def test_a_registration_of_a_stream(self) -> None:
        told = builder("StreamReader").register(prefix="s", batch=5, onFailedPolicy="Retry")
        self.assertEqual(
            told["arguments"],
            {
                "prefix": "s",
                "batch": 5,
                "duration": 0,
                "onFailedRetryInterval": 1,
                "onFailedTries": 0,
                "onFailedStream": "",
                "onFailedPolicy": "retry",
                "trimStream": True,
            },
        )
