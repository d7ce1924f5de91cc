import math

import numpy as np
import pytest
from scipy import stats

from evorc.kernels.random import Key, fill_normal, fill_uniform, integer, normal, uniform

WORD = np.uint64(0x9E3779B97F4A7C15)
FIELDS = ("seed", "generation", "individual", "trial")
MASK = 2**64 - 1
UNIFORM, RADIUS, ANGLE, INTEGER = range(4)


def mix(word):
    word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    word = (word ^ (word >> 27)) * 0x94D049BB133111EB & MASK
    return word ^ (word >> 31)


def stream(key):
    word = mix(key.seed & MASK)
    for field in key[1:]:
        word = (word ^ (field & MASK)) * 0xD6E8FEB86659FD93 & MASK
        word ^= word >> 32
    return word


def unit(word, counter, purpose):
    place = 4 * counter + purpose
    return (mix((word + place * (mix(word) | 1)) & MASK) >> 11) / 2**53


def draws(function, keys, *arguments):
    return np.array([function(key, *arguments) for key in keys])


KEYS = [Key(0, 0, 0, 0), Key(1, 2, 3, 4), Key(-1, 2**62, -3, 4), Key(123456789, 10**9, 7, 1)]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("counter", [0, 1, 12345, 2**40, -5])
def test_numbers_equal_the_hash_in_plain_integers(key, counter):
    word = stream(key)
    assert uniform(key, counter) == unit(word, counter, UNIFORM)
    assert integer(key, counter, 1000) == int(1000 * unit(word, counter, INTEGER))
    radius = math.sqrt(-2.0 * math.log(1.0 - unit(word, counter, RADIUS)))
    assert normal(key, counter) == pytest.approx(
        radius * math.cos(2 * math.pi * unit(word, counter, ANGLE)), rel=1e-13, abs=1e-15
    )


def test_filled_arrays_hold_the_stream_in_c_order():
    out = np.empty((3, 5))
    fill_uniform(WORD, out)
    assert out.ravel().tolist() == [unit(int(WORD), i, UNIFORM) for i in range(15)]


def test_plain_python_gives_no_warning(recwarn):
    fill_uniform(np.uint64(MASK), np.empty(4))
    uniform(Key(2**63 - 1, 2**63 - 1, -1, -(2**63)), 2**62)
    assert not recwarn.list


def test_uniform_numbers_fill_the_unit_interval_evenly():
    out = np.empty(40_000)
    fill_uniform(WORD, out)
    assert out.min() >= 0.0
    assert out.max() < 1.0
    assert stats.chisquare(np.histogram(out, 200, (0, 1))[0]).pvalue > 1e-3
    assert stats.kstest(out, "uniform").pvalue > 1e-3


def test_pairs_of_uniform_numbers_fill_the_unit_square_evenly():
    out = np.empty((20_000, 2))
    fill_uniform(WORD, out)
    assert stats.chisquare(np.histogram2d(*out.T, 16, ((0, 1), (0, 1)))[0].ravel()).pvalue > 1e-3


def test_low_bits_of_uniform_numbers_are_even():
    out = np.empty(20_000)
    fill_uniform(WORD, out)
    low = (out * 2**53).astype(np.int64) & 15
    assert stats.chisquare(np.bincount(low, minlength=16)).pvalue > 1e-3


def test_normal_numbers_are_normal():
    out = np.empty(40_000)
    fill_normal(WORD, out)
    assert stats.kstest(out, "norm").pvalue > 1e-3
    assert abs(stats.kurtosis(out)) < 0.1


@pytest.mark.parametrize("lag", [1, 2, 3, 4, 64, 1024])
@pytest.mark.parametrize("fill", [fill_uniform, fill_normal])
def test_counters_are_uncorrelated(lag, fill):
    out = np.empty(20_000)
    fill(WORD, out)
    assert abs(np.corrcoef(out[:-lag], out[lag:])[0, 1]) < 4 / math.sqrt(len(out))


@pytest.mark.parametrize("field", FIELDS)
def test_neighbouring_keys_give_even_and_uncorrelated_numbers(field):
    base = Key(11, 22, 33, 44)
    keys = [base._replace(**{field: value}) for value in range(4000)]
    values = draws(uniform, keys, 0)
    assert stats.kstest(values, "uniform").pvalue > 1e-3
    for lag in (1, 2, 8):
        assert abs(np.corrcoef(values[:-lag], values[lag:])[0, 1]) < 4 / math.sqrt(len(values))


@pytest.mark.parametrize("field", FIELDS)
def test_streams_of_neighbouring_keys_are_independent(field):
    base = Key(5, 6, 7, 8)
    other = base._replace(**{field: getattr(base, field) + 1})
    pairs = np.array([[uniform(base, i), uniform(other, i)] for i in range(4000)])
    assert stats.chisquare(np.histogram2d(*pairs.T, 8, ((0, 1), (0, 1)))[0].ravel()).pvalue > 1e-3


def test_swapped_fields_are_different_keys():
    keys = [Key(*order) for order in ((1, 2, 3, 4), (2, 1, 3, 4), (1, 3, 2, 4), (1, 2, 4, 3), (4, 2, 3, 1))]
    assert len(set(draws(uniform, keys, 0))) == len(keys)


@pytest.mark.parametrize("field", [*FIELDS, "counter"])
def test_one_changed_bit_changes_half_of_the_bits(field):
    def output(key, counter):
        return int(uniform(key, counter) * 2**53)

    turned = []
    for trial in range(12):
        key, counter = Key(trial, 3 * trial, 5 * trial, 7 * trial), trial
        before = output(key, counter)
        for bit in range(62):
            if field == "counter":
                after = output(key, counter ^ (1 << bit))
            else:
                after = output(key._replace(**{field: getattr(key, field) ^ (1 << bit)}), counter)
            turned.append((before ^ after).bit_count())
    assert np.mean(turned) == pytest.approx(26.5, abs=0.5)
    assert min(turned) > 5


@pytest.mark.parametrize("n", [1, 2, 3, 10, 97])
def test_whole_numbers_are_even(n):
    values = np.array([integer(Key(1, 2, 3, 4), i, n) for i in range(4000)])
    counts = np.bincount(values, minlength=n)
    assert len(counts) == n
    assert n == 1 or stats.chisquare(counts).pvalue > 1e-3


def test_whole_numbers_stay_below_the_largest_bound():
    n = 2**53
    assert max(integer(Key(1, 2, 3, 4), i, n) for i in range(2000)) < n


def test_uniform_normal_and_whole_numbers_of_one_counter_are_independent():
    key = Key(9, 8, 7, 6)
    rows = np.array([[uniform(key, i), normal(key, i), integer(key, i, 2**40)] for i in range(4000)], dtype=float)
    assert np.abs(np.corrcoef(rows.T) - np.eye(3)).max() < 4 / math.sqrt(len(rows))
