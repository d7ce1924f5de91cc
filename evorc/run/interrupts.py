"""SIGINT and SIGTERM end a run between generations, or in the midst of an evaluation, with all its state in order."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(BaseException):
    """A signal asked the run to end. No `except Exception` of a scenario may hold it up."""

    def __init__(self, signum: int) -> None:
        super().__init__(signal.Signals(signum).name)
        self.signum = signum


class Interrupts:
    """Holds signals back until :meth:`allowed` lets them through.

    A signal that comes while a destructor or a compiler's callback runs cannot end anything there; the next
    :meth:`allowed` raises it.
    """

    def __init__(self) -> None:
        self._came: int | None = None
        self._open = False

    @contextmanager
    def caught(self) -> Iterator["Interrupts"]:
        """Take over both signals; only Python's main thread may."""
        if threading.current_thread() is not threading.main_thread():
            yield self
            return
        before = {signum: signal.signal(signum, self._handle) for signum in SIGNALS}
        hook = sys.unraisablehook
        sys.unraisablehook = lambda lost: None if lost.exc_type is Interrupted else hook(lost)
        try:
            yield self
        finally:
            sys.unraisablehook = hook
            for signum, handler in before.items():
                signal.signal(signum, handler)

    @contextmanager
    def allowed(self) -> Iterator[None]:
        """A stretch of code that may be left at any point.

        Raises
        ------
        Interrupted
            At once if a signal has come already.
        """
        self._open = True
        try:
            if self._came is not None:
                raise Interrupted(self._came)
            yield
        finally:
            self._open = False

    def release(self) -> None:
        """All is saved: let a further signal end the process at once, whatever it waits for."""
        if threading.current_thread() is threading.main_thread():
            for signum in SIGNALS:
                signal.signal(signum, signal.SIG_DFL)

    def _handle(self, signum: int, frame: FrameType | None) -> None:
        self._came = signum
        if self._open:
            raise Interrupted(signum)
