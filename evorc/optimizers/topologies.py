"""The topologies of pyswarms: who informs whom in a swarm. Two that raise on today's NumPy are repaired here.

pyswarms opens `report.log` in the current folder and sets up the root logger wherever it makes a reporter: when it is
imported, and in every handler and topology. `unlogged` keeps it from both.
"""

import logging.config
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay

from evorc.kernels.compiler import kernel

from .search import Array
from .variation import reflect

Links = NDArray[np.intp]  # [2, n_links], between particles that inform each other

MOST_GENES_TRIANGULATED = 6

_configuring = threading.RLock()


@contextmanager
def unlogged() -> Iterator[None]:
    """Let pyswarms make its reporters without touching the logging of the program or writing a file."""
    with _configuring:
        configure = logging.config.dictConfig
        logging.config.dictConfig = lambda config: None
        try:
            yield
        finally:
            logging.config.dictConfig = configure


with unlogged():
    from pyswarms.backend import handlers, topology
    from pyswarms.backend.handlers import VelocityHandler as VelocityHandler
    from pyswarms.backend.operators import compute_pbest as compute_pbest
    from pyswarms.backend.swarms import Swarm as Swarm


class BoundaryHandler(handlers.BoundaryHandler):  # type: ignore[misc]
    """The boundary handlers of pyswarms, with a faster mirror."""

    def reflective(self, position: Array, bounds: tuple[Array, Array]) -> Array:
        """Mirror a particle at the bounds as often as it takes."""
        reflect(position, *bounds)
        return position


TOPOLOGIES = ("random", "star", "ring", "von_neumann", "pyramid")


class Random(topology.Random):  # type: ignore[misc]
    """`k` random others inform each particle, and it them; links join the parts of a graph that falls apart."""

    def __init__(self, static: bool, generator: np.random.Generator) -> None:
        super().__init__(static)
        self.generator = generator

    neighbor_idx: Links | None

    def compute_gbest(self, swarm: Any, k: int) -> tuple[Array, float]:
        """Best informant of each particle."""
        if self.neighbor_idx is None or not self.static:
            self.neighbor_idx = joined(random_links(swarm.n_particles, k, self.generator), swarm.n_particles)
        return best_informants(self.neighbor_idx, swarm)


class Pyramid(topology.Pyramid):  # type: ignore[misc]
    """Neighbours in the Delaunay triangulation of the positions inform each particle (Lane, Engelbrecht & Gain 2008).

    Above six genes nearly every pair of particles is neighbours (82 % of 32 particles in six), while the triangulation
    grows exponentially: there, all inform all.
    """

    neighbor_idx: Links | None

    def compute_gbest(self, swarm: Any) -> tuple[Array, float]:
        """Best informant of each particle."""
        if self.neighbor_idx is None or not self.static:
            self.neighbor_idx = triangulated(swarm.position)
        return best_informants(self.neighbor_idx, swarm)


class VonNeumann(topology.VonNeumann):  # type: ignore[misc]
    """The nearest particles inform each one, as many as a cell of a lattice of the genes' dimension has neighbours."""

    def compute_gbest(self, swarm: Any) -> tuple[Array, float]:
        """Best informant of each particle."""
        k = min(2 * swarm.dimensions + 1, swarm.n_particles)  # Delannoy number of range 1; pyswarms asks for more
        best: tuple[Array, float] = topology.Ring.compute_gbest(self, swarm, p=2, k=k)
        return best


def random_links(n: int, k: int, generator: np.random.Generator) -> Links:
    """Links [2, n * k] from `k` different others to each of `n` particles."""
    taken = np.arange(n)[:, None]
    for _ in range(k):
        chosen = generator.integers(0, n - taken.shape[1], n)
        for other in np.sort(taken, axis=1).T:  # the chosen-th of those that are not yet taken
            chosen += chosen >= other
        taken = np.column_stack([taken, chosen])
    links: Links = np.stack([taken[:, 1:].ravel(), np.repeat(np.arange(n), k)])
    return links


def joined(links: Links, n: int) -> Links:
    """The links, and one more from each part of the graph that they leave apart to the next."""
    first = np.arange(n)
    join(links, first)
    first = np.unique(first)
    return np.concatenate([links, np.stack([first[:-1], first[1:]])], axis=1)


@kernel
def join(links: Links, first: Links) -> None:
    """First particle of the part of the graph that each particle belongs to (a union of disjoint sets).

    `first` comes in as every particle on its own.
    """
    for link in range(links.shape[1]):
        a, b = links[0, link], links[1, link]
        while first[a] != a:
            first[a] = first[first[a]]
            a = first[a]
        while first[b] != b:
            first[b] = first[first[b]]
            b = first[b]
        first[max(a, b)] = min(a, b)
    for i in range(first.size):  # what is first never lies behind
        first[i] = first[first[i]]


def triangulated(position: Array) -> Links:
    """Links along the edges of the Delaunay triangulation, or between all where there is none."""
    n, genes = position.shape
    if not 2 <= genes <= MOST_GENES_TRIANGULATED or n < genes + 2:
        return np.stack(np.triu_indices(n, 1))
    start, neighbor = Delaunay(position, qhull_options="QJ0.001 Qbb Qc Qx").vertex_neighbor_vertices
    return np.stack([neighbor, np.repeat(np.arange(n), np.diff(start))])


def best_informants(links: Links, swarm: Any) -> tuple[Array, float]:
    """Best position among each particle's own and those at the other end of its links, and the best cost of all."""
    order = np.argsort(swarm.pbest_cost, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    best = rank.copy()
    np.minimum.at(best, links[0], rank[links[1]])
    np.minimum.at(best, links[1], rank[links[0]])
    return swarm.pbest_pos[order[best]], float(swarm.pbest_cost[order[0]])


def make_topology(name: str, k: int, static: bool, generator: np.random.Generator) -> tuple[Any, dict[str, int]]:
    """A topology, and the arguments of its `compute_gbest`."""
    with unlogged():
        match name:
            case "star":
                return topology.Star(), {}
            case "ring":
                return topology.Ring(static), {"p": 2, "k": k}
            case "von_neumann":
                return VonNeumann(), {}
            case "pyramid":
                return Pyramid(static), {}
            case _:
                return Random(static, generator), {"k": k}
