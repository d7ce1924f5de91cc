"""Additive STDP of one synapse from the steps of its arrivals and of its target's spikes, in the order of time."""

import numpy as np


def stdp(weight, arrivals, spikes, rule, highest, dt):
    """The weight at the end. In a step the spike comes first; pairs within one step do not count."""
    arrivals, spikes = np.array(arrivals), np.array(spikes)
    for now in np.union1d(arrivals, spikes):
        if now in spikes:
            since = (now - arrivals[arrivals < now]) * dt
            gain = highest * rule.potentiation * np.exp(-since / rule.tau_plus).sum()
            weight = min(weight + gain, highest)
        if now in arrivals:
            since = (now - spikes[spikes < now]) * dt
            loss = highest * rule.depression * np.exp(-since / rule.tau_minus).sum()
            weight = max(weight - loss, 0.0)
    return weight
