"""Functions as bytes: what is the same after a restart."""

from __future__ import annotations

import marshal
import traceback
import unittest

from redgrease_worker import pickling
from redgrease_worker.errors import error
from redgrease_worker.steps import Op, Plan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def fresh() -> dict[str, Any]:
    return {"__name__": "not_main", "__builtins__": __builtins__}


def moved(source: str, name: str = "f", file: str = "<string>") -> Any:
    """A function of a script, in another worker."""
    names = fresh()
    exec(compile(source, file, "exec"), names)
    blob = pickling.dumps(Plan([Op("map", names[name])], "KeysReader"), names)
    return pickling.loads(blob, fresh())[0][0].function


def places(function: Any) -> list[tuple[str, int | None, str]]:
    try:
        function(0)
    except ZeroDivisionError as problem:
        frames = traceback.extract_tb(problem.__traceback__)[1:]
        return [(frame.filename, frame.lineno, frame.name) for frame in frames]
    raise AssertionError("nothing failed")


class Names(unittest.TestCase):
    def test_files_lines_and_names_stay(self) -> None:
        source = "\ndef f(r):\n    def g():\n        return (lambda: 1 / r)()\n    return g()\n"
        expected = [("/a/b.py", 5, "f"), ("/a/b.py", 4, "g"), ("/a/b.py", 4, "<lambda>")]
        self.assertEqual(places(moved(source, file="/a/b.py")), expected)

    def test_classes_and_their_methods_too(self) -> None:
        source = "class C:\n    def m(self):\n        return 1 / 0\ndef f(r):\n    return C().m()\n"
        self.assertEqual(places(moved(source)), [("<string>", 5, "f"), ("<string>", 3, "m")])

    def test_a_constant_that_marshal_does_not_know_stays(self) -> None:
        def f(r: Any) -> Any:
            return "constant"

        if not hasattr(f.__code__, "replace"):
            # Code cannot be changed before Python 3.8.
            return
        odd = {1: 2}
        constants = tuple(odd if one == "constant" else one for one in f.__code__.co_consts)
        code = f.__code__.replace(co_consts=constants, co_filename="/a/b.py")
        reduced = pickling._reduce_code(code)
        again = reduced[0](*reduced[1])
        self.assertEqual((again.co_filename, again.co_consts), ("/a/b.py", constants))

    def test_a_script_that_changes_marshal_changes_nothing(self) -> None:
        loads = marshal.loads
        try:
            marshal.loads = lambda *_: None
            self.assertEqual(moved("def f(r): return r + 1")(1), 2)
        finally:
            marshal.loads = loads


class Globals(unittest.TestCase):
    def test_functions_share_the_globals_of_their_session(self) -> None:
        names = fresh()
        exec("n = [0]\ndef f(r):\n    n.append(r)\n    return n\n", names)
        blob = pickling.dumps(Plan([Op("map", names["f"])], "KeysReader"), names)
        other = fresh()
        function = pickling.loads(blob, other)[0][0].function
        self.assertIs(function.__globals__, other)
        self.assertEqual(function(1), [0, 1])
        self.assertEqual(other["n"], [0, 1])
        self.assertEqual(names["n"], [0])


class Refusals(unittest.TestCase):
    def test_the_step_that_cannot_be_pickled_is_named(self) -> None:
        names = fresh()
        exec("import threading\nlock = threading.Lock()\ndef good(r): pass\ndef bad(r): return lock\n", names)
        plan = Plan([Op("map", names["good"]), Op("map", names["bad"])], "KeysReader")
        with self.assertRaisesRegex(error, "serialized a python callback, callback=bad error="):
            pickling.dumps(plan, names)

    def test_code_of_another_python_is_refused(self) -> None:
        with self.assertRaisesRegex(error, "code for Python 2.7 and this is 3"):
            pickling.loads(b"2.7\nx", fresh())
