"""y_i(t) = tanh(sum_j w_ji y_j(t - 1) + sum_c u_ci x_c(t) + b_i) (Wierstra et al. 2014, section 5.4)."""

import numpy as np


def fully_recurrent(parameters, series):
    """Outputs [time, individual, neuron] for a series [time, individual, channel], from y = 0."""
    w, u, b = parameters["recurrent"], parameters["inputs"], parameters.get("bias", 0.0)
    y, outputs = np.zeros(w.shape[:2]), []
    for x in series:
        y = np.tanh(np.einsum("nji,nj->ni", w, y) + np.einsum("nci,nc->ni", u, x) + b)
        outputs.append(y)
    return np.array(outputs)
