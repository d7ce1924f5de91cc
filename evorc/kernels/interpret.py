"""The loops of a scenario that is not compiled: Python calls, one lane after the other, any object as a world."""

from .weave import Loops, Rules


def interpret(rules: Rules, n_outputs: int, gain: float, shift: float) -> Loops:
    """Loops for `worlds`, a list with one object a lane, None where nothing runs."""

    def start(worlds, l, key):
        worlds[l] = rules.start(key)

    def sense(worlds, inputs):
        for l, world in enumerate(worlds):
            if world is not None:
                inputs[:, l] = rules.sense(world)

    def act(worlds, outputs, ended):
        shown = (shift + gain * outputs[:n_outputs].astype(float)).T.tolist()
        for l, world in enumerate(worlds):
            if world is not None:
                worlds[l] = rules.act(world, tuple(shown[l]))
                ended[l] = bool(rules.ended(worlds[l]))

    def score(worlds, l):
        world, worlds[l] = worlds[l], None
        return float(rules.score(world))

    return Loops(start, sense, act, score)
