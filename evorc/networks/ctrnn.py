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
from ..kernels.couple import copy, couple, product
from ..kernels.elementwise import exp_of, sigmoid_of
from ..kernels.layout import Population
from ..kernels.vmath import sigmoid
from .spec import Array, Block, Bounds, Mask, NetworkSpec, Parameters, Size, free, tied

# [source, target] of motors, interneurons and sensory neurons, for every wiring but "full"
LAYERED = np.array([[False, False, False], [True, True, False], [False, True, False]])


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
    product(weights.recurrent, state.output, state.drive)
    couple(weights.inputs, inputs, state.drive)


@kernel
def step_euler(weights, state, inputs):
    """Forward Euler."""
    pull(weights, state, inputs)
    y, output, drive, dt = state.memory[0].reshape(-1), state.output.reshape(-1), state.drive.reshape(-1), weights.dt
    theta, gain, rate = weights.params[0].reshape(-1), weights.params[1].reshape(-1), weights.params[2].reshape(-1)
    for k in range(y.size):
        y[k] += dt * slope(rate[k], drive[k], y[k])
        output[k] = shown(gain[k], y[k], theta[k])


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
        Which of the wiring's connections exist, [source, target] and [channel, target]. None is all.
    wiring : {"full", "layered", "sensory"}, default="full"
        ``"layered"``: channels drive the interneurons, which are all that are no motors, and these each other and the
        motors. ``"sensory"``: a channel drives a sensory neuron of its own (they are the last ones), and these the
        interneurons. Sensory neurons share an input weight, a theta and a tau, and the neurons of each layer a gain;
        that of the sensory neurons is 1, as their input weight does the same.
    symmetry : {None, "bilateral"}, default=None
        ``"bilateral"`` ties every parameter to its mirror image: each layer and the channels in reverse order.
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
    wiring: Literal["full", "layered", "sensory"] = "full"
    symmetry: Literal["bilateral"] | None = None
    initialisation: Literal["uniform", "centre_crossing"] = "uniform"

    output_range: ClassVar[Bounds] = (0.0, 1.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_neurons("n_neurons", self.n_neurons, 1)
        self.check_choices(integrator=("euler", "rk4"), tau_scale=("log", "linear"))
        self.check_choices(symmetry=(None, "bilateral"), initialisation=("uniform", "centre_crossing"))
        self.check_choices(wiring=("full", "layered", "sensory"))
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
        layer = self._layers(size)
        neurons, channels = self._mirrors(layer, size)
        low, high = self.tau_bounds
        log = self.tau_scale == "log"
        tau = ("log_tau", (float(np.log(low)), float(np.log(high)))) if log else ("tau", self.tau_bounds)
        recurrent, inputs = self._connections(layer, size)
        one_each = np.where(layer == 2, np.argmax(layer == 2), np.arange(self.n_neurons))  # but for the sensory neurons
        gains = np.where(layer == 2, -1, layer) if self.wiring == "sensory" else one_each
        gain = (Block("gain", tied(gains, neurons), self.gain_bounds),) if self.gain_bounds is not None else ()
        return (
            Block("recurrent", tied(recurrent, neurons, neurons), self.weight_bounds),
            Block("inputs", tied(inputs, channels, neurons), self.input_bounds),
            Block("theta", tied(one_each, neurons), self.theta_bounds),
            *gain,
            Block(tau[0], tied(one_each, neurons), tau[1]),
        )

    def _layers(self, size: Size) -> NDArray[np.int64]:
        """Layer of every neuron: 0 motors, 1 others, 2 sensory."""
        n_sensory = size.inputs if self.wiring == "sensory" else 0
        least = size.outputs + n_sensory + (self.wiring != "full")
        if self.n_neurons < least:
            raise ValueError(
                f"n_neurons: {self.n_neurons} is less than the {size.outputs} motors of the scenario"
                if self.wiring == "full"
                else f'n_neurons: {self.n_neurons} is less than {least}, the least with wiring "{self.wiring}" here'
            )
        sizes = (size.outputs, self.n_neurons - size.outputs - n_sensory, n_sensory)
        return np.repeat(np.arange(3), sizes)

    def _connections(self, layer: NDArray[np.int64], size: Size) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Genes of the weights between neurons and of those from channels."""
        n = self.n_neurons
        recurrent = free(n, n, mask=self.recurrent_mask, name="recurrent_mask")
        inputs = free(size.inputs, n, mask=self.input_mask, name="input_mask")
        if self.wiring == "full":
            return recurrent, inputs
        recurrent = np.where(LAYERED[np.ix_(layer, layer)], recurrent, -1)
        if self.wiring == "layered":
            return recurrent, np.where(layer == 1, inputs, -1)
        own = np.eye(size.inputs, n, n - size.inputs, dtype=bool)
        return recurrent, np.where(own & (inputs >= 0), 0, -1)

    def _mirrors(self, layer: NDArray[np.int64], size: Size) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Mirror image of every neuron and of every channel; itself where there is no symmetry."""
        neurons, channels = np.arange(self.n_neurons), np.arange(size.inputs)
        if self.symmetry is None:
            return neurons, channels
        return np.concatenate([neurons[layer == k][::-1] for k in range(3)]), channels[::-1]

    def population(self, parameters: Parameters, size: Size) -> Population:
        theta = parameters["theta"]
        gain = parameters.get("gain", np.ones_like(theta))
        if self.wiring == "sensory":
            gain[:, -size.inputs :] = 1.0  # they have no gene for it
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
