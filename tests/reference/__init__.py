"""Plain NumPy oracles: slow, short, and to be checked against their papers by eye."""

from .closed_loop import closed_loop
from .ctrnn import ctrnn
from .feedforward import feedforward
from .fully_recurrent import fully_recurrent

__all__ = ["closed_loop", "ctrnn", "feedforward", "fully_recurrent"]
