"""Echo state network (Jaeger 2001; leaky units: Jaeger, Lukosevicius, Popovici & Siewert 2007, eq. 1).

    x_i(t) = (1 - a) x_i(t-1) + a f(rho sum_j w_ji x_j(t-1) + sum_c u_ci s_c(t) + b_i) + noise

An ES2N (Ceni & Gallicchio 2024) has an orthogonal O x(t-1) in the place of the first x(t-1). An Euler state network
(Gallicchio 2022) is x(t) = x(t-1) + a f((W - W' - d I) x(t-1) + U s(t) + b).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from scipy import sparse

from ..kernels import aligned
from ..kernels.compiler import inline, kernel, part
from ..kernels.couple import copy, couple, couple_shared, product
from ..kernels.layout import Population, State, Weights, no_streams
from ..kernels.random import Key, disturb, stream
from ..kernels.squash import rectified, squash
from ..kernels.structure import structured
from ..kernels.vmath import sigmoid, tanh
from .checks import within
from .spec import Array, Block, Bounds, NetworkSpec, Parameters, Size, free
from .spectrum import spectral_radius
from .topology import input_weights, make_matrix

RADIUS, BIAS, KEEP, TAKE, NOISE = range(5)  # kinds of parameters


@inline
def mixed(keep, x, take, answer):
    return keep * x + take * answer


@part
def pull(weights, state, inputs):
    """The units' states, or O x where there is an O; the sums that drive them; how much to keep and to take."""
    n = weights.params.shape[1]
    n_outputs = state.output.shape[0] - n
    x, drive = state.output[n_outputs:], state.drive[n_outputs:]
    z, turned = drive[:n], drive[n:]
    drive[:, :] = 0
    couple_shared(weights.recurrent, weights.structure, x, drive)
    total, radius, bias = z.reshape(-1), weights.params[RADIUS].reshape(-1), weights.params[BIAS].reshape(-1)
    for k in range(total.size):
        total[k] = radius[k] * total[k] + bias[k]
    couple(weights.inputs, inputs, z)
    if turned.shape[0]:
        copy(turned, x)
    return x.reshape(-1), total, weights.params[KEEP].reshape(-1), weights.params[TAKE].reshape(-1)


@part
def finish(weights, state):
    """The noise, and the output layer where there is one."""
    n_outputs = state.output.shape[0] - weights.params.shape[1]
    x = state.output[n_outputs:]
    disturb(weights.params[NOISE], state.stream, x)
    if n_outputs:
        product(weights.readout, x, state.drive[:n_outputs])
        squash(state.drive[:n_outputs], state.output[:n_outputs])


@kernel
def step_tanh(weights, state, inputs):
    x, z, keep, take = pull(weights, state, inputs)
    for k in range(x.size):
        x[k] = mixed(keep[k], x[k], take[k], tanh(z[k]))
    finish(weights, state)


@kernel
def step_logistic(weights, state, inputs):
    x, z, keep, take = pull(weights, state, inputs)
    for k in range(x.size):
        x[k] = mixed(keep[k], x[k], take[k], sigmoid(z[k]))
    finish(weights, state)


@kernel
def step_relu(weights, state, inputs):
    x, z, keep, take = pull(weights, state, inputs)
    for k in range(x.size):
        x[k] = mixed(keep[k], x[k], take[k], rectified(z[k]))
    finish(weights, state)


@kernel
def step_linear(weights, state, inputs):
    x, z, keep, take = pull(weights, state, inputs)
    for k in range(x.size):
        x[k] = mixed(keep[k], x[k], take[k], z[k])
    finish(weights, state)


STEPS = {"tanh": step_tanh, "linear": step_linear, "relu": step_relu, "logistic": step_logistic}


class Drawn(NamedTuple):
    """The random part of a reservoir: all that many settings of it can share."""

    recurrent: Any  # [source, target], dense or of SciPy; for an ES2N twice as many targets, W then O
    gain: float  # what it takes to a spectral radius of 1; 1 where nobody asks
    inputs: Array  # [channel, unit]
    bias: Array  # [unit]


@dataclass(frozen=True, kw_only=True, eq=False)
class ESN(NetworkSpec):
    """Echo state network: its equation stands at the top of this module.

    As a controller its reservoir is drawn once and the genes are the ``readout`` [unit, output] into tanh units.
    Estimators solve a readout instead.

    Parameters
    ----------
    n_units : int, default=100
        Units of the reservoir.
    spectral_radius : float or None, default=0.9
        rho: the largest modulus of an eigenvalue of the recurrent weights, met exactly. None takes them as they are.
    leak_rate : float, default=1
        a, in (0, 1]: the share of its answer in a unit's new state. For an ES2N its proximity, for an Euler state
        network its step.
    input_scaling : float or tuple of float, default=1
        Factor of the input weights, one or one a channel.
    bias_scaling : float, default=0
        Factor of the bias weights.
    activation : {"tanh", "linear", "relu", "logistic"}, default="tanh"
        f.
    update : {"leaky", "es2n", "euler"}, default="leaky"
        Which of the three equations.
    diffusion : float, default=0.01
        d of an Euler state network.
    noise : float, default=0
        Standard deviation of normal noise on the states, drawn anew for each series and step.
    topology : str, callable or matrix [source, target], default="erdos_renyi"
        Where the recurrent weights are, by a name of :mod:`evorc.networks.topology`; a function (n_units, rng); or the
        weights themselves, dense or of SciPy.
    topology_options : mapping or None, default=None
        Options of the topology of that name, such as ``{"density": 0.1}``.
    input_weights : {"uniform", "normal", "bernoulli", "pi_signs"} or array [channel, unit], default="uniform"
        Their distribution before scaling, or the weights themselves. ``"pi_signs"`` draws nothing (Rodan & Tino 2011).
    bias_weights : {"uniform", "normal", "bernoulli", "pi_signs"} or array [unit], default="uniform"
        The same for b.
    input_density : float, default=1
        Share of the input weights that are not zero, in (0, 1].
    random_state : int or tuple of int, default=0
        Seed of all that is drawn.
    readout_bounds : (float, float), default=(-1, 1)
        Bounds of the genes.

    Examples
    --------
    >>> ESN(n_units=50, spectral_radius=1.2, leak_rate=0.3).blocks(Size(inputs=2, outputs=1))[0].n_genes
    50
    """

    n_units: int = 100
    spectral_radius: float | None = 0.9
    leak_rate: float = 1.0
    input_scaling: float | tuple[float, ...] = 1.0
    bias_scaling: float = 0.0
    activation: Literal["tanh", "linear", "relu", "logistic"] = "tanh"
    update: Literal["leaky", "es2n", "euler"] = "leaky"
    diffusion: float = 0.01
    noise: float = 0.0
    topology: Any = "erdos_renyi"
    topology_options: Mapping[str, Any] | None = None
    input_weights: Any = "uniform"
    bias_weights: Any = "uniform"
    input_density: float = 1.0
    random_state: int | tuple[int, ...] = 0
    readout_bounds: Bounds = (-1.0, 1.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_neurons("n_units", self.n_units, 1)
        self.check_choices(activation=tuple(STEPS), update=("leaky", "es2n", "euler"))
        self.check_bounds(readout_bounds=self.readout_bounds)
        within("leak_rate", self.leak_rate, above=0.0, up_to=1.0)
        within("bias_scaling", self.bias_scaling)
        within("noise", self.noise, least=0.0)
        within("diffusion", self.diffusion, least=0.0)
        for scale in np.atleast_1d(self.input_scaling).tolist():
            within("input_scaling", scale)
        if self.spectral_radius is not None:
            within("spectral_radius", self.spectral_radius, above=0.0)

    @property
    def step(self) -> Callable[..., None]:
        return STEPS[self.activation]

    def draw(self, n_inputs: int) -> Drawn:
        """The random part of the reservoir, the same for every setting that leaves :attr:`shared` alone."""
        streams = np.random.SeedSequence(self.random_state).spawn(4)
        rng, of_inputs, of_bias, of_turn = map(np.random.default_rng, streams)
        matrix = make_matrix(self.topology, self.n_units, rng, **(self.topology_options or {}))
        matrix = matrix - matrix.T if self.update == "euler" else matrix
        gain = self._gain(matrix)
        if self.update == "euler":
            matrix, gain = gain * matrix - self.diffusion * eye_like(matrix), 1.0
        if self.update == "es2n":
            turn = make_matrix("orthogonal", self.n_units, of_turn)
            matrix = np.hstack([matrix.toarray() if sparse.issparse(matrix) else matrix, turn])
        inputs = self._input_weights(n_inputs, of_inputs)
        bias = given_or_drawn("bias_weights", self.bias_weights, (1, self.n_units), of_bias)[0]
        return Drawn(matrix, gain, inputs, bias)

    def _gain(self, matrix: Any) -> float:
        """What a spectral radius of 1 takes."""
        if self.spectral_radius is None:
            return 1.0
        radius = spectral_radius(matrix)
        if radius == 0.0:
            raise ValueError(
                f"spectral_radius: {self.spectral_radius!r} cannot be had, since the recurrent weights are nilpotent "
                "(no path leads back to a unit, or the cycles cancel each other); "
                "use spectral_radius=None, a denser topology or another random_state"
            )
        return (self.spectral_radius if self.update == "euler" else 1.0) / radius

    def _input_weights(self, n_inputs: int, rng: np.random.Generator) -> Array:
        weights = given_or_drawn("input_weights", self.input_weights, (n_inputs, self.n_units), rng, self.input_density)
        scaling = np.asarray(self.input_scaling, float)
        if scaling.ndim and scaling.size != n_inputs:
            raise ValueError(f"input_scaling: {scaling.size} factors are not one for each of the {n_inputs} channels")
        return weights

    @property
    def shared(self) -> tuple[Any, ...]:
        """What two settings must have in common to run on one drawn reservoir."""
        free_settings = {"leak_rate", "input_scaling", "bias_scaling", "noise"}
        if self.update != "euler" and self.spectral_radius is not None:
            free_settings.add("spectral_radius")
        return tuple(as_key(value) for name, value in vars(self).items() if name not in free_settings)

    def params(self, drawn: Drawn) -> Array:
        """[kind, unit]"""
        radius = 1.0 if self.spectral_radius is None or self.update == "euler" else self.spectral_radius
        keep = 1.0 if self.update == "euler" else 1.0 - self.leak_rate
        kinds = (radius * drawn.gain, self.bias_scaling * drawn.bias, keep, self.leak_rate, self.noise)
        return np.array([np.broadcast_to(kind, self.n_units) for kind in kinds])

    def blocks(self, size: Size) -> tuple[Block, ...]:
        if self.update == "es2n":
            raise ValueError('update: "es2n" is for reservoirs with a solved readout, not for controllers')
        return (Block("readout", free(self.n_units, size.outputs), self.readout_bounds),)

    def population(self, parameters: Parameters, size: Size) -> Population:
        drawn, readout = self.draw(size.inputs), parameters["readout"]
        dense = drawn.recurrent.toarray() if sparse.issparse(drawn.recurrent) else drawn.recurrent
        parts = {
            "recurrent": dense,
            "inputs": np.asarray(self.input_scaling, float).reshape(-1, 1) * drawn.inputs,
            "params": self.params(drawn),
            "output": np.zeros(size.outputs + self.n_units),
        }
        spread_out = {name: np.broadcast_to(part, (len(readout), *part.shape)) for name, part in parts.items()}
        return self.arrays(readout=readout, **spread_out)


def side_by_side(networks: Sequence[ESN], n_inputs: int, drawn: Drawn | None = None) -> Weights:
    """Weights of settings that share one drawn reservoir, a setting a place; it is drawn here if it was not before."""
    first, dtype, alike = networks[0], networks[0].dtype, networks[0].shared
    if any(network.shared != alike for network in networks[1:]):
        raise ValueError("networks: their drawn reservoirs differ, so they cannot run side by side")
    drawn = first.draw(n_inputs) if drawn is None else drawn
    values, structure = structured(drawn.recurrent, dtype)
    scalings = [np.broadcast_to(np.asarray(network.input_scaling, float), n_inputs) for network in networks]
    inputs = drawn.inputs[:, :, None] * np.transpose(scalings)[:, None, :]
    if len(np.unique(scalings, axis=0)) == 1:
        inputs = inputs[:, :, :1]
    params = np.stack([network.params(drawn) for network in networks], axis=-1)
    none = np.empty((0, 0, 1), dtype)
    inputs, params = (aligned.copy(part.astype(dtype)) for part in (inputs, params))
    return Weights(values, inputs, none, params, structure, np.dtype(dtype).type(1.0))


def spread(weights: Weights, n: int) -> Weights:
    """The weights of one setting for `n` series."""
    return weights if n == 1 else weights._replace(params=aligned.copy(weights.params.repeat(n, axis=2)))


def quiet(weights: Weights) -> Weights:
    """The same without noise."""
    params = aligned.copy(weights.params)
    params[NOISE] = 0.0
    return weights._replace(params=params)


def rest(network: ESN, n: int, streams: Iterable[int]) -> State:
    """The state before the first step of `n` series or settings, each with the stream of its noise."""
    output = aligned.zeros((network.n_units, n), network.dtype)
    drive = aligned.zeros((network.n_units * (2 if network.update == "es2n" else 1), n), network.dtype)
    numbers = no_streams(n)
    seed = int(np.random.SeedSequence(network.random_state).generate_state(1, np.uint64)[0] >> 1)
    key = Key(seed=seed, generation=0, individual=0, trial=0)
    numbers[0] = [int(stream(key._replace(individual=k))) for k in streams]
    return State(np.zeros((0, 0, n), network.dtype), output, drive, numbers)


def given_or_drawn(
    name: str, given: Any, shape: tuple[int, int], rng: np.random.Generator, density: float = 1.0
) -> Array:
    """Weights that a user brings, after a look at them, or those of a distribution by name."""
    if isinstance(given, str):
        return input_weights(*shape, rng, distribution=given, density=density)
    weights = np.asarray(given.toarray() if sparse.issparse(given) else given, float)
    weights = weights[None] if weights.ndim == 1 and shape[0] == 1 else weights
    if weights.shape != shape or not np.isfinite(weights).all():
        raise ValueError(f"{name}: an array of shape {weights.shape} is not one of finite numbers of shape {shape}")
    return weights


def as_key(value: Any) -> Any:
    """What two equal settings have in common; arrays and functions are equal where they are the same one."""
    if value is None or isinstance(value, (int, float, str, tuple)):  # most are: to ask for a mapping takes longer
        return value
    if isinstance(value, Mapping):
        return tuple(sorted((name, as_key(part)) for name, part in value.items()))
    return id(value)


def eye_like(matrix: Any) -> Any:
    """The identity of a matrix's size, sparse if it is."""
    return sparse.eye_array(matrix.shape[0], format="csc") if sparse.issparse(matrix) else np.eye(len(matrix))
