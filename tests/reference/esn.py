"""x(t) = (1 - a) x(t-1) + a f(rho W' x(t-1) + U' s(t) + b), with O x(t-1) for the first x where there is an O."""

import numpy as np

ANSWERS = {
    "tanh": np.tanh,
    "linear": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
    "logistic": lambda z: 1 / (1 + np.exp(-z)),
}
EXAMPLES = (
    {"n_units": 9, "leak_rate": 0.4, "bias_scaling": 0.3, "topology": "dense"},
    {"n_units": 12, "activation": "logistic", "topology": "ring"},
    {"n_units": 5, "update": "euler", "leak_rate": 0.1, "diffusion": 1.0, "topology": "dense"},
)


def states(network, series):
    """States [time, unit] of an ESN without noise for a series [time, channel]."""
    recurrent, gain, inputs, bias = network.draw(series.shape[1])
    recurrent = recurrent if isinstance(recurrent, np.ndarray) else recurrent.toarray()
    n, a, answer = network.n_units, network.leak_rate, ANSWERS[network.activation]
    radius = 1.0 if network.spectral_radius is None or network.update == "euler" else network.spectral_radius
    w, o = radius * gain * recurrent[:, :n], recurrent[:, n:]
    keep = 1.0 if network.update == "euler" else 1.0 - a
    u = np.reshape(network.input_scaling, (-1, 1)) * inputs
    x, found = np.zeros(n), []
    for s in series:
        before = x @ o if o.size else x
        x = keep * before + a * answer(x @ w + s @ u + network.bias_scaling * bias)
        found.append(x)
    return np.array(found)


def esn(network, parameters, series):
    """Outputs, then units, [time, individual, neuron] for a series [time, individual, channel]."""
    units = np.stack([states(network, series[:, n]) for n in range(series.shape[1])], axis=1)
    outputs = np.tanh(np.einsum("niko,tni->tno", parameters["readout"][:, :, None], units))
    return np.concatenate([outputs, units], axis=2)
