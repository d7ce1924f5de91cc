"""Any gymnasium environment (Towers et al. 2024) with vector observations, by its id.

The fitness is the mean return of a few episodes, whose seeds follow from the key of the trial alone.
"""

import difflib
import os
import sys
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, NamedTuple
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

from evorc.kernels.random import MASK, Key
from evorc.scenario import HeldOut, Scenario

INSTALL = 'pip install "evorc[gym]"'
TRAINING, TESTING = 0, 1  # purposes, which have no episode in common
# Their resets forget what was played before. BipedalWalker-v3's does not, so all others are made anew, for 0.06 ms.
REUSABLE = ("gymnasium.envs.classic_control", "gymnasium.envs.mujoco")
CHANCE = {  # mean return of random actions, measured over 40 to 2,000 episodes
    "CartPole-v1": 22.0,
    "Acrobot-v1": -497.0,
    "MountainCar-v0": -200.0,
    "MountainCarContinuous-v0": -33.0,
    "Pendulum-v1": -1236.0,
    "LunarLander-v3": -182.0,
    "BipedalWalker-v3": -106.0,
}


class Frame(NamedTuple):
    """A picture of an environment, compressed: a trial of 1,000 steps would fill a gigabyte. And its return so far."""

    shape: tuple[int, ...]
    packed: bytes
    total: float


@dataclass
class Episode:
    """An environment under way. Who looks at it from its first moment on gets it painted, where `paint` makes such."""

    env: Any
    seen: NDArray[Any]
    seed: int
    paint: Callable[[], Any] | None = None
    total: float = 0.0
    over: bool = False

    def snapshot(self) -> Frame | str:
        """What it looks like now; its observation in words where it cannot be rendered."""
        if self.paint is not None:
            self._begin_again(self.paint)
        if self.env.render_mode is not None:
            with suppress(Exception):  # without a display or a package each environment raises something else
                picture = np.asarray(self.env.render(), np.uint8)
                return Frame(picture.shape, zlib.compress(picture.tobytes(), 1), self.total)
        lines = [f"{element_name(i)}: {value:.4g}" for i, value in enumerate(self.seen)]
        return "\n".join([*lines, f"return: {self.total:.4g}"])

    def _begin_again(self, paint: Callable[[], Any]) -> None:
        plain, self.env, self.paint = self.env, paint(), None
        plain.close()
        self.env.reset(seed=self.seed)


class Environments:
    """Environments of one id, reused where that changes nothing, closed when nobody needs them any more.

    They are made without a way to paint them: with one, LunarLander's sparks take 20 times as long as its steps.
    """

    def __init__(self, make: Callable[[], Any], paint: Callable[[], Any] | None = None) -> None:
        self.make, self.paint = make, paint
        self.probe = make()
        self.reusable = type(self.probe.unwrapped).__module__.startswith(REUSABLE)
        self.idle = [self.probe]
        finalize(self, _close, self.idle)
        if not self.reusable:
            _close(self.idle)

    def begin(self, seed: int) -> Episode:
        """The first moment of an episode."""
        try:
            env = self.idle.pop()
        except IndexError:
            env = self.make()
        return Episode(env, env.reset(seed=seed)[0], seed, self.paint)

    def finish(self, episode: Episode) -> float:
        """Its return; the environment is free again."""
        if self.reusable and episode.env.render_mode is None:
            self.idle.append(episode.env)
        else:
            episode.env.close()
        return episode.total


def _close(idle: list[Any]) -> None:
    while idle:
        idle.pop().close()


def scenario(
    *,
    env: str = "CartPole-v1",
    observe: tuple[int, ...] | None = None,
    scale: tuple[float, ...] | None = None,
    max_steps: int | None = None,
    trials: int = 4,
    conditions: Literal["fixed", "fresh"] = "fixed",
    unseen: int = 100,
    needed: int = 0,
) -> Scenario:
    """Any gymnasium environment whose observation is a vector, and whose actions are discrete or a bounded vector.

    Of two discrete actions one motor chooses the second when it is positive; of more, the largest of as many motors
    chooses. The motors of a bounded vector go from its lowest to its highest values.

    Parameters
    ----------
    env : str, default="CartPole-v1"
        Id of a registered environment.
    observe : tuple of int or None, default=None
        Which elements of the observation the network sees, so that others can be hidden. None is all.
    scale : tuple of float or None, default=None
        By what each of them is divided, to bring it to about [-1, 1]. None is 1.
    max_steps : int or None, default=None
        Steps of an episode in training. None is the environment's own limit, which the held-out test always has
        where there is one.
    trials : int, default=4
        Episodes whose mean return is the fitness.
    conditions : {"fixed", "fresh"}, default="fixed"
        Whether all generations play the same episodes.
    unseen : int, default=100
        Episodes of the held-out test, whose mean return must reach the environment's reward threshold.
    needed : int, default=0
        How many of them must each reach it, too.
    """
    gym = _gymnasium()
    make, paint, spec = _makers(gym, env)
    environments = Environments(make, paint)
    probe = environments.probe
    chosen = _chosen(_length(gym, env, probe.observation_space), observe)
    divisor = _divisor(scale, len(chosen))
    choose, motors = _actions(gym, env, probe.action_space)
    limit, whole = _limits(env, max_steps, spec.max_episode_steps)
    _check_test(unseen, needed, env, spec.reward_threshold)

    def sense(world: Episode) -> NDArray[Any]:
        return world.seen[chosen] / divisor

    def act(world: Episode, motors: tuple[float, ...]) -> Episode:
        world.paint = None
        world.seen, reward, terminated, truncated, _ = world.env.step(choose(motors))
        world.total += float(reward)
        world.over = bool(terminated or truncated)
        return world

    plain = Scenario(
        name="gymnasium",
        start=lambda key: environments.begin(_seed(key, TRAINING)),
        sense=sense,
        act=act,
        ended=lambda world: world.over,
        score=environments.finish,
        sensors=tuple(map(element_name, chosen.tolist())),
        motors=motors,
        dt=1.0 / probe.metadata.get("render_fps", 1),
        max_steps=limit,
        trials=trials,
        conditions=conditions,
        passing=spec.reward_threshold,
        confirm=("unseen",) if spec.reward_threshold is not None else (),
        chance=CHANCE.get(env) if max_steps is None else None,
        baseline={} if spec.reward_threshold is None else {"gymnasium's reward threshold": spec.reward_threshold},
        draw=draw,
    )
    others = replace(plain, start=lambda key: environments.begin(_seed(key, TESTING)), trials=unseen, max_steps=whole)
    return replace(plain, tests={"unseen": HeldOut(scenario=others, needed=needed, least_mean=spec.reward_threshold)})


def _gymnasium() -> Any:
    try:
        import gymnasium
    except ImportError:
        raise ValueError(f"gymnasium: the package is not installed; {INSTALL}") from None
    return gymnasium


def _makers(gym: Any, env: str) -> tuple[Callable[[], Any], Callable[[], Any] | None, Any]:
    """What makes an environment, and one that can be painted; its entry in the registry. The scenario limits steps."""
    if env not in gym.registry:  # an id with a module before a colon would import that module
        near = difflib.get_close_matches(env, gym.registry, n=3)
        hint = f"Did you mean {' or '.join(near)}?" if near else f"Known are {', '.join(sorted(gym.registry))}."
        raise ValueError(f"env: {env!r} is not a registered environment. {hint}")

    def make(**more: Any) -> Any:
        try:
            return gym.make(env, max_episode_steps=-1, disable_env_checker=True, **more)
        except (gym.error.Error, ImportError) as fault:
            raise ValueError(f"env: {env!r} cannot be made: {fault} ({INSTALL} has most of what is needed)") from fault

    with make() as first:
        renders = "rgb_array" in first.metadata.get("render_modes", ()) and _can_render(first)
        paint = partial(make, render_mode="rgb_array", **_camera(first)) if renders else None
    return make, paint, gym.spec(env)


def _limits(env: str, max_steps: int | None, own: int | None) -> tuple[int, int]:
    """Steps of an episode in training and in the test."""
    if max_steps is not None and not (type(max_steps) is int and max_steps >= 1):
        raise ValueError(f"max_steps: {max_steps!r} is not a whole number of at least 1")
    limit = max_steps or own
    if limit is None:
        raise ValueError(f"max_steps: None is not a number of steps, and {env!r} has no limit of its own")
    return limit, own or limit


def _can_render(env: Any) -> bool:
    """Whether rendering is safe: on Linux without a display MuJoCo ends the process, unless told of another way."""
    if sys.platform != "linux" or not {"DISPLAY", "WAYLAND_DISPLAY"}.isdisjoint(os.environ):
        return True
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")  # else pygame, which only paints in memory, tells of an error
    return not _is_mujoco(env) or "MUJOCO_GL" in os.environ


def _is_mujoco(env: Any) -> bool:
    return ".mujoco." in type(env.unwrapped).__module__


def _camera(env: Any) -> dict[str, str]:
    """MuJoCo's camera that follows the body, where there is one: Swimmer-v5 leaves the picture of the default one."""
    model = env.unwrapped.model if _is_mujoco(env) else None
    names = {model.camera(camera).name for camera in range(model.ncam)} if model else ()
    return {"camera_name": "track"} if "track" in names else {}


def _length(gym: Any, env: str, space: Any) -> int:
    if isinstance(space, gym.spaces.Box) and len(space.shape) == 1:
        return int(space.shape[0])
    raise ValueError(f"env: {env!r} observes {space}; supported is a Box with one axis")


def _actions(gym: Any, env: str, space: Any) -> tuple[Callable[[tuple[float, ...]], Any], tuple[str, ...]]:
    """How motors within [-1, 1] choose an action, and their names."""
    if isinstance(space, gym.spaces.Discrete) and space.n >= 2:
        first, n = int(space.start), int(space.n)
        if n == 2:
            return lambda motors: first + (motors[0] > 0.0), ("action",)
        return lambda motors: first + max(range(n), key=motors.__getitem__), _numbered(n)
    if isinstance(space, gym.spaces.Box) and len(space.shape) == 1 and space.is_bounded():
        middle, reach = (space.low + space.high) / 2, (space.high - space.low) / 2
        return lambda motors: middle + reach * np.array(motors, space.dtype), _numbered(len(space.low))
    raise ValueError(f"env: {env!r} acts by {space}; supported are Discrete and a bounded Box with one axis")


def _numbered(n: int) -> tuple[str, ...]:
    return ("action",) if n == 1 else tuple(f"action {i}" for i in range(n))


def element_name(element: int) -> str:
    """What an element of the observation is called."""
    return f"observation {element}"


def _chosen(length: int, observe: tuple[int, ...] | None) -> NDArray[np.intp]:
    found = range(length) if observe is None else observe
    if not found or len({*found}) < len(found) or not all(type(i) is int and 0 <= i < length for i in found):
        raise ValueError(f"observe: {observe!r} is not a tuple of different whole numbers from 0 to {length - 1}")
    return np.array(found, np.intp)


def _divisor(scale: tuple[float, ...] | None, n: int) -> NDArray[np.float64]:
    divisor = np.ones(n) if scale is None else np.asarray(scale, float)
    if divisor.shape != (n,) or not (np.isfinite(divisor) & (divisor > 0.0)).all():
        raise ValueError(f"scale: {scale!r} is not a tuple of {n} positive numbers, one for each element observed")
    return divisor


def _check_test(unseen: int, needed: int, env: str, threshold: float | None) -> None:
    if not (type(unseen) is int and unseen >= 1):
        raise ValueError(f"unseen: {unseen!r} is not a whole number of at least 1")
    if not (type(needed) is int and 0 <= needed <= unseen):
        raise ValueError(f"needed: {needed!r} is not a whole number from 0 to {unseen}")
    if needed and threshold is None:
        raise ValueError(f"needed: {needed} episodes cannot pass, since {env!r} has no reward threshold; 0 is allowed")


def _seed(key: Key, purpose: int) -> int:
    """Seed of an episode: a hash of the key."""
    return int(np.random.SeedSequence([purpose, *(field & MASK for field in key)]).generate_state(1)[0])


def draw(axes: Any, world: Frame | str) -> None:
    """The environment's own picture of a moment, and its return so far."""
    axes.set(xticks=[], yticks=[])
    if isinstance(world, str):
        axes.text(0.5, 0.5, world, ha="center", va="center", family="monospace", transform=axes.transAxes)
    else:
        axes.imshow(np.frombuffer(zlib.decompress(world.packed), np.uint8).reshape(world.shape))
        axes.set_title(f"return {world.total:.4g}", fontsize="medium", loc="left")
