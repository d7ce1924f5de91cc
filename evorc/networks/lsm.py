"""Liquid state machine: a column of spiking neurons (Maass, Natschlaeger & Markram 2002).

tau dV/dt = -(V - V_rest) + R (I_fast + I_slow + I_background);  V >= threshold: spike, V = reset, rest
dI/dt = -I / tau_synapse, and I += A u R when a spike arrives (u and R of Markram & Tsodyks, see `kernels.spiking`)

Other neurons stand in `lsm_neurons`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .checks import one_of, whole, within
from .lsm_liquid import Liquid
from .lsm_neurons import LIF, Neuron, pair
from .lsm_parameters import PATHWAYS, Pathway, check_pathways


@dataclass(frozen=True, kw_only=True, eq=False)
class LSM:
    """Liquid state machine: its equations stand at the top of this module. Times in ms, mV, nA and MOhm.

    Parameters
    ----------
    shape : tuple of int, default=(15, 3, 3)
        The grid of one column; its product is the number of neurons.
    neuron : LIF, ConductanceLIF or Izhikevich, default=LIF()
        What the neurons are, see :mod:`evorc.networks.lsm_neurons`.
    n_columns : int, default=1
        Columns side by side, with the same statistics and no synapses between them.
    inhibitory : float, default=0.2
        Share of inhibitory neurons, in [0, 1]; which ones is drawn.
    length : float, default=2
        lambda of the distance rule C exp(-(D / lambda)^2), in distances of the grid; inf connects with probability C.
    pathways : mapping of str to Pathway, default=PATHWAYS
        Means of the synapses' parameters by source and target, "EE", "EI", "IE", "II".
    scales : tuple of four float, default=(1, 1, 1, 1)
        Factors of the amplitudes of EE, EI, IE and II.
    connections : Connections, matrix [source, target] or None, default=None
        Synapses of the user's own instead of drawn ones. A matrix holds amplitudes of static synapses, whose delay is
        that of the EE pathway; negative ones feed the slow current.
    input_connections : Connections, matrix [channel, neuron] or None, default=None
        The same for synapses from outside.
    input_density : float, default=0.3
        Share of the neurons that each channel feeds, in [0, 1].
    input_scale : float, default=1
        Factor of the input amplitudes, 18 nA onto excitatory and 9 nA onto inhibitory neurons.
    tau_synapse : (float, float), default=(3, 6)
        Decay of the fast (excitatory) and of the slow (inhibitory) current.
    tau_trace : float, default=30
        Of the filter through which a readout sees spikes.
    dt : float, default=0.1
        Length of a step. Potentials and currents move exactly over it; spikes and arrivals fall on its ends.
    dtype : {"float64", "float32"}, default="float64"
        Precision of neurons and synapses. In single precision spikes drift away from those in double after 200 ms.
    random_state : int or tuple of int, default=0
        Seed of all that is drawn.

    References
    ----------
    .. [1] W. Maass, T. Natschlaeger and H. Markram, Neural Computation 14(11), 2002.
    .. [2] H. Markram, Y. Wang and M. Tsodyks, PNAS 95, 1998.

    Examples
    --------
    >>> liquid = LSM(shape=(3, 3, 3)).draw(n_inputs=2)
    >>> response = liquid.run([([5.0, 9.0, 20.0], [0, 1, 0])], duration=50.0, read_times=[25.0, 50.0])
    >>> response.filtered.shape
    (1, 2, 27)
    """

    shape: tuple[int, ...] = (15, 3, 3)
    neuron: Neuron = field(default_factory=LIF)
    n_columns: int = 1
    inhibitory: float = 0.2
    length: float = 2.0
    pathways: Mapping[str, Pathway] = field(default_factory=lambda: PATHWAYS)
    scales: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    connections: Any = None
    input_connections: Any = None
    input_density: float = 0.3
    input_scale: float = 1.0
    tau_synapse: tuple[float, float] = (3.0, 6.0)
    tau_trace: float = 30.0
    dt: float = 0.1
    dtype: str = "float64"
    random_state: int | tuple[int, ...] = 0

    def __post_init__(self) -> None:
        self._check_column()
        check_pathways(self.pathways)
        self._check_step()

    def _check_column(self) -> None:
        whole("n_columns", self.n_columns, least=1)
        for size in self.shape:
            whole("shape", size, least=1)
        for name in ("inhibitory", "input_density"):
            within(name, getattr(self, name), least=0.0, up_to=1.0)
        if self.length != np.inf:
            within("length", self.length, above=0.0)
        if len(self.scales) != 4:
            raise ValueError(f"scales: {self.scales!r} is not four numbers, for EE, EI, IE and II")
        for scale in self.scales:
            within("scales", scale, least=0.0)
        within("input_scale", self.input_scale)
        one_of("dtype", self.dtype, ("float64", "float32"))
        if not hasattr(self.neuron, "move"):
            raise ValueError(f"neuron: {self.neuron!r} is not a neuron of evorc.networks.lsm_neurons")

    def _check_step(self) -> None:
        for name in ("tau_trace", "dt"):
            within(name, getattr(self, name), above=0.0)
        pair("tau_synapse", self.tau_synapse, above=0.0)
        shortest = min(self.neuron.shortest, self.tau_trace, *self.tau_synapse)
        if self.dt > shortest:
            raise ValueError(f"dt: {self.dt!r} ms is longer than the smallest time constant, {shortest!r} ms")
        soonest = min(pathway.delay for pathway in self.pathways.values())
        if self.dt > soonest * (1.0 + 1e-9):
            raise ValueError(f"dt: {self.dt!r} ms is longer than the smallest delay, {soonest!r} ms")

    @property
    def n_neurons(self) -> int:
        """Of all columns."""
        return int(np.prod(self.shape)) * self.n_columns

    def draw(self, n_inputs: int) -> Liquid:
        """The column with everything that is random about it, for so many channels."""
        whole("n_inputs", n_inputs, least=0)
        return Liquid(self, n_inputs)
