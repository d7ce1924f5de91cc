"""Leaky integrate-and-fire neurons, exponential currents, delays, and synapses with u and R, one step after another."""

import numpy as np


def lsm(liquid, train, n_steps):
    """Filtered spikes [step, neuron], potentials [step, neuron] and spikes (step, neuron) of one series."""
    s, n, dt = liquid.network, liquid.network.n_neurons, liquid.network.dt
    keep, kept = np.exp(-dt / s.tau_membrane), np.exp(-dt / np.array(s.tau_synapse))
    pull = np.array(s.tau_synapse) / (s.tau_membrane - np.array(s.tau_synapse)) * (keep - kept)
    v, currents, free_from = liquid.first_potentials.copy(), np.zeros((2, n)), np.zeros(n, int)
    pause = np.rint(np.where(liquid.excites, *s.refractory) / dt).astype(int)
    inner, outer = (
        [Synapse(*row, dt) for row in zip(*made)] for made in (liquid.connections, liquid.input_connections)
    )
    arrivals, trace, states, spikes = {}, np.zeros(n), [], []
    channels = {(round(time / dt), channel) for time, channel in zip(*train)}
    for now in range(1, n_steps + 1):
        sent = [synapse for synapse in outer if (now - 1, synapse.source) in channels]
        for synapse in sent:
            synapse.send(now - 1, arrivals)
        moved = s.rest + (v - s.rest) * keep + s.resistance * (pull @ currents + (1 - keep) * s.background)
        v = np.where(now >= free_from, moved, v)
        currents *= kept[:, None]
        trace *= np.exp(-dt / s.tau_trace)
        for neuron in np.flatnonzero(v >= s.threshold):
            v[neuron], free_from[neuron] = s.reset, now + pause[neuron] + 1
            trace[neuron] += 1
            spikes.append((now, neuron))
            for synapse in inner:
                if synapse.source == neuron:
                    synapse.send(now, arrivals)
        for kind, neuron, charge in arrivals.pop(now, ()):
            currents[kind, neuron] += charge
        states.append((trace.copy(), v.copy()))
    return *np.swapaxes(states, 0, 1), spikes


class Synapse:
    """u_1 = U, R_1 = 1; u_k+1 = U + u_k (1 - U) exp(-gap / F); R_k+1 = 1 + (R_k - u_k R_k - 1) exp(-gap / D)."""

    def __init__(self, source, target, amplitude, utilisation, recovery, facilitation, delay, dt):
        self.source, self.target, self.amplitude, self.dt = source, target, amplitude, dt
        self.utilisation, self.recovery, self.facilitation, self.delay = utilisation, recovery, facilitation, delay
        self.last = None

    def send(self, now, arrivals):
        if self.last is None:
            self.u, self.r = self.utilisation, 1.0
        else:
            gap = (now - self.last) * self.dt
            left = np.exp(-gap / self.recovery) if self.recovery else 0.0
            eased = np.exp(-gap / self.facilitation) if self.facilitation else 0.0
            self.r = 1 + (self.r - self.u * self.r - 1) * left
            self.u = self.utilisation + self.u * (1 - self.utilisation) * eased
        self.last = now
        due = now + round(self.delay / self.dt)
        charge = self.amplitude * self.u * self.r
        arrivals.setdefault(due, []).append((int(self.amplitude < 0), self.target, charge))
