"""What the engine wants to know of imports."""

from __future__ import annotations

import sys
import types
import unittest
import urllib.parse

from redgrease_worker.natives import are_imported


class Imports(unittest.TestCase):
    """What is imported already, so that to import it does nothing."""

    def test_modules_are_there_with_those_around_them_and_their_names(self) -> None:
        self.assertIs(urllib.parse, sys.modules["urllib.parse"])
        for imports, there in (
            ([("sys", ())], True),
            ([("urllib.parse", ()), ("urllib", ("parse",)), ("urllib.parse", ("quote", "unquote"))], True),
            ([("sys", ()), ("redgrease_nowhere", ())], False),
            ([("urllib.parse", ("redgrease_nothing",))], False),
            ([("urllib.redgrease_nowhere", ())], False),
        ):
            self.assertEqual(are_imported(imports), there, imports)

    def test_a_module_that_is_half_there_or_none_at_all_is_not(self) -> None:
        class Lazy(types.ModuleType):
            pass

        half = types.ModuleType("half")
        half.__spec__ = types.SimpleNamespace(_initializing=True)  # type: ignore[assignment]
        for module in (None, half, Lazy("half"), 5):
            sys.modules["redgrease_half"] = module  # type: ignore[assignment]
            try:
                self.assertFalse(are_imported([("redgrease_half", ())]), module)
            finally:
                del sys.modules["redgrease_half"]
