"""Spiking neurons, exponential currents, delays, and synapses with u and R, one step after another."""

import numpy as np


def lsm(liquid, train, n_steps):
    """Filtered spikes [step, neuron], potentials [step, neuron] and spikes (step, neuron) of one series."""
    s, n, dt = liquid.network, liquid.network.n_neurons, liquid.network.dt
    cells = NEURONS[type(s.neuron).__name__](liquid)
    v, currents, free_from = liquid.first_potentials.copy(), np.zeros((2, n)), np.zeros(n, int)
    kept = np.exp(-dt / np.array(s.tau_synapse))
    inner, outer = (
        [Synapse(*row, dt) for row in zip(*made)] for made in (liquid.connections, liquid.input_connections)
    )
    arrivals, trace, states, spikes = {}, np.zeros(n), [], []
    channels = {(round(time / dt), channel) for time, channel in zip(*train)}
    for now in range(1, n_steps + 1):
        sent = [synapse for synapse in outer if (now - 1, synapse.source) in channels]
        for synapse in sent:
            synapse.send(now - 1, arrivals)
        v = np.where(now >= free_from, cells.moved(v, currents), v)
        currents *= kept[:, None]
        trace *= np.exp(-dt / s.tau_trace)
        for neuron in np.flatnonzero(v >= cells.threshold):
            v[neuron], pause = cells.fired(neuron)
            free_from[neuron] = now + round(pause / dt) + 1
            trace[neuron] += 1
            spikes.append((now, neuron))
            for synapse in inner:
                if synapse.source == neuron:
                    synapse.send(now, arrivals)
        for kind, neuron, charge in arrivals.pop(now, ()):
            currents[kind, neuron] += charge
        states.append((trace.copy(), v.copy()))
    return *np.swapaxes(states, 0, 1), spikes


class LIF:
    """tau dV/dt = -(V - rest) + R (I_fast + I_slow + background), exactly."""

    def __init__(self, liquid):
        self.m, self.s, self.excites = liquid.network.neuron, liquid.network, liquid.excites
        self.threshold = self.m.threshold

    def moved(self, v, currents):
        m, dt, slow = self.m, self.s.dt, np.array(self.s.tau_synapse)
        keep = np.exp(-dt / m.tau_membrane)
        pull = slow / (m.tau_membrane - slow) * (keep - np.exp(-dt / slow))
        return m.rest + (v - m.rest) * keep + m.resistance * (pull @ currents + (1 - keep) * m.background)

    def fired(self, neuron):
        return self.m.reset, self.m.refractory[0 if self.excites[neuron] else 1]


class ConductanceLIF(LIF):
    """tau dV/dt = -(V - rest) + R (g_e (E_e - V) + g_i (E_i - V) + background), conductances held over a step."""

    def moved(self, v, currents):
        m, (excite, inhibit) = self.m, self.m.reversal
        g = currents[0] / (excite - m.threshold), currents[1] / (inhibit - m.threshold)
        slope = 1 + m.resistance * (g[0] + g[1])
        goal = (m.rest + m.resistance * (g[0] * excite + g[1] * inhibit + m.background)) / slope
        return goal + (v - goal) * np.exp(-self.s.dt * slope / m.tau_membrane)


class Izhikevich:
    """v' = 0.04 v^2 + 5 v + 140 - u + I in two half steps, then u' = a (b v - u)."""

    threshold = 30.0

    def __init__(self, liquid):
        self.m, self.dt, (self.a, self.b, self.base) = liquid.network.neuron, liquid.network.dt, liquid.traits.params
        self.c, self.d, self.u = liquid.traits.reset, liquid.traits.jump, self.b * liquid.first_potentials

    def moved(self, v, currents):
        for _ in range(2):
            current = self.base + currents.sum(axis=0) / self.m.capacitance
            v = v + 0.5 * self.dt * (0.04 * v**2 + 5 * v + 140 - self.u + current)
        self.u = self.u + self.dt * self.a * (self.b * v - self.u)
        return v

    def fired(self, neuron):
        self.u[neuron] += self.d[neuron]
        return self.c[neuron], 0.0


NEURONS = {kind.__name__: kind for kind in (LIF, ConductanceLIF, Izhikevich)}


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
