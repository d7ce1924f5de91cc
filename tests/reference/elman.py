"""h_i(t) = tanh(sum_c u_ci x_c(t) + sum_j w_ji h_j(t-1) + b_i),   o_k(t) = tanh(sum_i v_ik h_i(t) + d_k)."""

import numpy as np

EXAMPLES = ({"n_hidden": 5, "weight_bounds": (-0.3, 0.3)}, {"n_hidden": 3, "bias": True, "weight_bounds": (-0.4, 0.4)})


def elman(parameters, series):
    """Outputs, then hidden neurons, [time, individual, neuron] for a series [time, individual, channel]."""
    u, w, v = parameters["inputs"], parameters["recurrent"], parameters["readout"]
    zero = np.zeros((len(u), v.shape[2] + v.shape[1]))
    d, b = np.split(parameters.get("bias", zero), [v.shape[2]], axis=1)
    h, found = np.zeros_like(b), []
    for x in series:
        h = np.tanh(np.einsum("nci,nc->ni", u, x) + np.einsum("nji,nj->ni", w, h) + b)
        found.append(np.concatenate([np.tanh(np.einsum("nik,ni->nk", v, h) + d), h], axis=1))
    return np.array(found)
