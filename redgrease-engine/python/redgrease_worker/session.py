"""Sessions: a script, its globals, the plans that it made."""

from __future__ import annotations

from . import future, pickling
from .ambient import found_by
from .contexts import Context
from .errors import Settings, error, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .hub import Hub
    from .profiling import Profile
    from .runner import Runner
    from .steps import Plan

# What stands for a reader in the plan of a time event.
TIMER = "timer"


class Session:
    """One script and what belongs to it."""

    def __init__(self, hub: Hub, name: str, names: dict[str, Any]) -> None:
        self.hub = hub
        self.name = name
        self.globals = dict(names)
        self.globals["__name__"] = "not_main"
        self.globals["__builtins__"] = __builtins__
        self.plans: dict[str, Plan] = {}
        # Why a plan could not be restored.
        self.broken: dict[str, str] = {}
        # Builders made since the engine last counted them.
        self.plans_made = 0
        self.loading = False
        self.first_run: dict[str, Any] | None = None
        self.registrations: list[dict[str, Any]] = []
        # Those of the registrations.
        self.triggers: set[str | None] = set()
        # The commands that its registrations hook otherwise than in mode sync.
        self.hooks: set[str] = set()
        self.profile: Profile | None = None

    def load(self, source: bytes) -> dict[str, Any]:
        """Runs the script; gives what the engine needs to know about it."""
        self.loading = True
        try:
            code = compile(source, "<string>", "exec")
            self.globals.update(found_by(code))
            exec(code, self.globals)
        finally:
            self.loading = False
        return {"run": self.first_run, "registrations": self.registrations, "plans": self.made()}

    def made(self, more: int = 0) -> int:
        """How many builders were made since this was last asked, and `more`."""
        made, self.plans_made = self.plans_made + more, 0
        return made

    def add_run(self, plan: Plan, description: dict[str, Any]) -> Any:
        if Settings.shards and self.hub.request("spreads", description):
            # Workers of other shards run it too.
            description["blob"] = pickling.dumps(plan, self.globals)
        if self.loading:
            if self.first_run is not None:
                raise error("Can not run more then 1 executions in a single script")
            number = "run"
            self.plans[number] = plan
            description["id"] = number
            self.first_run = description
            return future.new()
        description["id"] = number = "run-%x" % id(plan)
        self.plans[number] = plan
        handlers: Any = self.hub.handlers
        return handlers["start"](self, description)

    def add_registration(self, plan: Plan, description: dict[str, Any]) -> str:
        try:
            self._check(description)
            description["blob"] = pickling.dumps(plan, self.globals)
        except error:
            # The original copies a plan before it looks, which takes a number.
            self.plans_made += 1
            raise
        description["id"] = number = self.hub.request("id", self.made(1))
        self.plans[number] = plan
        if self.loading:
            self.registrations.append(description)
            self.triggers.add(description["arguments"].get("trigger"))
            if description["mode"] != "sync":
                self.hooks.add(description["arguments"].get("hook", "").lower())
        else:
            self.hub.request("register", self.name, description)
        return number

    def add_timer(self, period: int, callback: Callable[..., Any], key: str | bytes | None) -> None:
        """A function to call again and again."""
        from .steps import Plan

        plan = Plan([], TIMER, None, callback)
        number = "timer-%x" % id(plan)
        blob = pickling.dumps(plan, self.globals)
        self.plans[number] = plan
        context = self.hub.context
        self.hub.request("timer", self.name, number, period, blob, key, 0 if context is None else context.database)

    def _check(self, description: dict[str, Any]) -> None:
        arguments = description["arguments"]
        trigger = arguments.get("trigger")
        if trigger is not None and trigger in self.triggers:
            raise error("trigger already registered in this session")
        if "hook" in arguments and arguments["hook"].lower() in self.hooks:
            raise error("Can not override a none sync registration which already created on this session")
        self.hub.request("check", description["reader"], arguments, description["mode"], self.name)

    def restore(self, number: str, blob: bytes) -> None:
        """A plan from its pickle."""
        from .steps import Plan

        self.plans[number] = Plan(*pickling.loads(blob, self.globals))


def run_on_registered(hub: Hub, runner: Runner, session: Session, number: str, database: int = 0) -> bool:
    """Calls a registration's onRegistered, or a time event; an error only shows in the log."""
    plan = session.plans.get(number)
    if plan is None or plan.on_registered is None:
        return False
    from .runtime import log

    context = Context(0, session)
    context.database = database
    what = "time event" if plan.reader == TIMER else "onRegistered"
    try:
        result = hub.stoppable(runner, context, plan.on_registered)
        if hasattr(result, "cr_await"):
            result.close()
            raise error("coroutine are not allow on %s, start them with runCoroutine" % what)
    except BaseException as problem:
        outer, runner.context = runner.context, context
        log("Error occured on %s callback: %s" % (what, text_of(problem)), "warning")
        runner.context = outer
        return False
    return True
