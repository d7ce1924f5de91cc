"""A module is under 400 lines, a jitted function under 40 lines and has at most 8 arguments."""

import ast

import pytest
from house.sources import python_files, read, tree

MODULE_LINES, KERNEL_LINES, KERNEL_ARGUMENTS = 400, 40, 8
COMPILERS = {"kernel", "inline", "schedule", "cached", "jit", "njit", "vectorize", "guvectorize"}


def is_long(source):
    return len(source.splitlines()) >= MODULE_LINES


def is_compiler(node):
    """Whether `node` reads `njit`, `numba.njit` or `njit(...)`."""
    while isinstance(node, ast.Call):
        node = node.func
    return getattr(node, "attr", getattr(node, "id", None)) in COMPILERS


def jitted_functions(module):
    """Functions that a decorator or a call such as `schedule(function, signature)` compiles."""
    calls = [node for node in ast.walk(module) if isinstance(node, ast.Call) and is_compiler(node.func)]
    handed = {argument.id for call in calls for argument in call.args if isinstance(argument, ast.Name)}
    functions = [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)]
    return [f for f in functions if f.name in handed or any(is_compiler(d) for d in f.decorator_list)]


def n_arguments(function):
    names = function.args
    plain = len(names.posonlyargs) + len(names.args) + len(names.kwonlyargs)
    return plain + (names.vararg is not None) + (names.kwarg is not None)


def large_kernels(module):
    """One line for each jitted function that is too long or has too many arguments."""
    found = []
    for function in jitted_functions(module):
        lines = function.end_lineno - function.lineno + 1
        if lines >= KERNEL_LINES:
            found.append(f"{function.name}: {lines} lines")
        if n_arguments(function) > KERNEL_ARGUMENTS:
            found.append(f"{function.name}: {n_arguments(function)} arguments")
    return found


@pytest.mark.parametrize("file", python_files("evorc", "scenarios", "benchmarks", "tests"), ids=str)
def test_a_module_is_under_400_lines(file):
    assert not is_long(read(file))


@pytest.mark.parametrize("file", python_files("evorc", "scenarios"), ids=str)
def test_a_kernel_is_under_40_lines_and_has_at_most_8_arguments(file):
    assert large_kernels(tree(file)) == []


def test_a_module_of_400_lines_is_found():
    assert is_long("x = 0\n" * 400)
    assert not is_long("x = 0\n" * 399)


LONG = "(a):\n" + "    a += 1\n" * 39
WIDE = "(a, b, c, d, e, f, g, *, h, i): pass\n"


@pytest.mark.parametrize(
    "source",
    [
        f"@kernel\ndef step{LONG}",
        f"@numba.njit(cache=True)\ndef step{LONG}",
        f"@inline\ndef step{WIDE}",
        f"def step{WIDE}run = schedule(step, TYPE)",
        f"def step{LONG}run = njit(**STRICT)(step)",
        f"def factory():\n    @kernel\n    def step{WIDE}",
    ],
)
def test_a_large_kernel_is_found(source):
    assert len(large_kernels(ast.parse(source))) == 1


@pytest.mark.parametrize("source", [f"def plan{LONG}", f"@cache\ndef plan{WIDE}", "@kernel\ndef step(a, *, b): pass"])
def test_a_plain_function_or_a_small_kernel_passes(source):
    assert large_kernels(ast.parse(source)) == []
