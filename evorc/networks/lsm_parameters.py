"""Parameters of the column of Maass, Natschlaeger & Markram (Neural Computation 14, 2002), and their checks."""

from collections.abc import Mapping
from typing import NamedTuple

from .checks import within


class Pathway(NamedTuple):
    """Synapses from one kind of neuron to another: means of what is drawn for each of them.

    Parameters
    ----------
    connection : float
        C of the distance rule: the probability of a synapse between neurons at no distance, in [0, 1].
    amplitude : float
        A, nA; negative from inhibitory neurons.
    utilisation : float
        U, the share of its resources that a rested synapse uses for a spike, in (0, 1].
    recovery, facilitation : float
        D and F, time constants in ms. A synapse with ``U=1, D=F=0`` is static.
    delay : float
        Of every spike, ms.
    """

    connection: float
    amplitude: float
    utilisation: float
    recovery: float
    facilitation: float
    delay: float


PATHWAYS: Mapping[str, Pathway] = {
    "EE": Pathway(0.3, 30.0, 0.5, 1100.0, 50.0, 1.5),
    "EI": Pathway(0.2, 60.0, 0.05, 125.0, 1200.0, 0.8),
    "IE": Pathway(0.4, -19.0, 0.25, 700.0, 20.0, 0.8),
    "II": Pathway(0.1, -19.0, 0.32, 144.0, 60.0, 0.8),
}
"""By source and target, E excitatory and I inhibitory."""

INPUT_AMPLITUDES = (18.0, 9.0)
"""Of synapses from outside onto excitatory and inhibitory neurons, nA."""


def check_pathways(pathways: Mapping[str, Pathway]) -> None:
    """Refuse a table that is not complete or holds what cannot be."""
    if set(pathways) != set(PATHWAYS):
        raise ValueError(f"pathways: their names {sorted(pathways)} are not {sorted(PATHWAYS)}")
    for name, found in pathways.items():
        if not isinstance(found, Pathway):
            raise ValueError(f"pathways: {name} is {found!r}, not a Pathway")
        within(f"pathways {name} connection", found.connection, least=0.0, up_to=1.0)
        within(f"pathways {name} utilisation", found.utilisation, above=0.0, up_to=1.0)
        for part in ("recovery", "facilitation"):
            within(f"pathways {name} {part}", getattr(found, part), least=0.0)
        within(f"pathways {name} delay", found.delay, above=0.0)
        wrong = found.amplitude < 0 if name[0] == "E" else found.amplitude > 0
        within(f"pathways {name} amplitude", found.amplitude)
        if wrong:
            sign = "negative, but E excites" if name[0] == "E" else "positive, but I inhibits"
            raise ValueError(f"pathways {name} amplitude: {found.amplitude!r} is {sign}")
