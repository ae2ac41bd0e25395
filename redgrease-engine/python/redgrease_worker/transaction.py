"""Commands that are run together or not at all."""

from __future__ import annotations

from . import runtime
from .errors import error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal


class Transaction:
    """Commands that wait for the end of their block: then they go to the server as one message.

    A function that fails or dies before that has written nothing. The server looks at all of them before it runs the first
    one, runs them in one go, and gives replicas and files all of them or none. After the block `results` has what each gave.
    """

    __module__ = "redisgears"

    def __init__(self) -> None:
        self.results: list[Any] | None = None
        self._commands: list[tuple[str | bytes, ...]] = []
        self._acknowledged: list[tuple[Any, Any]] | None = None

    def __len__(self) -> int:
        return len(self._commands)

    def execute(self, *arguments: Any) -> None:
        """Adds a command; its reply is known after the block."""
        self._is_open()
        if not arguments or not isinstance(arguments[0], str):
            raise error("the given command must be a string")
        self._commands.append(tuple([a if a.__class__ is str else runtime._argument(a) for a in arguments]))

    def acknowledge(self, *records: Any) -> None:
        """Has the entries of a stream be worked off together with the commands: those given, or all that the function got."""
        self._is_open()
        context = runtime.hub.context
        if context is None or context.plan is None:
            raise error("acknowledge is for functions that are registered with a StreamReader")
        if not records:
            self._acknowledged = []
        elif self._acknowledged != []:
            try:
                entries = [_entry(record) for record in records]
            except (AttributeError, KeyError, TypeError):
                raise error("acknowledge takes the records of a StreamReader, with their key and id") from None
            self._acknowledged = (self._acknowledged or []) + entries

    def _is_open(self) -> None:
        if self.results is not None:
            raise error("the transaction is over")

    def __enter__(self) -> Transaction:
        self._is_open()
        return self

    def __exit__(self, kind: Any, *_: Any) -> Literal[False]:
        self.results = []
        if kind is None and (self._commands or self._acknowledged is not None):
            self._commit()
        return False

    def _commit(self) -> None:
        context = runtime.hub.context
        hook, database, plan = None, 0, None
        if context is not None:
            hook = None if context.hook is None else context.hook[0]
            database, plan = context.database, context.plan
        given = runtime.hub.request("transaction", self._commands, hook, database, plan, self._acknowledged)
        failed = None
        for command, (has_failed, value) in zip(self._commands, given):
            if has_failed:
                text = value if isinstance(value, str) else value.decode("utf-8", "replace")
                value = error(text)
                failed = failed or "%s: %s" % (str(command[0]), text)
            else:
                value = runtime.to_python(value)
            self.results.append(value)  # type: ignore[union-attr]
        if failed:
            raise error("a command of the transaction failed, the others were run: %s" % failed)


def _entry(record: Any) -> tuple[Any, Any]:
    """The key and id of a record, as a dictionary or as an object."""
    if isinstance(record, dict):
        return record["key"], record["id"]
    return record.key, record.id


def transaction() -> Transaction:
    """A block whose commands are run together or not at all: `with transaction() as t: t.execute('incr', 'a')`."""
    return Transaction()


PUBLIC = (transaction,)
