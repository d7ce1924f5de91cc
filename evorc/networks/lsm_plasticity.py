"""Spike-timing-dependent plasticity of a liquid's synapses: the rule, and what the kernels run on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..kernels.plasticity import Plasticity
from ..kernels.spiking import LONG_AGO
from .checks import one_of, within
from .lsm_column import Connections

PLASTIC = ("EE", "EI")


@dataclass(frozen=True, kw_only=True)
class STDP:
    """Additive spike-timing-dependent plasticity with bounds (Song, Miller & Abbott 2000).

    A spike of the target, a time t after a spike of the source has arrived, adds ``A+ exp(-t / tau_plus)`` to the
    synapse's amplitude; an arrival a time t after a spike of the target takes ``A- exp(-t / tau_minus)`` from it. All
    pairs count, those within one step do not. Amplitudes stay within [0, highest]. Delays are axonal: the synapse
    learns when a spike arrives, after it has acted. U, D and F do not learn.

    Parameters
    ----------
    potentiation, depression : float, default=0.005 and 0.00525
        A+ and A-, as shares of `highest`, at least 0.
    tau_plus, tau_minus : float, default=20
        ms.
    highest : float or None, default=None
        nA. Synapses that are stronger are set to it first. None is the amplitude of the strongest of them.
    pathways : sequence of str, default=("EE",)
        Which synapses learn: "EE", "EI" or both.

    Raises
    ------
    ValueError
        If a number is out of its range, or a pathway not excitatory.

    References
    ----------
    S. Song, K. D. Miller and L. F. Abbott, Nature Neuroscience 3(9), 2000.

    Examples
    --------
    >>> from evorc.networks.lsm import LSM
    >>> from evorc.networks.spikes import poisson_spikes
    >>> liquid = LSM(shape=(4, 3, 3)).draw(1)
    >>> learnt, response = liquid.learn([poisson_spikes(1, 500.0, 40.0, 0)], duration=500.0, rule=STDP())
    >>> bool((learnt.connections.amplitude != liquid.connections.amplitude).any())
    True
    """

    potentiation: float = 0.005
    depression: float = 0.00525
    tau_plus: float = 20.0
    tau_minus: float = 20.0
    highest: float | None = None
    pathways: Sequence[str] = ("EE",)

    def __post_init__(self) -> None:
        for name in ("potentiation", "depression"):
            within(name, getattr(self, name), least=0.0)
        for name in ("tau_plus", "tau_minus"):
            within(name, getattr(self, name), above=0.0)
        if self.highest is not None:
            within("highest", self.highest, above=0.0)
        for pathway in self.pathways:
            one_of("pathways", pathway, PLASTIC)

    def chosen(self, synapses: Connections, excites: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which synapses between neurons learn."""
        onto = np.isin(np.where(excites[synapses.targets], "EE", "EI"), list(self.pathways))
        found: NDArray[np.bool_] = excites[synapses.sources] & onto & (synapses.amplitude >= 0)
        return found

    def bounded(self, synapses: Connections, chosen: NDArray[np.bool_]) -> tuple[Connections, float]:
        """The synapses, none of those chosen above the highest amplitude, and that."""
        highest = self.highest or float(synapses.amplitude[chosen].max(initial=0.0))
        amplitude = np.where(chosen, np.minimum(synapses.amplitude, highest), synapses.amplitude)
        return synapses._replace(amplitude=amplitude), highest

    def plasticity(self, targets: NDArray[np.int64], n: int, highest: float, dt: float, dtype: str) -> Plasticity:
        """Before the first spike; `targets` are the neurons onto which synapses that learn lead, -1 for others."""
        order = np.argsort(targets, kind="stable")
        synapses = order[np.count_nonzero(targets < 0) :]
        rule = (
            self.potentiation * highest,
            self.depression * highest,
            dt / self.tau_plus,
            dt / self.tau_minus,
            highest,
        )
        return Plasticity(
            incoming=np.searchsorted(targets[synapses], np.arange(n + 1)),
            synapses=synapses,
            targets=targets,
            arrivals=np.zeros(len(targets), dtype),
            arrived=np.full(len(targets), LONG_AGO),
            spikes=np.zeros(n, dtype),
            spiked=np.full(n, LONG_AGO),
            rule=np.array(rule, dtype),
        )
