"""What clients get to read of an exception."""

from __future__ import annotations

import ast
import unittest

from redgrease_worker.errors import Settings, flat, text_of, words_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def raised(source: str) -> BaseException:
    """The exception of a script."""
    names: dict[str, Any] = {}
    try:
        exec(compile(source, "<string>", "exec"), names)
    except BaseException as problem:
        assert problem.__traceback__ is not None
        # Without the frame of this function.
        return problem.with_traceback(problem.__traceback__.tb_next)
    raise AssertionError("the script raises nothing")


class Texts(unittest.TestCase):
    def test_a_traceback_is_a_list_of_lines(self) -> None:
        lines = ast.literal_eval(text_of(raised("def f():\n    1/0\nf()")))
        self.assertEqual(
            lines,
            [
                "Traceback (most recent call last):\n",
                '  File "<string>", line 3, in <module>\n',
                '  File "<string>", line 2, in f\n',
                "ZeroDivisionError: division by zero\n",
            ],
        )

    def test_a_flat_error_is_its_text(self) -> None:
        self.assertEqual(text_of(flat("no")), "no")

    def test_without_tracebacks_there_are_type_and_value(self) -> None:
        Settings.with_traceback = False
        try:
            self.assertEqual(text_of(raised("1/0")), "Error type: <class 'ZeroDivisionError'>, Value: division by zero")
        finally:
            Settings.with_traceback = True

    def test_an_exception_that_cannot_be_shown_is_named(self) -> None:
        source = "class E(Exception):\n    def __str__(self): raise OSError\nraise E"
        self.assertIn("E", text_of(raised(source)))
        Settings.with_traceback = False
        try:
            self.assertEqual(text_of(raised(source)), "Error type: E, Value: <OSError while reading the error>")
        finally:
            Settings.with_traceback = True

    def test_words_name_what_says_nothing(self) -> None:
        self.assertEqual(words_of(ValueError()), "ValueError")
        self.assertEqual(words_of(ValueError("text")), "text")
        self.assertEqual(words_of(""), "")
