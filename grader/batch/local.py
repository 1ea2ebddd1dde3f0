"""Grades on this machine: one process for each core, each with its own preloaded boxes.

A process is forked from ours, so that the bank and the libraries are there at once and their memory is shared. Only we
hand out jobs and keep what comes back; a process that dies, for whatever reason, costs the job it was at one try.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any

from grader.batch.desks import Desk
from grader.batch.jobs import Done, Job
from grader.boxes import close_all, patient
from grader.jail.kernel import die_with_parent

__all__ = ["LocalEngine"]

_TRIES = 3
_END_S = 20.0


@dataclass
class _Hand:
    """One process, and the job it is at."""

    process: Any
    channel: Connection
    job: Job | None = None


@dataclass
class LocalEngine:
    """Processes of this machine."""

    desk: Desk
    count: int
    _hands: list[_Hand] = field(default_factory=list)

    @property
    def words(self) -> str:
        return f"{self.count} process{'es' if self.count > 1 else ''}"

    def run(self, jobs: Sequence[Job]) -> Iterator[Done]:
        """As `Engine.run`. A job that fails by our fault is tried again, in the end up to three times."""
        waiting = deque(jobs)
        tries = dict.fromkeys((job.student for job in jobs), 0)
        try:
            while waiting or any(hand.job for hand in self._hands):
                self._hand_out(waiting)
                for hand in self._ready():
                    job = hand.job
                    assert job is not None
                    done = self._take(hand, job)
                    tries[job.student] += 1
                    if done.fault and tries[job.student] < _TRIES:
                        waiting.append(job)
                    else:
                        yield done
        finally:
            for hand in [
                hand for hand in self._hands if hand.job
            ]:  # left early: what runs is not wanted any more
                self._end(hand, kill=True)

    def close(self) -> None:
        for hand in list(self._hands):
            self._end(hand, kill=hand.job is not None)

    def _hand_out(self, waiting: deque[Job]) -> None:
        """Give every idle process a job; start processes as long as there is work for them."""
        idle = [hand for hand in self._hands if hand.job is None]
        while waiting and (idle or len(self._hands) < self.count):
            hand = idle.pop() if idle else self._start()
            try:
                hand.channel.send(waiting[0])
            except OSError:  # it died while it waited
                self._end(hand, kill=True)
                continue
            hand.job = waiting.popleft()

    def _ready(self) -> list[_Hand]:
        busy = {hand.channel: hand for hand in self._hands if hand.job}
        return [busy[channel] for channel in wait(list(busy)) if isinstance(channel, Connection)]

    def _take(self, hand: _Hand, job: Job) -> Done:
        """What a process says of its job, or that it died over it."""
        try:
            done: Done = hand.channel.recv()
        except (EOFError, OSError):
            hand.process.join(_END_S)
            status = hand.process.exitcode
            how = (
                f"was killed by signal {-status}" if status and status < 0 else f"ended with status {status}"
            )
            self._end(hand, kill=True)
            return Done(job.student, job.key, fault=f"batch: a grading process {how}.")
        hand.job = None
        return done

    def _start(self) -> _Hand:
        context = multiprocessing.get_context("fork")
        ours, theirs = context.Pipe()
        others = [hand.channel for hand in self._hands]
        sys.stdout.flush()
        sys.stderr.flush()
        process = context.Process(target=_work, args=(self.desk, theirs, [ours, *others]), daemon=False)
        process.start()
        theirs.close()
        hand = _Hand(process, ours)
        self._hands.append(hand)
        return hand

    def _end(self, hand: _Hand, *, kill: bool) -> None:
        """End a process; one that rests ends by itself when its channel closes."""
        hand.channel.close()
        if kill:
            hand.process.terminate()
        hand.process.join(_END_S)
        if hand.process.is_alive():
            hand.process.kill()
            hand.process.join()
        self._hands.remove(hand)


def _work(desk: Desk, channel: Connection, others: Sequence[Connection]) -> None:
    """The life of a process: jobs until the channel closes, be it because the batch was killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal: the batch itself decides what it means
    signal.signal(signal.SIGTERM, _leave)
    for other in others:
        other.close()
    patient()
    if sys.platform == "linux":
        die_with_parent()
    try:
        while True:
            channel.send(desk.grade(channel.recv()))
    except (EOFError, OSError):
        pass  # nobody wants any more
    finally:
        with contextlib.suppress(Exception):
            close_all()
    # What our parent registered to be done at its end is not ours to do.
    os._exit(0)


def _leave(number: int, frame: object) -> None:
    """Terminated: boxes end with us, by hang-up."""
    close_all()
    os._exit(128 + number)
