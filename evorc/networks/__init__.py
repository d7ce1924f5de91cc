"""Networks: one file each, its equation as one step kernel, and its specification."""

from .ctrnn import CTRNN
from .feedforward import Feedforward
from .recurrent import FullyRecurrent
from .spec import Block, NetworkSpec, Size

NETWORKS: dict[str, type[NetworkSpec]] = {"ctrnn": CTRNN, "fully_recurrent": FullyRecurrent, "feedforward": Feedforward}

__all__ = ["CTRNN", "NETWORKS", "Block", "Feedforward", "FullyRecurrent", "NetworkSpec", "Size"]
