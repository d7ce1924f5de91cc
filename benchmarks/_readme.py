"""Write the README's table of speeds from the results: run by `make bench` after all benchmarks."""

from collections.abc import Iterator
from pathlib import Path

from _bench import saved

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- speed: written by benchmarks/_readme.py -->", "<!-- end of speed -->"
Line = tuple[str, str, str]
OURS = (
    "GeneticAlgorithm",
    "SimulatedAnnealing",
    "ParticleSwarm",
    "CMAES",
    "CMAES, separable",
    "SNES",
    "XNES",
    "OpenAIES",
    "DifferentialEvolution",
    "CoSyNE",
)


def millions(speed: float) -> str:
    """A speed, in millions."""
    return f"{speed / 1e6:.3g} M"


def short(number: float) -> str:
    """Three digits, or all before the point."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def ctrnn() -> Iterator[Line]:
    rows = saved("ctrnn_population").get("rows", [])
    for dtype in ("float64", "float32"):
        found = {row["neuron-steps/s"]: row[dtype] for row in rows if isinstance(row.get(dtype), float)}
        if "evorc" in found:
            ours = found.pop("evorc")
            yield (
                f"CTRNN of 10 neurons, 1,024 individuals, {dtype}: neuron-steps/s",
                millions(ours),
                ", ".join(f"{name} {millions(speed)}" for name, speed in found.items()),
            )


def double_pole_steps() -> Iterator[Line]:
    for population, rows in saved("double_pole_steps").items():
        if isinstance(rows, list) and rows:
            double = {row["by"]: row["steps/s"] for row in rows if row["dtype"] == "float64"}
            ours = double.pop("evorc")
            peers = ", ".join(f"{name} {millions(speed)}" for name, speed in double.items())
            yield f"double pole, {population}, float64: control steps/s", millions(ours), peers


def overhead() -> Iterator[Line]:
    rows = saved("optimizer_overhead").get("rows", [])
    if rows:
        name = next(iter(rows[0]))
        listed = {row[name]: row for row in rows}
        value = next(key for key, found in rows[0].items() if isinstance(found, float))
        ours = ", ".join(f"{who} {row[value]:.3g}" for who, row in listed.items() if who in OURS)
        peers = ", ".join(f"{who} {row[value]:.3g}" for who, row in listed.items() if not who.startswith(OURS))
        yield "a generation of 1,024 x 100 genes: ms of the optimizer", ours, peers


def evaluator() -> Iterator[Line]:
    rows = saved("evaluator_overhead").get("overhead", [])
    if rows:
        listed = {row[next(iter(row))]: row["ms a generation"] for row in rows}
        ours = ", ".join(f"{who[7:]} {ms:.2g}" for who, ms in listed.items() if who.startswith("evorc"))
        peers = ", ".join(f"{who} {ms:.2g}" for who, ms in listed.items() if not who.startswith("evorc"))
        yield "handing out 1,024 x 100 genes to two workers: ms", ours, peers


def solving() -> Iterator[Line]:
    rows = saved("double_pole").get("rows", [])
    for fitness, network in dict.fromkeys((row["fitness"], row["network"]) for row in rows):
        alike = [row for row in rows if (row["fitness"], row["network"]) == (fitness, network)]
        told = {row["optimizer"]: f"{row['optimizer']} {row['mean']:,.0f} ({row['solved']})" for row in alike}
        guessing = told.pop("guessing", "")
        claim = f"double pole, no velocities, {network}, {fitness} fitness: mean evaluations (seeds solved)"
        yield claim, ", ".join(told.values()), guessing


def scenarios() -> Iterator[Line]:
    for row in saved("scenario_speed").get("rows", []):
        peer = f"a program in C++ {millions(row['C++'])}" if row["C++"] else ""
        yield f"{row['scenario']}: steps/s of world and networks", millions(row["steps/s"]), peer


def harvest() -> Iterator[Line]:
    for row in saved("esn_harvest").get("rows", []):
        what = row["density"] if row["density"] == "ring" else f"density {row['density']:g}"
        peers = ", ".join(f"{name} {short(row[name])}" for name in ("NumPy loop", "ReservoirPy") if name in row)
        ours = f"{short(row['evorc'])}, float32 {short(row['evorc float32'])}"
        yield f"states of {row['units']:,} units, {what}: us a step", ours, peers


def learning() -> Iterator[Line]:
    for row in saved("esn_fit").get("rows", []):
        peers = ", ".join(f"{name} {row[name]:,.0f}" for name in ("NumPy loop", "ReservoirPy") if name in row)
        yield f"{row['task']}: ms", f"{row['evorc']:,.0f}", peers


def accuracy() -> Iterator[Line]:
    for row in saved("esn_accuracy").get("rows", []):
        yield f"{row['task']}, {row['units']} units: mean of 10 seeds", f"{row['ours']:.4g}", row["published"]


def recall() -> Iterator[Line]:
    rows = saved("hopfield_recall").get("rows", [])
    for units in sorted({row["units"] for row in rows}):
        told = [(row["recall"], f"{row['ms a probe']:.2g}") for row in rows if row["units"] == units]
        ours = ", ".join(f"{name[7:]} {ms}" for name, ms in told if name.startswith("evorc"))
        peers = ", ".join(f"{name} {ms}" for name, ms in told if not name.startswith("evorc"))
        yield f"Hopfield network of {units:,} units, recall of a probe: ms", ours, peers


def liquid() -> Iterator[Line]:
    told = [(row[""], f"{row['ms a second and column']:.3g}") for row in saved("lsm_column").get("rows", [])]
    if told:
        ours = ", ".join(f"{name} {ms}" for name, ms in told if "Brian2" not in name)
        peers = ", ".join(f"{name} {ms}" for name, ms in told if "Brian2" in name)
        yield "column of 135 spiking neurons, steps of 0.1 ms: ms of CPU a second", ours, peers


PARTS = {
    "Controllers and scenarios": (ctrnn, double_pole_steps, scenarios),
    "Search": (overhead, evaluator, solving),
    "Reservoirs": (harvest, learning, accuracy),
    "Memories and liquids": (recall, liquid),
}


def part_of_readme(title: str) -> str:
    """A heading and its table."""
    lines = [line for lines in PARTS[title] for line in lines()]
    rows = "\n".join(f"| {claim} | {ours} | {peers} |" for claim, ours, peers in lines)
    return f"### {title}\n\n| claim | evorc | peers |\n|---|---|---|\n{rows}\n"


def main() -> None:
    machine = saved("ctrnn_population").get("machine", {})
    told = f"One pinned thread, medians, on {machine.get('cpu', '?')}; numpy {machine.get('numpy', '?')}, "
    told += f"numba {machine.get('numba', '?')}, jax {machine.get('jax', 'not installed')}.\n"
    parts = "\n".join(map(part_of_readme, PARTS))
    before, rest = README.read_text().split(BEGIN)
    after = rest.split(END)[1]
    README.write_text(f"{before}{BEGIN}\n\n{told}\n{parts}\n{END}{after}")


if __name__ == "__main__":
    main()
