"""The frames that ask for work: scripts, runs, batches, restores."""

import functools
import os
import sys
import threading

from . import wire
from .channel import SyncChannel
from .contexts import Context
from .errors import Settings, forcestopped, text_of
from .futures import ASYNC_TYPES, GearsFuture, wait
from .overlap import read_generator
from .records import outcome
from .records import records as records_of
from .runtime import to_python
from .session import TIMER, Session, run_on_registered


class _Run:
    """A plan that runs over records which come in pieces."""

    __slots__ = ("busy", "context", "pending", "pipeline")

    def __init__(self):
        self.context = None
        self.pipeline = None
        self.pending = []
        # From the beginning: another thread may take the next batch while one makes the run ready.
        self.busy = True


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
                wire.BEGIN: self.begin,
                wire.BATCH: self.batch,
                wire.DROP: self.drop,
                wire.CONFIGURE: self.configure,
                wire.SYNC: self.open_sync,
                wire.OVER: self.over,
                wire.REGISTERED: self.registered,
                wire.PROFILE: self.profile,
                "restored": self.restored,
                "start": self.start_run,
            }
        )
        hub.stream.begun = self.begun

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
        if self.hub.lead.hand_over(runner, (wire.LOAD, number, payload)):
            return
        name, source = wire.loads(payload)
        session = Session(self.hub, name, self.names)
        context = Context(number, session)
        if not self.hub.begins(number, context):
            return
        self.sessions[name] = session
        try:
            if source.__class__ is str:
                # Bytes, in which Python looks for the encoding.
                source = source.encode("utf-8", "surrogatepass")
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
        """Definitions of a session: `number` counts its frames of this kind."""
        name, plans = wire.loads(payload)
        if self._early(runner, name, number - 1, (wire.RESTORE, number, payload)):
            return
        session = self.sessions.get(name)
        if session is None:
            session = self.sessions[name] = Session(self.hub, name, self.names)
        context = Context(0, session)
        fresh = []
        # First all plans, then what they want to be told: other frames may be waiting for any of them.
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
        self.hub.lead.define(name, number)
        if fresh and runner.__class__ is SyncChannel:
            # The server waits for something else.
            self.hub.lead.give([("restored", 0, (session, fresh))])
        else:
            self.restored(runner, 0, (session, fresh))

    def restored(self, runner, _number, payload):
        """Tells functions that were restored that they are registered."""
        session, plans = payload
        for plan in plans:
            run_on_registered(self.hub, runner, session, plan)

    def registered(self, runner, number, payload):
        """Registrations are in place: tells their functions."""
        name, plans, defined, database = wire.loads(payload)
        if self._early(runner, name, defined, (wire.REGISTERED, number, payload)):
            return
        session = self.sessions.get(name)
        fine = session is not None
        if session is not None:
            for plan in plans:
                fine = run_on_registered(self.hub, runner, session, plan, database) and fine
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
        """Forgets plans of a session, or all of it; `number` definitions came before."""
        name, plans = wire.loads(payload)
        if self._early(runner, name, number, (wire.DROP, number, payload)):
            return
        session = self.sessions.get(name)
        if session is None:
            return
        if plans is None:
            del self.sessions[name]
            self.hub.lead.forget(name)
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
            # What comes from the engine is as Redis has it.
            future.continueRun([to_python(results) if raw is None else raw, errors])

    # -- runs

    def begun(self, number):
        """A run whose records come in pieces: known before its frames can be taken, so that none comes too early."""
        self.runs[number] = _Run()

    def _early(self, runner, name, defined, frame):
        """Whether a frame has to wait for the definitions that the engine sent before it.

        They may be under way in another thread, or be still in the main socket when a synchronous call comes.
        """
        if runner.__class__ is SyncChannel:
            runner.wait_for_definitions(name, defined)
            return False
        return self.hub.lead.is_early(name, defined, frame)

    def _plan(self, name, plan_id):
        session = self.sessions.get(name)
        return session, None if session is None else session.plans.get(plan_id)

    def _open(self, runner, frame, number, payload):
        """What a run begins with: its context, pipeline, and records. Nothing when it was answered, or cannot begin yet."""
        name, plan_id, defined, start, kind, flags, records, extra = wire.loads(payload)
        hub = self.hub
        if kind == wire.GENERATOR and hub.lead.hand_over(runner, (frame, number, payload)):
            return None
        session, plan = self._plan(name, plan_id)
        if plan is None:
            if self._early(runner, name, defined, (frame, number, payload)):
                return None
            session, plan = self._plan(name, plan_id)
        if plan is None:
            self.runs.pop(number, None)
            text = None if session is None else session.broken.get(plan_id)
            text = text or "the function of this execution is not known to its worker any more"
            runner.answer(number, wire.dumps(([], [text], True)))
            return None
        context = Context(number, session)
        if not hub.begins(number, context):
            # A synchronous call is called off if it waits for its definitions for too long.
            self.runs.pop(number, None)
            return None
        if flags & wire.SAY_BEGUN:
            runner.stream.sock.sendall(wire.pack(wire.BEGUN, number, b"N"))
        context.may_wait = True
        if flags & wire.NO_ASYNC:
            context.async_allowed = False
        context.says_rest = flags & wire.SAY_RESTS
        if extra is not None:
            context.database = extra.get("database", 0)
            context.command = extra.get("command")
            context.hook = extra.get("hook")
        if plan.reader == "CommandReader":
            context.hook = context.hook or (None, None)
        elif plan.reader == "StreamReader":
            context.plan = plan_id
        try:
            pipeline = plan.pipeline(start, wait, ASYNC_TYPES, Settings.profile)
        except BaseException as problem:
            self.runs.pop(number, None)
            hub.running.pop(number, None)
            runner.answer(number, wire.dumps(([], [text_of(problem)])))
            return None
        if flags & wire.CARRY_ON:
            pipeline.carry_on = True
        if self.futures and (name, plan_id) in self.futures:
            pipeline.keep = (name, plan_id)
        if kind == wire.GENERATOR:
            return context, pipeline, plan.argument
        return context, pipeline, records_of(kind, flags & wire.BINARY, records)

    def call(self, runner, number, payload):
        """A run over all of its records."""
        opened = self._open(runner, wire.CALL, number, payload)
        if opened is None:
            return
        context, pipeline, records = opened
        if records.__class__ is list:
            self._work(runner, context, pipeline, True, pipeline.run, records)
        else:
            self._work(runner, context, pipeline, True, self._generate, records, pipeline)

    @staticmethod
    def _generate(function, pipeline):
        read_generator(function, pipeline)
        pipeline.finish()

    def begin(self, runner, number, payload):
        """A run over its first records."""
        if self.hub.lead.hand_over(runner, (wire.BEGIN, number, payload)):
            return
        run = self.runs[number]
        opened = self._open(runner, wire.BEGIN, number, payload)
        if opened is not None:
            run.context, run.pipeline, records = opened
            self._feed(runner, run, records, False)

    def batch(self, runner, number, payload):
        """More records of a run."""
        run = self.runs.get(number)
        if run is None or self.hub.lead.hand_over(runner, (wire.BATCH, number, payload)):
            return
        kind, flags, records = wire.loads(payload)
        records = records_of(kind, flags & wire.BINARY, records)
        with self.feeding:
            if run.busy:
                run.pending.append((records, flags & wire.LAST))
                return
            run.busy = True
        self._feed(runner, run, records, flags & wire.LAST)

    def _feed(self, runner, run, records, last):
        pipeline = run.pipeline
        while True:
            if not pipeline.over:
                self._work(runner, run.context, pipeline, last, pipeline.run if last else pipeline.feed, records)
            if last:
                self.runs.pop(run.context.number, None)
            with self.feeding:
                if not run.pending:
                    run.busy = False
                    break
                records, last = run.pending.pop(0)

    def _work(self, runner, context, pipeline, last, body, *arguments):
        hub, number = self.hub, context.number
        if Settings.profile:
            from .profiling import Profile

            body, arguments = Profile.of(context.session).measured(functools.partial(body, *arguments)), ()
        try:
            hub.stoppable(runner, context, body, *arguments)
        except forcestopped as problem:
            pipeline.fail(problem)
            pipeline.over = last = True
        except BaseException as problem:
            pipeline.fail(problem)
            if last:
                try:
                    hub.stoppable(runner, context, pipeline.finish)
                except BaseException as more:
                    pipeline.fail(more)
        if not last:
            hub.tell(wire.PROGRESS, number, b"T" if pipeline.stopped else b"F")
            return
        hub.running.pop(number, None)
        self.runs.pop(number, None)
        if pipeline.keep is not None:
            self.raw[pipeline.keep] = pipeline.results
        runner.answer(number, outcome(pipeline.results, pipeline.fail.errors, pipeline.times))

    # -- the synchronous channel

    def open_sync(self, sock):
        SyncChannel(self, wire.Stream(sock)).start()
