"""The frames that ask for work: scripts, runs, batches, restores."""

import os
import sys
import threading
import time

from . import wire
from .channel import SyncChannel
from .contexts import Context
from .errors import Settings, forcestopped, text_of
from .futures import ASYNC_TYPES, GearsFuture, wait
from .overlap import read_generator
from .records import outcome, records as records_of
from .session import TIMER, Session, run_on_registered

# How long a call waits for the frame that brings its plan.
_PATIENCE = 1.0


class _Run:
    """A plan that runs over records which come in pieces."""

    __slots__ = ("context", "pipeline", "pending", "busy", "keep", "over")

    def __init__(self):
        self.context = None
        self.pipeline = None
        self.pending = []
        self.busy = False
        # Under which name to keep the results as they are, for a future.
        self.keep = None
        self.over = False


class Calls:
    """Answers the frames of the engine."""

    def __init__(self, hub, names):
        self.hub = hub
        self.names = names
        self.sessions = {}
        self.runs = {}
        # Held while a batch is given to a run or the run looks for its next one.
        self.feeding = threading.Lock()
        # Runs that functions of this worker started, and their results as they are.
        self.futures = {}
        self.raw = {}
        hub.handlers.update(
            {
                wire.HELLO: self.hello,
                wire.LOAD: self.load,
                wire.RESTORE: self.restore,
                wire.CALL: self.call,
                wire.BATCH: self.batch,
                wire.DROP: self.drop,
                wire.CONFIGURE: self.configure,
                wire.SYNC: self.open_sync,
                wire.OVER: self.over,
                wire.REGISTERED: self.registered,
                wire.PROFILE: self.profile,
                "start": self.start_run,
            }
        )

    # -- settings

    def hello(self, runner, number, payload):
        self.configure(runner, number, payload)
        ready = {"python": "%d.%d.%d" % sys.version_info[:3]}
        self.hub.stream.send(wire.pack(wire.READY, 0, wire.dumps(ready)))

    def configure(self, runner, number, payload):
        settings = wire.loads(payload)
        Settings.with_traceback = settings["traceback"]
        Settings.profile = settings["profile"]
        self.hub.threads = settings["threads"]

    # -- sessions

    def load(self, runner, number, payload):
        if self.hub.hand_over(runner, (wire.LOAD, number, payload)):
            return
        name, source = wire.loads(payload)
        session = Session(self.hub, name, self.names)
        self.sessions[name] = session
        context = Context(number, session)
        self.hub.running[number] = context
        try:
            if source.__class__ is bytes:
                source = source.decode("utf-8", "surrogateescape")
            answer = self.hub.stoppable(runner, context, lambda: session.load(source))
            frame = wire.dumps((True, answer))
        except BaseException as problem:
            self.sessions.pop(name, None)
            text = text_of(problem).encode("utf-8", "surrogatepass")
            frame = wire.dumps((False, text, session.made(), session.first_run is not None))
        finally:
            self.hub.running.pop(number, None)
        self.hub.tell(wire.RESULT, number, frame)

    def restore(self, runner, number, payload):
        name, plans = wire.loads(payload)
        session = self.sessions.get(name)
        if session is None:
            session = self.sessions[name] = Session(self.hub, name, self.names)
        context = Context(number, session)
        fresh = []
        # First all plans, then what they want to be told: calls may be waiting for any of them.
        for plan, blob in plans:
            if plan in session.plans:
                continue
            try:
                self.hub.stoppable(runner, context, lambda: session.restore(plan, blob))
                if session.plans[plan].reader != TIMER:
                    fresh.append(plan)
            except BaseException as problem:
                session.broken[plan] = "the registration %s could not be restored: %s" % (plan, text_of(problem))
                os.write(2, (session.broken[plan] + "\n").encode("utf-8", "replace"))
        for plan in fresh:
            run_on_registered(self.hub, runner, session, plan)

    def registered(self, runner, number, payload):
        """Registrations are in place: tells their functions."""
        name, plans = wire.loads(payload)
        session = self.sessions.get(name)
        fine = session is not None
        if session is not None:
            for plan in plans:
                fine = run_on_registered(self.hub, runner, session, plan) and fine
        self.hub.tell(wire.RESULT, number, b"T" if fine else b"F")

    def profile(self, runner, number, payload):
        """What was measured of a session, as text; or an order to forget it."""
        from .profiling import Profile

        name, order = wire.loads(payload)
        profile = self.sessions[name].profile if name in self.sessions else None
        try:
            if order is None:
                if profile is not None:
                    profile.reset()
                text = ""
            else:
                text = (profile or Profile()).text(order)
            frame = wire.dumps((True, text))
        except Exception as problem:
            frame = wire.dumps((False, text_of(problem).encode("utf-8", "surrogatepass")))
        self.hub.tell(wire.RESULT, number, frame)

    def drop(self, runner, number, payload):
        name, plans = wire.loads(payload)
        session = self.sessions.get(name)
        if session is None:
            return
        if plans is None:
            del self.sessions[name]
            return
        for plan in plans:
            session.plans.pop(plan, None)

    def start_run(self, session, description):
        """A run from inside a function: the engine starts it, the future gets its results."""
        future = GearsFuture()
        self.futures[session.name, description["id"]] = future
        self.hub.request("run", session.name, description)
        return future

    def over(self, runner, number, payload):
        """A run that a function started is over."""
        name, plan_id, results, errors = wire.loads(payload)
        future = self.futures.pop((name, plan_id), None)
        raw = self.raw.pop((name, plan_id), None)
        session = self.sessions.get(name)
        if session is not None:
            session.plans.pop(plan_id, None)
        if future is not None:
            future.continueRun([results if raw is None else raw, errors])

    # -- runs

    def _plan(self, name, plan_id):
        """The session and plan of a call, or why there is no such plan. A call on a synchronous channel may overtake its plan."""
        until = None
        while True:
            session = self.sessions.get(name)
            if session is not None:
                plan = session.plans.get(plan_id)
                if plan is not None:
                    return session, plan, None
                if plan_id in session.broken:
                    return session, None, session.broken[plan_id]
            if until is None:
                until = time.monotonic() + _PATIENCE
            elif time.monotonic() > until:
                return session, None, "the function of this execution is not known to its worker any more"
            time.sleep(0.001)

    def _context(self, number, session, flags):
        context = Context(number, session, not flags & 4)
        context.may_wait = True
        return context

    def call(self, runner, number, payload):
        """All records of a run at once, or its first ones."""
        # Known from here on, and busy: another thread may take the next batch while this one makes the run ready.
        run = self.runs.get(number)
        if run is None:
            run = self.runs[number] = _Run()
            run.busy = True
        name, plan_id, start, kind, flags, records, extra = wire.loads(payload)
        last = flags & 1
        if (kind == 9 or not last) and self.hub.hand_over(runner, (wire.CALL, number, payload)):
            return
        if last:
            del self.runs[number]
        if number in self.hub.skipped:
            self.hub.skipped.discard(number)
            self.runs.pop(number, None)
            return
        session, plan, text = self._plan(name, plan_id)
        if plan is None:
            self.runs.pop(number, None)
            self._answer(number, wire.dumps(([], [text], True)))
            return
        context = self._context(number, session, flags)
        if extra is not None:
            context.command = extra.get("command")
            context.hook = extra.get("hook")
        elif plan.reader == "CommandReader":
            context.hook = (None, None)
        self.hub.running[number] = context
        try:
            pipeline = plan.pipeline(start, wait, ASYNC_TYPES, Settings.profile)
        except BaseException as problem:
            self.hub.running.pop(number, None)
            self.runs.pop(number, None)
            self._answer(number, wire.dumps(([], [text_of(problem)])))
            return
        pipeline.carry_on = flags & 8
        run.context, run.pipeline = context, pipeline
        if (name, plan_id) in self.futures:
            run.keep = (name, plan_id)
        if kind == 9:
            self._work(runner, number, run, lambda: read_generator(plan.argument, pipeline), True)
            return
        records = records_of(kind, flags & 2, records)
        if last:
            # No batch follows that could come in between.
            self._work(runner, number, run, lambda: pipeline.feed(records), True)
        else:
            self._feed(runner, number, run, records, last)

    def batch(self, runner, number, payload):
        """More records of a run."""
        run = self.runs.get(number)
        if run is None or self.hub.hand_over(runner, (wire.BATCH, number, payload)):
            return
        kind, flags, records = wire.loads(payload)
        records = records_of(kind, flags & 2, records)
        with self.feeding:
            if run.busy:
                run.pending.append((records, flags & 1))
                return
            run.busy = True
        self._feed(runner, number, run, records, flags & 1)

    def _feed(self, runner, number, run, records, last):
        while True:
            if not run.over:
                self._work(runner, number, run, lambda: run.pipeline.feed(records), last)
            if last:
                self.runs.pop(number, None)
            with self.feeding:
                if not run.pending:
                    run.busy = False
                    break
                records, last = run.pending.pop(0)

    def _work(self, runner, number, run, body, last):
        pipeline = run.pipeline

        def work():
            body()
            if last:
                pipeline.finish()

        if Settings.profile:
            from .profiling import Profile

            work = Profile.of(run.context.session).measured(work)
        try:
            self.hub.stoppable(runner, run.context, work)
        except forcestopped as problem:
            pipeline.fail(problem)
            last = True
            run.over = True
        except BaseException as problem:
            pipeline.fail(problem)
            if last:
                try:
                    self.hub.stoppable(runner, run.context, pipeline.finish)
                except BaseException as more:
                    pipeline.fail(more)
        if not last:
            self.hub.tell(wire.PROGRESS, number, b"T" if pipeline.stopped else b"F")
            return
        self.hub.running.pop(number, None)
        self.runs.pop(number, None)
        if run.keep is not None:
            self.raw[run.keep] = pipeline.results
        self._answer(number, outcome(pipeline.results, pipeline.fail.errors, pipeline.times))

    def _answer(self, number, frame):
        here = self.hub.here()
        if here is not None and here.__class__ is SyncChannel:
            here.result(number, frame)
        else:
            self.hub.tell(wire.RESULT, number, frame)

    # -- the synchronous channel

    def open_sync(self, sock):
        channel = SyncChannel(self, wire.Stream(sock))
        threading.Thread(target=channel.serve, name="sync", daemon=True).start()
