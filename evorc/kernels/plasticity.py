"""Spike-timing-dependent plasticity at a spike: of every arrival with all spikes of its target before it, and back.

A synapse keeps a trace of its arrivals, a neuron one of its spikes; both are moved only when one of them is due. An
arrival and a spike in the same step are no pair: first spikes meet earlier arrivals, then arrivals earlier spikes.
"""

from typing import NamedTuple

import numpy as np

from .compiler import part
from .vmath import exp


class Plasticity(NamedTuple):
    """Synapses that learn, of a network in one lane. All empty: none does."""

    incoming: np.ndarray  # int64 [neuron + 1]: where its synapses begin in `synapses`
    synapses: np.ndarray  # int64 [entry]: those that learn, target by target
    targets: np.ndarray  # int64 [synapse]: the neuron, -1 where it does not learn
    arrivals: np.ndarray  # [synapse]: their trace, as it was at the last one
    arrived: np.ndarray  # int64 [synapse]: when that was
    spikes: np.ndarray  # [neuron]: their trace, as it was at the last one
    spiked: np.ndarray  # int64 [neuron]: when that was
    rule: np.ndarray  # [5]: A+, A-, one over both time constants, the largest amplitude


GROWTH, DECLINE, AFTER, BEFORE, HIGHEST = range(5)


@part
def potentiate(plastic, params, neuron, now):
    """A neuron fires: its synapses gain A+ exp(-t / tau+) for each arrival t ago."""
    rule = plastic.rule
    for entry in range(plastic.incoming[neuron], plastic.incoming[neuron + 1]):
        k = plastic.synapses[entry]
        past = rule.dtype.type(plastic.arrived[k] - now)
        gain = rule[GROWTH] * plastic.arrivals[k] * exp(past * rule[AFTER])
        params[k, 0] = min(params[k, 0] + gain, rule[HIGHEST])


@part
def depress(plastic, params, k, now):
    """A spike arrives: its synapse loses A- exp(-t / tau-) for each spike of the target t ago."""
    rule, target, zero = plastic.rule, plastic.targets[k], plastic.rule.dtype.type(0)
    if target >= 0:
        past = rule.dtype.type(plastic.spiked[target] - now)
        loss = rule[DECLINE] * plastic.spikes[target] * exp(past * rule[BEFORE])
        params[k, 0] = max(params[k, 0] - loss, zero)
        past = rule.dtype.type(plastic.arrived[k] - now)
        plastic.arrivals[k] = plastic.arrivals[k] * exp(past * rule[AFTER]) + rule.dtype.type(1)
        plastic.arrived[k] = now


@part
def remember(plastic, neuron, now):
    """A neuron has fired."""
    past = plastic.rule.dtype.type(plastic.spiked[neuron] - now)
    left = plastic.spikes[neuron] * exp(past * plastic.rule[BEFORE])
    plastic.spikes[neuron] = left + plastic.rule.dtype.type(1)
    plastic.spiked[neuron] = now


def no_plasticity(dtype: np.dtype) -> Plasticity:
    """That of a network whose synapses do not learn."""
    whole, none = np.empty(0, np.int64), np.empty(0, dtype)
    return Plasticity(whole, whole, whole, none, whole, none, whole, none)
