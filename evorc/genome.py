"""Genome <-> named parameters: which gene stands for what, within which bounds."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .networks.spec import Block, NetworkSpec, Size

Genomes = NDArray[np.float64]


@dataclass(frozen=True)
class Genome:
    """Map between flat genomes and a network's named parameters.

    The map only moves numbers, so both ways are exact. Parameters that a mask leaves out are zero and have no gene;
    parameters tied by a symmetry share one.

    Parameters
    ----------
    blocks : tuple of Block
        The named groups, in the order in which they follow each other in the genome.

    Examples
    --------
    >>> from evorc.networks import FullyRecurrent
    >>> genome = Genome.of(FullyRecurrent(n_neurons=1), Size(inputs=3, outputs=1))
    >>> print(genome.describe())
    genes  block      shape   bounds
    0      recurrent  (1, 1)  [-10, 10]
    1:4    inputs     (3, 1)  [-10, 10]
    >>> genome.split([[0.5, 1.0, 2.0, 3.0]])["inputs"][0, :, 0]
    array([1., 2., 3.])
    """

    blocks: tuple[Block, ...]

    @classmethod
    def of(cls, network: NetworkSpec, size: Size) -> "Genome":
        """The genome of a network that gets `size.inputs` channels and drives `size.outputs` motors."""
        return cls(network.blocks(size))

    @cached_property
    def slices(self) -> dict[str, slice]:
        """Where each block's genes stand."""
        ends = np.cumsum([block.n_genes for block in self.blocks])
        return {
            block.name: slice(int(end) - block.n_genes, int(end)) for block, end in zip(self.blocks, ends, strict=True)
        }

    @property
    def n_genes(self) -> int:
        """Length of a genome."""
        return sum(block.n_genes for block in self.blocks)

    @cached_property
    def bounds(self) -> NDArray[np.float64]:
        """Lowest and highest value of every gene, [genes, 2]."""
        return self._per_gene([block.bounds for block in self.blocks])

    @cached_property
    def initial_bounds(self) -> NDArray[np.float64]:
        """Within which first genomes are drawn, [genes, 2]."""
        return self._per_gene([block.initial or block.bounds for block in self.blocks])

    def _per_gene(self, pairs: list[tuple[float, float]]) -> NDArray[np.float64]:
        return np.repeat(np.array(pairs, float), [block.n_genes for block in self.blocks], axis=0)

    def split(self, genomes: ArrayLike) -> dict[str, Genomes]:
        """Named parameters [individual, *shape] of genomes [individual, gene].

        Raises
        ------
        ValueError
            If the genomes are not of this length, or not finite.
        """
        flat = self.check(genomes)
        return {block.name: _spread(flat[:, self.slices[block.name]], block.genes) for block in self.blocks}

    def join(self, parameters: Mapping[str, ArrayLike]) -> Genomes:
        """Genomes [individual, gene] of named parameters [individual, *shape]: the inverse of `split`.

        Raises
        ------
        ValueError
            If a block is missing, has another shape, differs where a symmetry ties it, or is not zero where a mask
            leaves it out.
        """
        if set(parameters) != set(self.slices):
            raise ValueError(f"parameters: {sorted(parameters)} are not the blocks {sorted(self.slices)}")
        return np.concatenate([_collect(np.asarray(parameters[b.name], float), b) for b in self.blocks], axis=1)

    def check(self, genomes: ArrayLike) -> Genomes:
        """Genomes as a float64 array of the right shape, all finite."""
        flat = np.ascontiguousarray(genomes, np.float64)
        if flat.ndim != 2 or flat.shape[1] != self.n_genes:
            raise ValueError(f"genomes: their shape {flat.shape} is not [individuals, {self.n_genes} genes]")
        if not np.isfinite(flat).all():
            individual, gene = np.argwhere(~np.isfinite(flat))[0]
            raise ValueError(f"genomes: gene {gene} of individual {individual} is {flat[individual, gene]}")
        return flat

    def describe(self) -> str:
        """The map as a table."""
        rows = [("genes", "block", "shape", "bounds")]
        for block in self.blocks:
            place = self.slices[block.name]
            genes = str(place.start) if block.n_genes == 1 else f"{place.start}:{place.stop}"
            low, high = block.bounds
            rows.append((genes, block.name, str(block.genes.shape), f"[{low:g}, {high:g}]"))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def _spread(genes: Genomes, index: NDArray[np.int64]) -> Genomes:
    if (index.ravel() == np.arange(index.size)).all():  # each parameter has a gene of its own
        return genes.reshape(len(genes), *index.shape)
    with_zero = np.concatenate([genes, np.zeros((len(genes), 1))], axis=1)
    return np.take(with_zero, index, axis=1)


def _collect(values: Genomes, block: Block) -> Genomes:
    if values.shape[1:] != block.genes.shape:
        raise ValueError(f"{block.name}: its shape {values.shape[1:]} is not {block.genes.shape}")
    genes = np.zeros((len(values), block.n_genes))
    genes[:, block.genes[block.genes >= 0]] = values[:, block.genes >= 0]
    if not np.array_equal(_spread(genes, block.genes), values, equal_nan=True):
        raise ValueError(f"{block.name}: its values differ where a symmetry ties them, or are not zero where masked")
    return genes
