"""x'(t) = a x(t - tau) / (1 + x(t - tau)^n) - b x(t), by the method of steps: one ordinary equation a delay."""

import numpy as np
from scipy.integrate import solve_ivp


def mackey_glass(times, history, tau=17.0, a=0.2, b=0.1, n=10):
    """x at `times`, whose last is the end; each interval of one delay sees the dense solution of the one before."""
    past, x, found = history, history(0.0), np.empty(len(times))
    for k in range(int(np.ceil(times[-1] / tau)) + 1):

        def rate(t, x, past=past):
            delayed = past(t - tau)
            return a * delayed / (1.0 + delayed**n) - b * x

        span = (k * tau, (k + 1) * tau)
        solution = solve_ivp(rate, span, [x], method="DOP853", rtol=1e-12, atol=1e-12, max_step=0.5, dense_output=True)
        past, x = lambda t, dense=solution.sol: dense(t)[0], solution.y[0, -1]
        within = (times >= span[0]) & (times <= span[1])
        found[within] = [solution.sol(t)[0] for t in times[within]]
    return found
