"""y(t+1) = p y(t) + q y(t) sum_{i=0}^{order-1} y(t-i) + r u(t-order+1) u(t) + s, all zero before the first input."""


def narma(u, order, p, q, r, s):
    """y(1), y(2), ... for the inputs u(0), u(1), ..."""
    y = {0: 0.0}
    for t in range(len(u)):
        memory = sum(y.get(t - i, 0.0) for i in range(order))
        past = u[t - order + 1] if t - order + 1 >= 0 else 0.0
        y[t + 1] = p * y[t] + q * y[t] * memory + r * past * u[t] + s
    return [y[t + 1] for t in range(len(u))]
