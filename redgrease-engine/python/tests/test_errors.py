"""What clients get to read of an exception."""

from __future__ import annotations

import ast
import builtins
import unittest

from redgrease_worker.errors import Settings, flat, text_of, words_of
from redgrease_worker.steps import Op, build

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


def traceback_of_the_engine() -> Any:
    try:
        build([Op("turn")], None, None)
    except Exception as problem:
        assert problem.__traceback__ is not None
        return problem.__traceback__.tb_next
    raise AssertionError("an unknown operation")


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

    def test_a_chain_is_told_from_its_beginning(self) -> None:
        source = "try:\n    {}['a']\nexcept KeyError as e:\n    raise ValueError('outer') from e"
        expected = [
            "Traceback (most recent call last):\n",
            '  File "<string>", line 2, in <module>\n',
            "KeyError: 'a'\n",
            "\nThe above exception was the direct cause of the following exception:\n\n",
            "Traceback (most recent call last):\n",
            '  File "<string>", line 4, in <module>\n',
            "ValueError: outer\n",
        ]
        self.assertEqual(ast.literal_eval(text_of(raised(source))), expected)
        expected[3] = "\nDuring handling of the above exception, another exception occurred:\n\n"
        self.assertEqual(ast.literal_eval(text_of(raised(source.replace(" from e", "")))), expected)
        self.assertEqual(ast.literal_eval(text_of(raised(source.replace("from e", "from None")))), expected[4:])

    def test_a_cause_that_was_never_raised_has_no_traceback(self) -> None:
        lines = ast.literal_eval(text_of(raised("raise ValueError('outer') from TypeError('inner')")))
        self.assertEqual(lines[0], "TypeError: inner\n")
        self.assertEqual(len(lines), 5)

    def test_what_the_engine_handled_itself_is_not_told(self) -> None:
        try:
            try:
                raise KeyError("inside")
            except KeyError as inside:
                inside.__traceback__ = traceback_of_the_engine()
                raise ValueError("outside")  # noqa: B904
        except ValueError as problem:
            text = text_of(problem)
        self.assertNotIn("inside", text)
        self.assertIn("outside", text)

    def test_a_circle_ends(self) -> None:
        problem = raised("a, b = ValueError('a'), ValueError('b')\na.__cause__ = b\nb.__cause__ = a\nraise a")
        self.assertEqual(text_of(problem).count("ValueError"), 2)

    def test_a_long_chain_is_cut(self) -> None:
        source = "e = None\nfor n in range(10000):\n    x = ValueError(n)\n    x.__cause__ = e\n    e = x\nraise e"
        lines = ast.literal_eval(text_of(raised(source)))
        self.assertEqual(lines[0], "[9980 earlier exceptions are left out]\n")
        self.assertEqual((lines[2], lines[-1]), ("ValueError: 9980\n", "ValueError: 9999\n"))

    def test_a_group_shows_its_members(self) -> None:
        if not hasattr(builtins, "ExceptionGroup"):
            return
        source = "try:\n    1/0\nexcept Exception as e:\n    raise ExceptionGroup('all', [e, ValueError(2)])"
        text = "".join(ast.literal_eval(text_of(raised(source))))
        for part in ("Exception Group Traceback (most recent call last):", "| ExceptionGroup: all (2 sub-exceptions)"):
            self.assertIn(part, text)
        self.assertIn("    | ZeroDivisionError: division by zero\n", text)
        self.assertIn("    | ValueError: 2\n", text)

    def test_text_that_no_encoding_has_is_escaped(self) -> None:
        text = text_of(raised("raise ValueError('\\udcff')"))
        self.assertIn("ValueError: \\udcff", text.encode("ascii", "strict").decode())

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
