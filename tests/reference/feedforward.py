"""h_i(t) = tanh(sum_c u_ci x_c(t) + b_i),   o_k(t) = tanh(sum_i v_ik h_i(t) + d_k)."""

import numpy as np


def feedforward(parameters, series):
    """Outputs, then hidden neurons, [time, individual, neuron] for a series [time, individual, channel]."""
    u, v = parameters["inputs"], parameters["readout"]
    d, b = np.split(parameters["bias"], [v.shape[2]], axis=1)
    h = np.tanh(np.einsum("nci,tnc->tni", u, series) + b)
    return np.concatenate([np.tanh(np.einsum("nik,tni->tnk", v, h) + d), h], axis=2)
