"""The frames that ask for work: scripts, runs, batches, restores."""

from __future__ import annotations

import functools
import os
import sys
import threading
from collections import deque

from . import future as later
from . import wire
from .channel import SyncChannel
from .contexts import Context
from .errors import Settings, forcestopped, text_of
from .futures import ASYNC_TYPES, wait
from .natives import are_imported
from .overlap import read_generator
from .records import outcome
from .records import records as records_of
from .runtime import to_python
from .session import TIMER, Session, run_on_registered
from .steps import Pipeline
from .turns import Turns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .hub import Hub


# What a function that runs for a command, and in no hook, has for one: the hook, and the name of its command.
_NO_HOOK = (None, None)


class _Run:
    """A plan that runs over records which come in pieces."""

    __slots__ = ("busy", "came", "context", "pipeline")

    def __init__(self) -> None:
        self.context: Any = None
        self.pipeline: Any = None
        # Its frames in the order in which they came: threads that take one after the other may overtake each other.
        self.came: deque[tuple[int, Any]] = deque()
        # Whether a thread works them off. From the beginning: the next one may be taken while one makes the run ready.
        self.busy = True


def _loaded(payload: Any) -> tuple[Any, ...]:
    """What a frame holds; one that has waited here was looked into before."""
    return payload if payload.__class__ is tuple else wire.loads(payload)


class Calls:
    """Answers the frames of the engine."""

    def __init__(self, hub: Hub, names: dict[str, Any]) -> None:
        self.hub = hub
        self.names = names
        self.sessions: dict[str, Session] = {}
        self.runs: dict[int, _Run] = {}
        self.turns = Turns()
        # Held while a batch is given to a run or the run looks for its next one.
        self.feeding = threading.Lock()
        # Runs that functions of this worker started, and their results as they are.
        self.futures: dict[tuple[str, str], Any] = {}
        self.raw: dict[tuple[str, str], Any] = {}
        hub.handlers.update(
            {
                wire.HELLO: self.hello,
                wire.LOAD: self.load,
                wire.RESTORE: self.restore,
                wire.CALL: self.call,
                wire.BEGIN: self.begin,
                wire.BATCH: self.batch,
                wire.ARRIVAL: self.arrival,
                wire.DROP: self.drop,
                wire.CONFIGURE: self.configure,
                wire.SYNC: self.open_sync,
                wire.PAGE: self.turns.share,
                wire.OVER: self.over,
                wire.REGISTERED: self.registered,
                wire.PROFILE: self.profile,
                wire.TRY: self.try_plans,
                "restored": self.restored,
                "start": self.start_run,
            }
        )
        hub.stream.came = self.came

    # -- settings

    def hello(self, runner: Any, number: int, payload: Any) -> None:
        self.configure(runner, number, payload)
        ready = {"python": "%d.%d.%d" % sys.version_info[:3]}
        self.hub.stream.send(wire.pack(wire.READY, 0, wire.dumps(ready)))

    def configure(self, runner: Any, number: int, payload: Any) -> None:
        settings = wire.loads(payload)
        Settings.with_traceback = settings["traceback"]
        Settings.profile = settings["profile"]
        Settings.shards = settings["shards"]
        self.hub.threads = settings["threads"]

    # -- sessions

    def load(self, runner: Any, number: int, payload: Any) -> None:
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

    def restore(self, runner: Any, number: int, payload: Any) -> None:
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

    def restored(self, runner: Any, _number: int, payload: Any) -> None:
        """Tells functions that were restored that they are registered."""
        session, plans = payload
        for plan in plans:
            run_on_registered(self.hub, runner, session, plan)

    def registered(self, runner: Any, number: int, payload: Any) -> None:
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

    def try_plans(self, runner: Any, number: int, payload: Any) -> None:
        """Makes plans from their pickles without keeping them: says what is wrong with them."""
        name, plans = wire.loads(payload)
        session = Session(self.hub, name, self.names)
        context = Context(number, session)
        if not self.hub.begins(number, context):
            return
        text = None
        try:
            for plan, blob in plans:
                self.hub.stoppable(runner, context, session.restore, plan, blob)
        except BaseException as problem:
            text = text_of(problem).encode("utf-8", "surrogatepass")
        finally:
            self.hub.running.pop(number, None)
        self.hub.tell(wire.RESULT, number, wire.dumps(text))

    def profile(self, runner: Any, number: int, payload: Any) -> None:
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

    def drop(self, runner: Any, number: int, payload: Any) -> None:
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

    def start_run(self, session: Session, description: dict[str, Any]) -> Any:
        """A run from inside a function: the engine starts it, the future gets its results."""
        future = later.new()
        self.futures[session.name, description["id"]] = future
        self.hub.request("run", session.name, description)
        return future

    def over(self, runner: Any, number: int, payload: Any) -> None:
        """A run that a function started is over."""
        name, plan_id, results, errors = wire.loads(payload)
        future = self.futures.pop((name, plan_id), None)
        raw = self.raw.pop((name, plan_id), None)
        session = self.sessions.get(name)
        if session is not None:
            session.plans.pop(plan_id, None)
        if future is not None:
            # What comes from the engine is as Redis has it. Nobody may want it any more.
            future.end("done", [to_python(results) if raw is None else raw, errors])

    # -- runs

    def came(self, kind: int, number: int, payload: Any) -> None:
        """A frame of a run whose records come in pieces: known before it can be taken, so that none comes too early."""
        if kind == wire.BEGIN:
            self.runs[number] = _Run()
            return
        run = self.runs.get(number)
        if run is not None:
            run.came.append((kind, payload))

    def _early(self, runner: Any, name: str, defined: int, frame: Any) -> bool:
        """Whether a frame has to wait for the definitions that the engine sent before it.

        They may be under way in another thread, or be still in the main socket when a synchronous call comes.
        """
        if runner.__class__ is SyncChannel:
            runner.wait_for_definitions(name, defined)
            return False
        return self.hub.lead.is_early(name, defined, frame)

    def _plan(self, name: str, plan_id: str) -> tuple[Session | None, Any]:
        session = self.sessions.get(name)
        return session, None if session is None else session.plans.get(plan_id)

    def _open(self, runner: Any, frame: Any, number: int, payload: Any) -> Any:
        """What a run begins with: context, pipeline, records. None when it cannot begin yet, False when it was answered."""
        name, plan_id, defined, start, kind, flags, records, extra, _ = payload
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
            return False
        command, hook, database, imports = None, None, 0, ()
        if extra is not None:
            command, hook, database = extra.get("command"), extra.get("hook"), extra.get("database", 0)
            imports = extra.get("imports", ())
        if plan.reader == "CommandReader":
            hook = hook or _NO_HOOK
        context = Context(number, session, None, command, hook)
        context.database = database
        context.imports = imports
        context.may_wait = True
        if plan.reader == "StreamReader":
            context.plan = plan_id
        if not hub.begins(number, context):
            # A synchronous call is called off if it waits for its definitions for too long. Who waits for it holds the
            # server, and must not wait for what the main socket says: before that may come what asks for the server.
            self.runs.pop(number, None)
            if runner.__class__ is SyncChannel:
                runner.tell(wire.pack(wire.ABORTED, number, b"N"))
            return False
        if flags & wire.SAY_BEGUN:
            runner.stream.sock.sendall(wire.pack(wire.BEGUN, number, b"N"))
        if flags & wire.NO_ASYNC:
            context.async_allowed = False
        if flags & wire.SAY_RESTS:
            context.says_rest = True
        try:
            if extra is None or "shards" not in extra:
                pipeline = plan.pipeline(start, wait, ASYNC_TYPES, Settings.profile)
            else:
                pipeline = self._shared(plan, start, extra["shards"])
        except BaseException as problem:
            self.runs.pop(number, None)
            hub.running.pop(number, None)
            runner.answer(number, wire.dumps(([], [text_of(problem)])))
            return False
        if flags & wire.CARRY_ON:
            pipeline.carry_on = True
        if self.futures and (name, plan_id) in self.futures:
            pipeline.keep = (name, plan_id)
        if kind == wire.GENERATOR:
            return context, pipeline, plan.argument
        return context, pipeline, records_of(kind, flags & wire.BINARY, records)

    @staticmethod
    def _shared(plan: Any, start: int, shards: Any) -> Any:
        """The share of this shard in a run of a plan over several shards."""
        from .relay import Relay, Shards

        def make(first: int, end: int, keyed_in: Any, keyed_out: Any, fail: Any, times: Any) -> Any:
            return plan.part(wait, ASYNC_TYPES, (first, end), (keyed_in, keyed_out), fail, times)

        own, asked, slots, trailing = shards
        times = [0.0] * len(plan.ops) if Settings.profile else None
        return Relay(plan, start, Shards(own, asked, slots), trailing, make, times)

    def call(self, runner: Any, number: int, payload: Any) -> None:
        """A run over all of its records."""
        call = _loaded(payload)
        flags, turn_over = call[5], None
        if flags & wire.IN_TURN:
            lane = call[:2]
            if not self.turns.take(lane, number, (wire.CALL, number, call)):
                return
            turn_over = functools.partial(self._turn_over, lane, number)
        opened = self._open(runner, wire.CALL, number, call)
        if opened is None:
            return
        if opened:
            context, pipeline, records = opened
            context.turn_over = turn_over
            if flags & wire.AHEAD and not self.turns.is_fresh(number, call[8]):
                self._work(runner, context, pipeline, True, functools.partial(self._run_anew, number), pipeline)
            elif records.__class__ is list:
                self._work(runner, context, pipeline, True, pipeline.run, records)
            else:
                self._work(runner, context, pipeline, True, functools.partial(self._generate, pipeline), records)
        if turn_over is not None:
            turn_over()

    def _turn_over(self, lane: tuple[str, str], number: int) -> None:
        following = self.turns.is_over(lane, number)
        if following is not None:
            # If this process ends, another one gets what has not begun, and the server knows only of what was written: no more
            # than one call may begin before it is told that the one before is over.
            if len(self.hub.stream.out) > 1:
                self.hub.stream.flush()
            self.hub.lead.add(following)

    def _run_anew(self, number: int, pipeline: Any) -> None:
        """Runs over the record as it is now."""
        (kind, flags, records), numbers, page = self.hub.request("record", number)
        self.turns.renew(numbers, page)
        pipeline.run(records_of(kind, flags & wire.BINARY, records))

    @staticmethod
    def _generate(pipeline: Any, function: Callable[..., Any]) -> None:
        read_generator(function, pipeline)
        pipeline.finish()

    def begin(self, runner: Any, number: int, payload: Any) -> None:
        """A run over its first records."""
        if self.hub.lead.hand_over(runner, (wire.BEGIN, number, payload)):
            return
        run = self.runs[number]
        opened = self._open(runner, wire.BEGIN, number, _loaded(payload))
        if opened:
            run.context, run.pipeline, records = opened
            self._feed(runner, run, records, False)
            self._go_on(runner, run)

    def batch(self, runner: Any, number: int, payload: Any) -> None:
        """More records of a run."""
        self._take(runner, (wire.BATCH, number, payload))

    def arrival(self, runner: Any, number: int, payload: Any) -> None:
        """Records of another shard for a run."""
        self._take(runner, (wire.ARRIVAL, number, payload))

    def _take(self, runner: Any, frame: Any) -> None:
        """Has the frames of a run worked off that came, unless a thread is busy with that."""
        run = self.runs.get(frame[1])
        if run is None or self.hub.lead.hand_over(runner, frame):
            return
        with self.feeding:
            if run.busy:
                return
            run.busy = True
        self._go_on(runner, run)

    def _go_on(self, runner: Any, run: _Run) -> None:
        while True:
            with self.feeding:
                if not run.came:
                    run.busy = False
                    return
                kind, payload = run.came.popleft()
            if not run.pipeline.over:
                (self._batch if kind == wire.BATCH else self._arrive)(runner, run, payload)

    def _batch(self, runner: Any, run: _Run, payload: Any) -> None:
        """A turn over more records of the reader."""
        kind, flags, records = wire.loads(payload)
        records = None if kind == wire.GENERATOR else records_of(kind, flags & wire.BINARY, records)
        self._feed(runner, run, records, flags & wire.LAST)

    def _feed(self, runner: Any, run: _Run, records: Any, last: Any) -> None:
        """A turn over records of the reader."""
        pipeline = run.pipeline
        if pipeline.__class__ is Pipeline:
            self._work(runner, run.context, pipeline, last, pipeline.run if last else pipeline.feed, records)
            if last:
                self.runs.pop(run.context.number, None)
            return
        body = pipeline.read if records is None else functools.partial(pipeline.feed, records)
        # Said before anything is sent: the server waits with more records, not with those of others.
        self._relay(runner, run, body, last, False)
        if not pipeline.over:
            self.hub.tell(wire.PROGRESS, run.context.number, b"T" if pipeline.stopped else b"F")

    def _arrive(self, runner: Any, run: _Run, payload: Any) -> None:
        """A turn over records of another shard."""
        number, records = wire.loads(payload)
        self._relay(runner, run, functools.partial(run.pipeline.arrived, number, records), False, records is not None)

    def _relay(self, runner: Any, run: _Run, body: Callable[[], None], last: Any, taken: bool) -> None:
        """A turn of a run over several shards: what it gives others, and its end on this one."""
        hub, context, relay = self.hub, run.context, run.pipeline
        number = context.number

        def flush() -> None:
            hub.tell(wire.CROSSING, number, wire.dumps((*relay.taken(), False)))
            hub.stream.flush()

        relay.flush = flush
        bodies = (body, relay.finish) if last else (body,)
        for body in bodies:
            if Settings.profile:
                from .profiling import Profile

                body = Profile.of(context.session).measured(body)
            try:
                hub.stoppable(runner, context, body)
            except forcestopped as problem:
                relay.failed(problem)
                relay.over = True
                break
            except BaseException as problem:
                relay.failed(problem)
        crossing, finished = relay.taken()
        if crossing or finished or taken:
            hub.tell(wire.CROSSING, number, wire.dumps((crossing, finished, taken)))
        if relay.is_over:
            relay.over = True
            hub.running.pop(number, None)
            self.runs.pop(number, None)
            if relay.keep is not None:
                self.raw[relay.keep] = relay.results
            runner.answer(number, outcome(relay.results, relay.fail.errors, relay.times))

    def _work(self, runner: Any, context: Any, pipeline: Any, last: Any, body: Callable[[Any], Any], records: Any) -> None:
        hub, number = self.hub, context.number
        if Settings.profile:
            from .profiling import Profile

            body = Profile.of(context.session).measured(body)
        try:
            hub.stoppable(runner, context, body, records)
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
        imported = bool(context.imports) and are_imported(context.imports)
        runner.answer(number, outcome(pipeline.results, pipeline.fail.errors, pipeline.times, imported))

    # -- the synchronous channel

    def open_sync(self, sock: Any) -> None:
        SyncChannel(self, wire.Stream(sock)).start()
