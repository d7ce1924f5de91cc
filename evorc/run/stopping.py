"""When an evolution ends."""

from dataclasses import dataclass, fields

from .record import Record


@dataclass(frozen=True, kw_only=True)
class StopRules:
    """The first that holds ends an evolution; one that is None never does.

    Parameters
    ----------
    max_generations, max_evaluations : int or None, default=None
        How many at most. A generation is never cut short.
    max_seconds : float or None, default=None
        Wall-clock time, over all resumptions. The only rule that is not reproducible.
    target_fitness : float or None, default=None
        Fitness of the best individual so far.
    target_share : float or None, default=None
        Share of its trials that some individual has passed, in (0, 1].
    stagnation : int or None, default=None
        Generations without a better fitness.
    """

    max_generations: int | None = None
    max_evaluations: int | None = None
    max_seconds: float | None = None
    target_fitness: float | None = None
    target_share: float | None = None
    stagnation: int | None = None

    def __post_init__(self) -> None:
        for name in ("max_generations", "max_evaluations", "stagnation"):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
                raise ValueError(f"{name}: {value!r} is not a whole number of at least 1")
        if self.max_seconds is not None and not self.max_seconds > 0:
            raise ValueError(f"max_seconds: {self.max_seconds!r} is not a positive number")
        if self.target_share is not None and not 0 < self.target_share <= 1:
            raise ValueError(f"target_share: {self.target_share!r} is not within (0, 1]")

    @property
    def empty(self) -> bool:
        """Whether nothing here would ever end an evolution."""
        return all(getattr(self, rule.name) is None for rule in fields(self))

    def reason(self, last: Record, seconds: float) -> str:
        """Name of the first rule that holds, or nothing."""
        limits = (
            ("target_fitness", last.best_so_far),
            ("target_share", last.passed),
            ("max_generations", last.generation + 1),
            ("max_evaluations", last.evaluations),
            ("max_seconds", seconds),
            ("stagnation", last.generation - last.improved),
        )
        for name, reached in limits:
            limit = getattr(self, name)
            if limit is not None and reached >= limit:
                return name
        return ""
