"""Readouts: from rows of reservoir states to outputs, by rows taken in blocks of any size."""

from .collected import Collected as Collected
from .features import Features as Features
from .readout import Readout as Readout
from .recursive import ForceReadout as ForceReadout
from .recursive import RecursiveLeastSquares as RecursiveLeastSquares
from .ridge import RidgeReadout as RidgeReadout
