"""Frames on a socket: in pieces, many at once, larger than the buffer, and the end of it."""

from __future__ import annotations

import os
import random
import socket
import threading
import unittest
from typing import Any

from redgrease_worker import wire


def frames_of(stream: wire.Stream, count: int) -> list[tuple[Any, int, Any]]:
    """The next frames, with payloads unmarshalled."""
    found: list[tuple[Any, int, Any]] = []
    while len(found) < count:
        frames, _ = stream.receive()
        found.extend((kind, number, wire.loads(payload)) for kind, number, payload in frames)
    return found


class Framing(unittest.TestCase):
    """What one side writes is what the other one reads."""

    def setUp(self) -> None:
        self.near, self.far = socket.socketpair()
        self.addCleanup(self.near.close)
        self.addCleanup(self.far.close)
        self.stream = wire.Stream(self.near)

    def write(self, pieces: list[bytes]) -> None:
        """Writes from a thread of its own: large frames do not fit into the socket."""

        def run() -> None:
            for piece in pieces:
                self.far.sendall(piece)

        writer = threading.Thread(target=run)
        writer.start()
        self.addCleanup(writer.join)

    def test_frames_come_whole_wherever_they_are_cut(self) -> None:
        dice = random.Random(7)
        sizes = [0, 1, 8, 262143 - 14, 262144, 262145, 3_000_000, 5]
        sent: list[tuple[int, int, Any]] = [(wire.BATCH, number, b"x" * size) for number, size in enumerate(sizes)]
        data = b"".join(wire.pack(kind, number, wire.dumps(payload)) for kind, number, payload in sent)
        for largest in (7, 100_000, len(data)):
            cuts = [0]
            while cuts[-1] < len(data):
                # Small pieces at the beginning, where the heads are.
                cuts.append(cuts[-1] + dice.randint(1, largest if cuts[-1] < 500 else max(largest, 50_000)))
            self.write([data[start:end] for start, end in zip(cuts, cuts[1:])])
            self.assertEqual(frames_of(self.stream, len(sent)), sent)

    def test_many_at_once_keep_their_order(self) -> None:
        sent = [(wire.CALL, number, number) for number in range(1000)]
        self.write([b"".join(wire.pack(kind, number, wire.dumps(payload)) for kind, number, payload in sent)])
        self.assertEqual(frames_of(self.stream, len(sent)), sent)

    def test_a_frame_of_a_run_is_told_of_before_it_can_be_taken(self) -> None:
        told: list[tuple[int, int]] = []
        self.stream.came = lambda kind, number, payload: told.append((kind, number))
        for kind in (wire.CALL, wire.BEGIN, wire.BATCH, wire.ARRIVAL, wire.DROP):
            self.far.sendall(wire.pack(kind, 3, wire.dumps(None)))
        frames_of(self.stream, 5)
        self.assertEqual(told, [(wire.BEGIN, 3), (wire.BATCH, 3), (wire.ARRIVAL, 3)])

    def test_the_end_in_the_middle_of_a_frame_is_an_end(self) -> None:
        self.far.sendall(wire.pack(wire.CALL, 1, wire.dumps("whole")) + wire.pack(wire.CALL, 2, b"cut off")[:-1])
        self.assertEqual(frames_of(self.stream, 1), [(wire.CALL, 1, "whole")])
        self.far.close()
        with self.assertRaises(EOFError):
            self.stream.receive()

    def test_the_bell_ends_the_wait(self) -> None:
        listening, ringing = os.pipe()
        stream = wire.Stream(self.near, listening)
        os.write(ringing, b"!")
        self.assertEqual(stream.receive(), ([], 0))
        self.far.sendall(wire.pack(wire.CALL, 1, wire.dumps(1)))
        self.assertEqual(frames_of(stream, 1), [(wire.CALL, 1, 1)])
        for end in (listening, ringing):
            os.close(end)

    def test_what_does_not_fit_waits_for_a_flush(self) -> None:
        payload = wire.dumps(b"y" * 4_000_000)
        self.assertFalse(self.stream.offer(wire.pack(wire.RESULT, 1, payload)))
        self.stream.out.append(wire.pack(wire.RESULT, 2, wire.dumps("after it")))
        flusher = threading.Thread(target=self.stream.flush)
        flusher.start()
        other = wire.Stream(self.far)
        self.assertEqual([number for _, number, _ in frames_of(other, 2)], [1, 2])
        flusher.join()


if __name__ == "__main__":
    unittest.main()
