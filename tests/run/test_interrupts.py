"""Signals are let through where a run may be left, and nowhere else."""

import gc
import os
import signal
import threading
import warnings

import pytest

from evorc.run import Interrupted, Interrupts


def send(signum=signal.SIGINT):
    os.kill(os.getpid(), signum)


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_what_may_be_left(signum):
    interrupts, reached = Interrupts(), []

    def leave():
        with interrupts.allowed():
            send(signum)
            reached.append("beyond")

    with interrupts.caught(), pytest.raises(Interrupted, match=signum.name):
        leave()
    assert reached == []


def test_a_signal_elsewhere_waits_for_what_may_be_left():
    interrupts, reached = Interrupts(), []
    with interrupts.caught():
        send()
        reached.append("beyond")
        with pytest.raises(Interrupted), interrupts.allowed():
            reached.append("too far")
    assert reached == ["beyond"]


def test_a_second_signal_while_all_is_saved_is_held_back():
    interrupts, reached = Interrupts(), []
    with interrupts.caught():
        with pytest.raises(Interrupted), interrupts.allowed():
            send()
        send(signal.SIGTERM)
        reached.append("saved")
    assert reached == ["saved"]


def test_no_except_clause_of_a_scenario_holds_a_signal_up():
    interrupts, reached = Interrupts(), []

    def swallow():
        with interrupts.allowed():
            try:
                send()
            except Exception:
                reached.append("swallowed")

    with interrupts.caught(), pytest.raises(Interrupted):
        swallow()
    assert reached == []


class Destroyed:
    def __del__(self):
        send()


def test_a_signal_in_a_destructor_is_raised_at_the_next_place_without_noise():
    interrupts = Interrupts()
    with warnings.catch_warnings(), interrupts.caught():
        warnings.simplefilter("error")
        with interrupts.allowed():
            Destroyed()
            gc.collect()
        with pytest.raises(Interrupted), interrupts.allowed():
            pass


def test_the_handlers_from_before_come_back():
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with Interrupts().caught():
        assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) != before
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_once_all_is_saved_a_further_signal_ends_the_process():
    interrupts = Interrupts()
    with interrupts.caught():
        interrupts.release()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
    assert signal.getsignal(signal.SIGINT) is not signal.SIG_DFL


def test_another_thread_leaves_the_handlers_alone():
    found = []

    def look():
        interrupts = Interrupts()
        with interrupts.caught(), interrupts.allowed():
            found.append(signal.getsignal(signal.SIGINT))
            interrupts.release()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert found == [signal.getsignal(signal.SIGINT)]
