"""Continuous-time recurrent network (Beer 1995, eq. 1).

    tau_i dy_i/dt = -y_i + sum_j w_ji sigma(g_j (y_j + theta_j)) + I_i,   I_i = sum_c u_ci x_c

Some texts write sigma(y - Theta); their Theta is -theta here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from ..kernels.compiler import inline, kernel
from ..kernels.couple import copy, couple
from ..kernels.elementwise import exp_of, sigmoid_of
from ..kernels.layout import Population
from ..kernels.vmath import sigmoid
from .spec import Array, Block, Bounds, Mask, NetworkSpec, Parameters, Size, free, tied


@inline
def slope(rate, drive, y):
    """dy/dt, with rate = 1 / tau."""
    return rate * (drive - y)


@inline
def shown(gain, y, theta):
    """What the other neurons see of y."""
    return sigmoid(gain * (y + theta))


@kernel
def pull(weights, state, inputs):
    """The sums that drive the neurons."""
    state.drive[:, :] = 0
    couple(weights.recurrent, state.output, state.drive)
    couple(weights.inputs, inputs, state.drive)


@kernel
def step_euler(weights, state, inputs):
    """Forward Euler."""
    pull(weights, state, inputs)
    y, output, drive, dt = state.memory[0], state.output, state.drive, weights.dt
    theta, gain, rate = weights.params[0], weights.params[1], weights.params[2]
    for i in range(y.shape[0]):
        for l in range(y.shape[1]):
            y[i, l] += dt * slope(rate[i, l], drive[i, l], y[i, l])
            output[i, l] = shown(gain[i, l], y[i, l], theta[i, l])


@kernel
def step_rk4(weights, state, inputs):
    """Classical Runge-Kutta, the input held over the step. Memory: y, y at the step's start, the sum of slopes."""
    y, begin, total, output, drive = state.memory[0], state.memory[1], state.memory[2], state.output, state.drive
    theta, gain, rate, dt = weights.params[0], weights.params[1], weights.params[2], weights.dt
    one, two, six = type(dt)(1), type(dt)(2), type(dt)(6)
    copy(y, begin)
    total[:, :] = 0
    for ahead, share, last in ((dt / two, one, 0), (dt / two, two, 0), (dt, two, 0), (dt, one, 1)):
        pull(weights, state, inputs)
        for i in range(y.shape[0]):
            for l in range(y.shape[1]):
                k = slope(rate[i, l], drive[i, l], y[i, l])
                total[i, l] += share * k
                y[i, l] = begin[i, l] + (dt / six * total[i, l] if last else ahead * k)
                output[i, l] = shown(gain[i, l], y[i, l], theta[i, l])


@dataclass(frozen=True, kw_only=True)
class CTRNN(NetworkSpec):
    """Continuous-time recurrent network: its equation stands at the top of this module.

    The first neurons are the motors. Genes: ``recurrent`` [source, target], ``inputs`` [channel, target], ``theta``,
    ``gain`` if `gain_bounds` are given, and ``log_tau`` or ``tau``.

    Parameters
    ----------
    n_neurons : int
        Number of neurons, at least the number of motors.
    integrator : {"euler", "rk4"}, default="euler"
        Forward Euler or classical Runge-Kutta with the input held over a step.
    weight_bounds, input_bounds, theta_bounds : (float, float), default=(-16, 16)
        Bounds of w, u and theta.
    gain_bounds : (float, float) or None, default=None
        Bounds of g; None fixes every gain at 1.
    tau_bounds : (float, float), default=(0.5, 10)
        Bounds of the time constants, in the unit of `dt`. With forward Euler none should be below `dt`.
    tau_scale : {"log", "linear"}, default="log"
        Whether the gene is ln(tau) or tau.
    recurrent_mask, input_mask : nested tuple of bool or None, default=None
        Which connections exist, [source, target] and [channel, target]. None is all.
    symmetry : {None, "bilateral"}, default=None
        ``"bilateral"`` ties every parameter to its mirror image: motors, other neurons and channels in reverse order.
    initialisation : {"uniform", "centre_crossing"}, default="uniform"
        ``"centre_crossing"`` sets theta_i = -sum_j w_ji / 2 for g = 1, so that the null-clines cross at the centres of
        the sigmoids (Mathayomchan & Beer 2002). A theta outside its bounds is set to the nearer one.

    Examples
    --------
    >>> CTRNN(n_neurons=3).blocks(Size(inputs=2, outputs=1))[0].name
    'recurrent'
    """

    n_neurons: int
    integrator: Literal["euler", "rk4"] = "euler"
    weight_bounds: Bounds = (-16.0, 16.0)
    input_bounds: Bounds = (-16.0, 16.0)
    theta_bounds: Bounds = (-16.0, 16.0)
    gain_bounds: Bounds | None = None
    tau_bounds: Bounds = (0.5, 10.0)
    tau_scale: Literal["log", "linear"] = "log"
    recurrent_mask: Mask | None = None
    input_mask: Mask | None = None
    symmetry: Literal["bilateral"] | None = None
    initialisation: Literal["uniform", "centre_crossing"] = "uniform"

    output_range: ClassVar[Bounds] = (0.0, 1.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_neurons("n_neurons", self.n_neurons, 1)
        self.check_choices(integrator=("euler", "rk4"), tau_scale=("log", "linear"))
        self.check_choices(symmetry=(None, "bilateral"), initialisation=("uniform", "centre_crossing"))
        self.check_bounds(weight_bounds=self.weight_bounds, input_bounds=self.input_bounds)
        self.check_bounds(theta_bounds=self.theta_bounds, tau_bounds=self.tau_bounds)
        if self.gain_bounds is not None:
            self.check_bounds(gain_bounds=self.gain_bounds)
        if self.tau_bounds[0] <= 0.0:
            raise ValueError(f"tau_bounds: {self.tau_bounds!r} has a lower bound that is not positive")

    @property
    def step(self) -> Callable[..., None]:
        return step_euler if self.integrator == "euler" else step_rk4

    def blocks(self, size: Size) -> tuple[Block, ...]:
        n = self.n_neurons
        neurons, channels = self._mirrors(size)
        log = self.tau_scale == "log"
        low, high = self.tau_bounds
        tau = (
            Block("log_tau", free(n), (float(np.log(low)), float(np.log(high))))
            if log
            else Block("tau", free(n), (low, high))
        )
        recurrent = free(n, n, mask=self.recurrent_mask, name="recurrent_mask")
        inputs = free(size.inputs, n, mask=self.input_mask, name="input_mask")
        gain = (Block("gain", tied(free(n), neurons), self.gain_bounds),) if self.gain_bounds is not None else ()
        return (
            Block("recurrent", tied(recurrent, neurons, neurons), self.weight_bounds),
            Block("inputs", tied(inputs, channels, neurons), self.input_bounds),
            Block("theta", tied(free(n), neurons), self.theta_bounds),
            *gain,
            Block(tau.name, tied(tau.genes, neurons), tau.bounds),
        )

    def _mirrors(self, size: Size) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Mirror image of every neuron and of every channel; itself where there is no symmetry."""
        if size.outputs > self.n_neurons:
            raise ValueError(f"n_neurons: {self.n_neurons} is less than the {size.outputs} motors of the scenario")
        neurons, channels = np.arange(self.n_neurons), np.arange(size.inputs)
        if self.symmetry is None:
            return neurons, channels
        shown, others = np.split(neurons, [size.outputs])
        return np.concatenate([shown[::-1], others[::-1]]), channels[::-1]

    def population(self, parameters: Parameters, size: Size) -> Population:
        theta = parameters["theta"]
        gain = parameters.get("gain", np.ones_like(theta))
        rate = exp_of(-parameters["log_tau"]) if self.tau_scale == "log" else 1.0 / parameters["tau"]
        y = np.zeros((len(theta), 1 if self.integrator == "euler" else 3, self.n_neurons))
        return self.arrays(
            recurrent=parameters["recurrent"],
            inputs=parameters["inputs"],
            params=np.stack([theta, gain, rate], axis=1),
            memory=y,
            output=sigmoid_of(gain * (y[:, 0] + theta)),
        )

    def initialise(self, parameters: dict[str, Array]) -> dict[str, Array]:
        if self.initialisation == "uniform":
            return parameters
        centre = -np.sort(parameters["recurrent"], axis=1).sum(axis=1) / 2  # sorted, mirror images sum to the same bits
        return {**parameters, "theta": np.clip(centre, *self.theta_bounds)}
