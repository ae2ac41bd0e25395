"""Sessions: a script, its globals, the plans that it made."""

import io
import pickle
import sys

from .ambient import found_by
from .contexts import Context
from .errors import error, text_of
from .futures import GearsFuture, loop

try:
    import cloudpickle
except ImportError:
    cloudpickle = None

# Stands for the globals of a session in a pickle: whoever loads it puts the session's own there.
_GLOBALS = {"globals of a session": True}
_GLOBALS_ID = "session globals"
_LOOP_ID = "event loop"

# A pickled function holds code for one minor version of Python: another one would run it into the ground.
_VERSION = b"%d.%d\n" % sys.version_info[:2]

# What stands for a reader in the plan of a time event.
TIMER = "timer"


class Session:
    """One script and what belongs to it."""

    def __init__(self, hub, name, names):
        self.hub = hub
        self.name = name
        self.globals = dict(names)
        self.globals["__name__"] = "not_main"
        self.globals["__builtins__"] = __builtins__
        self.plans = {}
        # Why a plan could not be restored.
        self.broken = {}
        # Builders made since the engine last counted them.
        self.plans_made = 0
        self.loading = False
        self.first_run = None
        self.registrations = []
        # Those of the registrations.
        self.triggers = set()
        # The commands that its registrations hook otherwise than in mode sync.
        self.hooks = set()
        self.profile = None

    def load(self, source):
        """Runs the script; gives what the engine needs to know about it."""
        self.loading = True
        try:
            code = compile(source, "<string>", "exec")
            self.globals.update(found_by(code))
            exec(code, self.globals)
        finally:
            self.loading = False
        return {"run": self.first_run, "registrations": self.registrations, "plans": self.made()}

    def made(self, more=0):
        """How many builders were made since this was last asked, and `more`."""
        made, self.plans_made = self.plans_made + more, 0
        return made

    def add_run(self, plan, description):
        if self.loading:
            if self.first_run is not None:
                raise error("Can not run more then 1 executions in a single script")
            number = "run"
            self.plans[number] = plan
            description["id"] = number
            self.first_run = description
            return GearsFuture()
        description["id"] = number = "run-%x" % id(plan)
        self.plans[number] = plan
        return self.hub.handlers["start"](self, description)

    def add_registration(self, plan, description):
        try:
            self._check(description)
            description["blob"] = self.dumps((plan.ops, plan.reader, plan.on_registered))
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

    def add_timer(self, period, callback, key):
        """A function to call again and again."""
        from .steps import Plan

        plan = Plan([], TIMER, None, callback)
        number = "timer-%x" % id(plan)
        blob = self.dumps((plan.ops, plan.reader, plan.on_registered))
        self.plans[number] = plan
        self.hub.request("timer", self.name, number, period, blob, key)

    def _check(self, description):
        arguments = description["arguments"]
        trigger = arguments.get("trigger")
        if trigger is not None and trigger in self.triggers:
            raise error("trigger already registered in this session")
        if "hook" in arguments and arguments["hook"].lower() in self.hooks:
            raise error("Can not override a none sync registration which already created on this session")
        self.hub.request("check", description["reader"], arguments, description["mode"], self.name)

    def restore(self, number, blob):
        """A plan from its pickle."""
        ops, reader, on_registered = self.loads(blob)
        from .steps import Plan

        self.plans[number] = Plan(ops, reader, None, on_registered)

    # -- pickling

    def dumps(self, value):
        if cloudpickle is None:
            raise error("Error occured when serialized a python callback, cloudpickle is not installed")
        buffer = io.BytesIO()
        try:
            _Pickler(buffer, self).dump(value)
        except Exception as problem:
            names = [op.function.__name__ for op in value[0] if hasattr(op.function, "__name__")]
            raise error(
                "Error occured when serialized a python callback, callback=%s error=%s"
                % (self._culprit(value[0]) or (names[0] if names else "?"), problem)
            )
        return _VERSION + buffer.getvalue()

    def _culprit(self, ops):
        for op in ops:
            try:
                _Pickler(io.BytesIO(), self).dump(op)
            except Exception:
                return getattr(op.function, "__name__", None)
        return None

    def loads(self, blob):
        version, _, pickled = blob.partition(b"\n")
        if version + b"\n" != _VERSION:
            raise error(
                "its functions are code for Python %s and this is %d.%d: send its script again, or have the module argument "
                "PythonExecutable name a Python %s"
                % ((version.decode("ascii", "replace"),) + sys.version_info[:2] + (version.decode("ascii", "replace"),))
            )
        return _Unpickler(io.BytesIO(pickled), self).load()


if cloudpickle is not None:

    class _Pickler(cloudpickle.CloudPickler):
        def __init__(self, file, session):
            super().__init__(file, protocol=4)
            # cloudpickle rebuilds functions around a dictionary of globals per origin; ours is the session's.
            self.globals_ref[id(session.globals)] = _GLOBALS
            self._session = session

        def persistent_id(self, value):
            if value is _GLOBALS or value is self._session.globals:
                return _GLOBALS_ID
            return _LOOP_ID if loop.is_own(value) else None


class _Unpickler(pickle.Unpickler):
    def __init__(self, file, session):
        super().__init__(file)
        self._session = session

    def persistent_load(self, identity):
        if identity == _LOOP_ID:
            return loop.get()
        if identity != _GLOBALS_ID:
            raise pickle.UnpicklingError("unknown reference %r" % (identity,))
        return self._session.globals


def run_on_registered(hub, runner, session, number):
    """Calls a registration's onRegistered, or a time event; an error only shows in the log."""
    plan = session.plans.get(number)
    if plan is None or plan.on_registered is None:
        return False
    from .runtime import log

    context = Context(0, session)
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
