"""The elementary functions against mpmath, in both formats, compiled and interpreted."""

import math
import os
import re
import subprocess
import sys
from pathlib import Path

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from evorc.kernels import vmath
from evorc.kernels.compiler import JIT, STRICT

ROOT = Path(__file__).parents[2]
EXACT = {
    "exp": mpmath.exp,
    "expm1": mpmath.expm1,
    "log": mpmath.log,
    "tanh": mpmath.tanh,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "sqrt": mpmath.sqrt,
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
}
DTYPES = [np.float64, np.float32]
ANGLE_END = {np.float64: 5e10, np.float32: 5e4}
WHOLE = {np.float64: np.int64, np.float32: np.int32}
LOOPS = {}

every_name = pytest.mark.parametrize("name", EXACT)
compiles = pytest.mark.skipif(not JIT, reason="the compiler is off")
every_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: dtype.__name__)


def loop(name):
    """The function over a contiguous array, as a kernel would call it."""
    if name not in LOOPS:
        function = getattr(vmath, name)

        @njit(**STRICT)
        def run(x, y):
            for l in range(x.shape[0]):
                y[l] = function(x[l])

        LOOPS[name] = run
    return LOOPS[name]


def compiled(name, x):
    y = np.empty_like(x)
    loop(name)(x, y)
    return y


def interpreted(name, x):
    return np.array([getattr(vmath, name)(value) for value in x])


def error_in_ulp(y, exact, dtype):
    info = np.finfo(dtype)
    if abs(exact) >= mpmath.mpf(2) ** info.maxexp * (1 - mpmath.mpf(2) ** -(info.nmant + 2)):
        return 0.0 if math.isinf(y) and (y > 0) == (exact > 0) else math.inf
    if not math.isfinite(y):
        return math.inf
    if exact == 0:
        return 0.0 if y == 0 else math.inf
    exponent = max(mpmath.frexp(exact)[1] - 1, info.minexp)
    return float(abs(mpmath.mpf(float(y)) - exact) / mpmath.mpf(2) ** (exponent - info.nmant))


def largest_error(name, x, y):
    """Largest error in ulp; a result that has to be nan and is not counts as infinite."""
    with mpmath.workprec(200):
        return max(one_error(name, a, b, x.dtype.type) for a, b in zip(x, y))


def one_error(name, x, y, dtype):
    outside = (name in ("sin", "cos") and abs(x) > ANGLE_END[dtype]) or (name in ("log", "sqrt") and x < 0)
    if np.isnan(x) or outside or (name in ("sin", "cos") and np.isinf(x)):
        return 0.0 if np.isnan(y) else math.inf
    if name == "log" and x == 0:
        return 0.0 if y == -math.inf else math.inf
    if np.isinf(x):
        return 0.0 if y == limit(name, x) else math.inf
    return error_in_ulp(y, EXACT[name](mpmath.mpf(float(x))), dtype)


def limit(name, x):
    low = {"exp": 0.0, "expm1": -1.0, "tanh": -1.0, "sigmoid": 0.0, "softplus": 0.0, "log": math.nan, "sqrt": math.nan}
    return low[name] if x < 0 else {"tanh": 1.0, "sigmoid": 1.0}.get(name, math.inf)


def log_spaced(rng, dtype, n):
    info = np.finfo(dtype)
    low, high = np.log(float(info.smallest_subnormal)), np.log(float(info.max))
    return (np.exp(rng.uniform(low, high, n)) * rng.choice([-1, 1], n)).astype(dtype)


def uniform(rng, dtype, n):
    end = 760 if dtype is np.float64 else 110
    return np.concatenate([rng.uniform(-w, w, n) for w in (0.3, 1, 3, 40, end)]).astype(dtype)


def thresholds(dtype):
    """A few neighbours on either side of every number at which a result or a branch of its formula changes."""
    info = np.finfo(dtype)
    ln2 = math.log(2)
    places = [info.tiny, 2 * info.tiny, 1.0, 2.0, 0.5, 2**0.5, 0.5**0.5, 0.5493061443340549, ln2, ln2 / 2, 1.5 * ln2]
    places += [info.maxexp * ln2, (info.minexp - 1) * ln2, (info.minexp - info.nmant - 1) * ln2, info.nmant * ln2]
    places += [10.0, 20.0, 40.0, 18.4, 9.0, ANGLE_END[dtype]]
    at = np.array(places + [-place for place in places], dtype)
    away = np.arange(-6, 7).astype(WHOLE[dtype])
    return (at.view(WHOLE[dtype])[:, None] + away).view(dtype).ravel()


def near_multiples_of_half_pi(rng, dtype, n):
    """The numbers nearest to k pi/2, with the worst of all among them (found by continued fractions)."""
    end = ANGLE_END[dtype] / 1.6
    k = np.concatenate([np.arange(1, 200), np.exp(rng.uniform(5, np.log(end), n)).astype(np.int64)])
    with mpmath.workprec(200):
        near = [float(int(each) * mpmath.pi / 2) for each in k]
    worst = [45.553093477052, 14461176.67027838, 20406284232.559196, 252.89820861816406, 4476.76953125, 17907.078125]
    return np.array(near + [w for w in worst if w <= end], dtype)


def special(dtype):
    info = np.finfo(dtype)
    positive = [0.0, info.smallest_subnormal, info.tiny, 1.0, info.max, math.inf]
    return np.array([*positive, *(-p for p in positive), math.nan], dtype)


def sample(name, dtype, rng, n=100):
    x = np.concatenate([log_spaced(rng, dtype, n), uniform(rng, dtype, n), thresholds(dtype), special(dtype)])
    if name == "log":
        x = np.concatenate([abs(x), (1 + uniform(rng, dtype, n)[:n]).astype(dtype), special(dtype)])
    if name in ("sin", "cos"):
        wide = rng.uniform(-ANGLE_END[dtype], ANGLE_END[dtype], n).astype(dtype)
        x = np.concatenate([x, wide, near_multiples_of_half_pi(rng, dtype, 3 * n)])
    return x


def same_bits(a, b):
    """Equal bits, whatever the payload of a nan."""
    a, b = (np.where(np.isnan(v), v.dtype.type(math.nan), v) for v in (a, b))
    return a.dtype == b.dtype and a.tobytes() == b.tobytes()


@every_name
@every_dtype
def test_the_error_is_at_most_2_ulp_over_the_whole_range(name, dtype, rng):
    x = sample(name, dtype, rng)
    assert largest_error(name, x, compiled(name, x)) <= 2


@every_name
@every_dtype
@given(data=st.data())
def test_the_error_is_at_most_2_ulp_for_any_bits(name, dtype, data):
    i = data.draw(st.integers(np.iinfo(WHOLE[dtype]).min, np.iinfo(WHOLE[dtype]).max))
    x = np.array([i], WHOLE[dtype]).view(dtype)
    assert largest_error(name, x, interpreted(name, x)) <= 2


@every_name
@every_dtype
def test_interpreted_and_compiled_give_the_same_bits(name, dtype, rng):
    x = sample(name, dtype, rng, n=20)
    assert same_bits(interpreted(name, x), compiled(name, x))


@pytest.mark.parametrize("name", ["expm1", "tanh", "sin", "sqrt"])
@every_dtype
def test_the_sign_of_zero_is_kept(name, dtype):
    assert same_bits(compiled(name, np.array([0.0, -0.0], dtype)), np.array([0.0, -0.0], dtype))


@pytest.mark.parametrize("name", ["tanh", "sin"])
@every_dtype
def test_odd_functions_are_odd_to_the_last_bit(name, dtype, rng):
    x = sample(name, dtype, rng)
    assert same_bits(compiled(name, -x), -compiled(name, x))


@every_dtype
def test_cos_is_even_to_the_last_bit(dtype, rng):
    x = sample("cos", dtype, rng)
    assert same_bits(compiled("cos", -x), compiled("cos", x))


@pytest.mark.parametrize("name", ["exp", "expm1", "log", "tanh", "sigmoid", "softplus"])
@every_dtype
def test_rising_functions_do_not_fall_by_more_than_their_error(name, dtype, rng):
    x = np.sort(abs(uniform(rng, dtype, 2000)) if name == "log" else uniform(rng, dtype, 2000))
    y = compiled(name, x)
    y = y[np.isfinite(y)]
    assert np.all(y[1:] >= y[:-1] - 2 * np.spacing(abs(y[:-1])))


@every_name
@every_dtype
def test_python_gets_the_type_it_gave_without_a_warning(name, dtype, recwarn):
    assert {type(getattr(vmath, name)(x)) for x in special(dtype)} == {dtype}
    assert len(recwarn) == 0


@every_name
def test_a_python_number_counts_as_float64(name):
    function = getattr(vmath, name)
    assert type(function(2.0)) is np.float64
    assert function(2) == function(2.0)


def test_a_kernel_takes_a_whole_number_as_float64():
    assert njit(lambda x: vmath.exp(x))(2) == vmath.exp(2.0)


def code_for(name, dtype):
    run = loop(name)
    run(np.ones(1, dtype), np.ones(1, dtype))
    return next(text for types, text in run.inspect_llvm().items() if types[0].dtype.name == dtype.__name__)


@compiles
@every_name
@every_dtype
def test_the_loop_of_a_caller_is_vectorised(name, dtype):
    kind = "double" if dtype is np.float64 else "float"
    assert re.search(rf"(fmul|fadd|call) <\d+ x {kind}>", code_for(name, dtype))


@compiles
@every_name
@every_dtype
def test_no_scalar_library_is_called(name, dtype):
    called = set(re.findall(r"call [^@\n]*@(?!llvm\.fma\.)([\w.]+)\(", code_for(name, dtype)))
    assert not {f for f in called if re.search(r"exp|log|tanh|sin|cos|pow|fma", f)}


@compiles
@every_name
def test_single_precision_is_never_widened(name):
    assert not re.search(r"fpext|fptrunc|x double>", code_for(name, np.float32))


@compiles
@every_name
@every_dtype
def test_arithmetic_is_strict(name, dtype):
    assert not re.search(r"= f(mul|add|sub|div) (fast|contract|reassoc|nnan)", code_for(name, dtype))


INTERPRETED = """
import sys, numpy as np
from numba import njit
from evorc.kernels import vmath

given = np.load(sys.argv[1])
found = {}
for key, x in given.items():
    function = njit(getattr(vmath, key.split()[0]))
    assert not hasattr(function, "signatures")  # a plain function: the compiler is off
    found[key] = np.array([function(value) for value in x])
np.savez(sys.argv[2], **found)
"""


def run_python(*arguments, **variables):
    command = [sys.executable, *map(str, arguments)]
    env = {**os.environ, "PYTHONWARNINGS": "error::RuntimeWarning", "PYTHONPATH": str(ROOT), **variables}
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout


@compiles
def test_jit_off_gives_the_same_bits(tmp_path, rng):
    given = {f"{name} {dtype.__name__}": sample(name, dtype, rng, n=10) for name in EXACT for dtype in DTYPES}
    np.savez(tmp_path / "given.npz", **given)
    run_python("-c", INTERPRETED, tmp_path / "given.npz", tmp_path / "found.npz", NUMBA_DISABLE_JIT="1")
    found = np.load(tmp_path / "found.npz")
    assert [key for key, x in given.items() if not same_bits(found[key], compiled(key.split()[0], x))] == []


CACHED = """
import numpy as np
from evorc.kernels.compiler import kernel
from evorc.kernels.vmath import cos, exp

@kernel
def run(x):
    for l in range(x.shape[0]):
        x[l] = exp(x[l]) * cos(x[l])

run(np.ones(8))
run(np.ones(8, np.float32))
print(sum(run.stats.cache_hits.values()), sum(run.stats.cache_misses.values()))
"""


def test_a_second_process_loads_its_kernel_from_the_disk(tmp_path):
    (tmp_path / "user.py").write_text(CACHED)
    cache = str(tmp_path / "cache")
    done = [run_python(tmp_path / "user.py", EVORC_CACHE_DIR=cache, NUMBA_DISABLE_JIT="0") for _ in range(2)]
    assert [each.split() for each in done] == [["0", "2"], ["2", "0"]]
