"""What the worker's modules import of each other."""

from __future__ import annotations

import ast
import os
import unittest

HOME = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "redgrease_worker")


def imports(tree: ast.AST) -> set[str]:
    """The modules of the package that are imported, inside functions too, but for those that only types need."""
    found: set[str] = set()
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.ImportFrom) and node.level:
            found.update([node.module.split(".")[0]] if node.module else [alias.name for alias in node.names])
        found |= imports(node)
    return found


class OneWay(unittest.TestCase):
    """The order of the modules."""

    def test_no_modules_import_each_other_in_a_circle(self) -> None:
        below: dict[str, set[str]] = {}
        for name in sorted(os.listdir(HOME)):
            if name.endswith(".py"):
                with open(os.path.join(HOME, name), encoding="utf-8") as file:
                    below[name[:-3]] = imports(ast.parse(file.read()))
        self.assertIn("runtime", below["scope"])
        while True:
            lowest = [name for name, used in below.items() if not used & set(below)]
            if not lowest:
                break
            for name in lowest:
                del below[name]
        self.assertEqual(below, {}, "these import each other in a circle, or what does")


if __name__ == "__main__":
    unittest.main()
