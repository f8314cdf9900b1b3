"""Keeps a few processes running: starts them in order, restarts the dead, ends them in order.

One thread only: children are forked with a function to run before exec, which is safe without others.
"""

from __future__ import annotations

import ctypes
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType
from typing import TextIO

_TURN = 0.1
_ASK_EVERY = 0.4
_START_PATIENCE = 120.0
_STOP_PATIENCE = 30.0
_FIRST_DELAY, _LONGEST_DELAY = 0.5, 30.0
_SETTLED = 60.0
_ATTEMPTS = 4

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Part:
    """One process to keep running. ``is_ready`` is asked with its pid until it says yes."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    is_ready: Callable[[int], bool]


class Child:
    """A part, the process that currently runs it, and the pipe with what that prints."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.process: subprocess.Popen[bytes] | None = None
        self.output = -1
        self.unfinished = b""
        self.started_at = 0.0
        self.start_again_at = 0.0
        self.failures = 0

    def start(self, inherited: tuple[int, ...]) -> None:
        self.output, printed = os.pipe()
        os.set_blocking(self.output, False)
        self.process = subprocess.Popen(  # noqa: S603 - our own command lines, no shell
            list(self.part.command),
            env=dict(self.part.environment),
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=printed,
            # Ctrl-C in a terminal reaches the supervisor alone, which then ends the parts in order.
            start_new_session=True,
            preexec_fn=_die_with(os.getpid()),
            pass_fds=inherited,
        )
        os.close(printed)
        self.started_at = time.monotonic()

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ended(self) -> float:
        """Notes that the process is gone; returns after how many seconds to start it again."""
        self.process = None
        lived = time.monotonic() - self.started_at
        self.failures = 1 if lived > _SETTLED else self.failures + 1
        delay: float = min(_LONGEST_DELAY, _FIRST_DELAY * 2 ** (self.failures - 1))
        self.start_again_at = time.monotonic() + delay
        return delay


def _die_with(parent: int) -> Callable[[], None] | None:
    """What a child does before exec, so that kill -9 of the supervisor leaves nothing behind (Linux)."""
    if _libc is None:
        return None
    prctl = _libc.prctl

    def arrange() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return arrange


class Supervisor:
    """Runs stages of parts: a stage starts when every part of the one before is ready."""

    def __init__(
        self, stages: Sequence[Sequence[Part]], *, inherited: tuple[int, ...] = (), out: TextIO = sys.stderr
    ) -> None:
        self._stages = [[Child(part) for part in stage] for stage in stages]
        self._children = [child for stage in self._stages for child in stage]
        self._width = max(len(child.part.name) for child in self._children)
        self._inherited = inherited
        self._out = out
        self._selector = selectors.DefaultSelector()
        self._signals = 0

    def run(self, when_ready: Callable[[], None]) -> int:
        """Starts everything, calls ``when_ready`` once, stays until SIGTERM, SIGINT or SIGHUP.

        Returns the exit code: 0 after a signal, 1 when a part could not be started.
        """
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            # `nohup sendout up &` ignores SIGHUP on purpose.
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._on_signal)
        try:
            for stage in self._stages:
                if not self._bring_up(stage):
                    return 0 if self._signals else 1
            when_ready()
            while not self._signals:
                self._turn()
            return 0
        finally:
            self._stop()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._signals += 1

    def _bring_up(self, stage: Sequence[Child]) -> bool:
        waiting = list(stage)
        deadline = time.monotonic() + _START_PATIENCE
        for child in stage:
            self._start(child)
        while waiting and not self._signals:
            # Asking costs a start of a program now and then; the parts need the processor more.
            self._turn_for(_ASK_EVERY)
            waiting = [c for c in waiting if c.process is None or not c.part.is_ready(c.process.pid)]
            for child in waiting:
                if child.failures >= _ATTEMPTS or time.monotonic() > deadline:
                    self._say(child, "could not be started; its lines above say why")
                    return False
        return not waiting

    def _turn_for(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._signals:
            self._turn()

    def _turn(self, restart: bool = True) -> None:
        """Passes on what the children print for a moment, then looks after the dead."""
        for key, _events in self._selector.select(_TURN):
            self._pass_on(key.data)
        for child in self._children:
            if child.process is not None and not child.alive:
                code = child.process.returncode
                self._hear_out(child)
                delay = child.ended()
                if restart:
                    self._say(child, f"ended with code {code}; starts again in {delay:g} s")
            elif restart and child.process is None and 0 < child.start_again_at <= time.monotonic():
                self._start(child)

    def _start(self, child: Child) -> None:
        child.start(self._inherited)
        self._selector.register(child.output, selectors.EVENT_READ, child)

    def _pass_on(self, child: Child) -> bool:
        """Prints the complete lines of what the child wrote; False when there is nothing now."""
        try:
            printed = os.read(child.output, 65536)
        except BlockingIOError:
            return False
        if not printed:
            # Closed by a child that may live on; ready for reading for ever, so asked no more.
            with suppress(KeyError):
                self._selector.unregister(child.output)
            return False
        *lines, child.unfinished = (child.unfinished + printed).split(b"\n")
        for line in lines:
            self._say(child, line.decode(errors="replace"))
        return True

    def _hear_out(self, child: Child) -> None:
        """The last words of a dead child; a grandchild that still holds the pipe is not waited for."""
        while self._pass_on(child):
            pass
        if child.unfinished:
            self._say(child, child.unfinished.decode(errors="replace"))
            child.unfinished = b""
        with suppress(KeyError):
            self._selector.unregister(child.output)
        os.close(child.output)

    def _say(self, child: Child, line: str) -> None:
        # A terminal or pipe that went away must not end the service.
        with suppress(OSError, ValueError):
            self._out.write(f"{child.part.name:<{self._width}} | {line}\n")
            self._out.flush()

    def _stop(self) -> None:
        """Ends the stages in reverse; a part that ignores SIGTERM, or a second signal, means SIGKILL."""
        for stage in reversed(self._stages):
            for child in stage:
                if child.alive and child.process is not None:
                    child.process.terminate()
            deadline = time.monotonic() + _STOP_PATIENCE
            while any(child.alive for child in stage):
                if self._signals > 1 or time.monotonic() > deadline:
                    for child in stage:
                        if child.process is not None:
                            child.process.kill()
                self._turn(restart=False)
            self._turn(restart=False)
        self._selector.close()
