"""What all readouts have in common."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose
from readouts.rows import rows
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression

from evorc.readouts import Collected, ForceReadout, Readout, RecursiveLeastSquares, RidgeReadout

READOUTS = {
    "moments": RidgeReadout(1e-3),
    "qr": RidgeReadout(1e-3, solver="qr"),
    "held out": RidgeReadout([1e-3, 1.0]),
    "left out": RidgeReadout([1e-3, 1.0], selection="leave_one_out"),
    "recursive": RecursiveLeastSquares(1e-3, forgetting=0.999),
    "force": ForceReadout(1e-3, every=3),
    "collected": Collected(LinearRegression()),
}
every_readout = pytest.mark.parametrize("readout", READOUTS.values(), ids=READOUTS)


def bits(readout, states):
    return readout.predict(states).tobytes()


def test_every_kind_of_readout_is_tested_here():
    kinds = {RidgeReadout, Collected, RecursiveLeastSquares, ForceReadout}
    assert {type(readout) for readout in READOUTS.values()} == kinds
    assert {*Readout.__subclasses__(), *RecursiveLeastSquares.__subclasses__()} == kinds


@every_readout
def test_a_clone_has_the_parameters_and_nothing_learnt(readout):
    fitted = clone(readout).fit(*rows(0))
    copy = clone(fitted)
    assert str(copy.get_params()) == str(readout.get_params())
    with pytest.raises(NotFittedError):
        copy.predict(rows(0)[0])


@every_readout
def test_fitting_again_gives_the_same_bits(readout):
    readout, (states, targets) = clone(readout), rows(1)
    first = bits(readout.fit(states, targets), states)
    readout.fit(*rows(2, n_features=3, n_targets=1))
    assert bits(readout.fit(states, targets), states) == first


@every_readout
def test_a_pickled_readout_goes_on_as_if_nothing_had_happened(readout):
    readout, (states, targets) = clone(readout), rows(3, n_rows=900)
    readout.partial_fit(states[:700], targets[:700])
    copy = pickle.loads(pickle.dumps(readout))
    assert bits(copy, states) == bits(readout, states)
    rest = states[700:], targets[700:]
    assert bits(copy.partial_fit(*rest), states) == bits(readout.partial_fit(*rest), states)


@every_readout
def test_rows_in_blocks_are_learnt_as_rows_at_once(readout):
    whole, (states, targets) = clone(readout), rows(4, n_rows=1200)
    whole.start(7, 2)
    whole.add(states, targets)
    whole.add(states[:99], targets[:99], held_out=True)
    whole.solve()
    split = clone(readout)
    split.start(7, 2)
    for part in np.array_split(np.arange(1200), [1, 3, 300, 900]):
        split.add(states[part], targets[part])
    split.add(states[:9], targets[:9], held_out=True)
    split.add(states[9:99], targets[9:99], held_out=True)
    split.solve()
    assert bits(split, states) == bits(whole, states)


@every_readout
def test_a_block_belongs_to_its_caller(readout):
    readout, (states, targets) = clone(readout), rows(5, n_rows=60)
    expected = bits(clone(readout).fit(states, targets), states)
    readout.start(7, 2)
    for first in range(0, 60, 12):
        block, values = states[first : first + 12].copy(), targets[first : first + 12].copy()
        block.flags.writeable = values.flags.writeable = False
        readout.add(block, values, held_out=first == 48)  # the last fifth, as `fit` does
        block.flags.writeable = values.flags.writeable = True
        block[:] = values[:] = np.nan  # a driver may use its buffer again
    readout.solve()
    assert bits(readout, states) == expected


@every_readout
def test_predicting_changes_nothing(readout):
    states, targets = rows(6)
    readout = clone(readout).fit(states, targets)
    assert bits(readout, states) == bits(readout, states)
    assert readout.predict(states[:3]).shape == (3, 2)


@every_readout
def test_lists_and_whole_numbers_are_taken(readout):
    states, targets = [[1, 2], [3, 5], [4, 4], [7, 1]], [[1], [0], [1], [0]]
    found = clone(readout).fit(states, targets).predict(states)
    assert_allclose(found, clone(readout).fit(np.array(states, float), np.array(targets, float)).predict(states))


@every_readout
@pytest.mark.parametrize("method", ["add", "partial_fit", "fit"])
@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda x, y: (x * [np.nan, 1.0], y), "states: nan in row 0, column 0"),
        (lambda x, y: (x, y - np.array([[0.0]] * 5 + [[np.inf]])), "targets: -inf in row 5, column 0"),
        (lambda x, y: (x[:0], y[:0]), r"states: shape \(0, 2\) is not \[rows, columns\]"),
        (lambda x, y: (x[0], y), r"states: shape \(2,\) is not \[rows, columns\]"),
        (lambda x, y: (x, y[:, 0]), r"targets: shape \(6,\) is not \[rows, columns\]"),
        (lambda x, y: (x, y[:4]), "targets: 4 rows are not one for each of the 6 rows of states"),
        (lambda x, y: (x + 1j, y), "states: values of type complex128 are not real numbers"),
        (lambda x, y: (x, np.array([["a"]] * 6)), "targets: values of type <U1 are not real numbers"),
    ],
)
def test_rows_that_cannot_be_learnt_are_refused(readout, method, spoil, message):
    readout = clone(readout)
    readout.start(2, 1)
    states, targets = rows(7, n_rows=6, n_features=2, n_targets=1)
    with pytest.raises(ValueError, match=message):
        getattr(readout, method)(*spoil(states, targets))


@every_readout
def test_refused_rows_leave_no_trace(readout):
    readout, (states, targets) = clone(readout), rows(8)
    readout.partial_fit(states[:100], targets[:100])
    spoilt = states[100:].copy()
    spoilt[-1, 0] = np.nan
    with pytest.raises(ValueError, match="nan in row 99"):
        readout.partial_fit(spoilt, targets[100:])
    expected = clone(readout).partial_fit(states[:100], targets[:100]).partial_fit(states[100:], targets[100:])
    assert bits(readout.partial_fit(states[100:], targets[100:]), states) == bits(expected, states)


@every_readout
def test_another_width_is_refused(readout):
    readout, (states, targets) = clone(readout).fit(*rows(9)), rows(9)
    with pytest.raises(ValueError, match=f"states: 6 columns, but this {type(readout).__name__} was started with 7"):
        readout.partial_fit(states[:, 1:], targets)
    with pytest.raises(ValueError, match=r"targets: 1 columns, but this .* was started with 2"):
        readout.add(states, targets[:, 1:])
    with pytest.raises(ValueError, match="states: 6 columns"):
        readout.predict(states[:, 1:])


@every_readout
def test_the_order_of_calls_is_checked(readout):
    readout = clone(readout)
    with pytest.raises(NotFittedError):
        readout.predict([[1.0, 2.0]])
    with pytest.raises(ValueError, match="add: nothing was started"):
        readout.add([[1.0]], [[1.0]])
    readout.start(1, 1)
    with pytest.raises(ValueError, match="solve: there are no rows yet"):
        readout.solve()


@pytest.mark.parametrize("readout", [READOUTS["held out"], READOUTS["collected"]], ids=["held out", "collected"])
def test_a_start_forgets_what_was_learnt(readout):
    readout = clone(readout).fit(*rows(10))
    readout.start(7, 2)
    fitted = {name for name in vars(readout) if name.endswith("_")}
    assert fitted <= {"n_features_in_", "n_targets_", "alphas_"}
    with pytest.raises(NotFittedError):
        readout.predict(rows(10)[0])


@every_readout
@pytest.mark.parametrize("widths", [(0, 1), (1, 0), (1.5, 1), (True, 1)])
def test_widths_are_whole_numbers_of_at_least_one(readout, widths):
    with pytest.raises(ValueError, match=r"n_(features|targets): .* is not a whole number of at least 1"):
        clone(readout).start(*widths)


@pytest.mark.parametrize(
    ("readout", "message"),
    [
        (RidgeReadout(-1e-9), "alpha: -1e-09 is not a finite number of at least 0"),
        (RidgeReadout(np.nan), "alpha: nan is not"),
        (RidgeReadout([1.0, np.inf]), r"alpha: \[1.0, inf\] is not"),
        (RidgeReadout([]), r"alpha: \[\] is not"),
        (RidgeReadout([[1.0], [2.0, 3.0]]), "alpha: .* nor a sequence"),
        (RidgeReadout("1"), "alpha: '1' is not"),
        (RidgeReadout(None), "alpha: None is not"),
        (RidgeReadout(solver="svd"), "solver: 'svd' is not 'moments' or 'qr'"),
        (RidgeReadout(selection="cv"), "selection: 'cv' is not 'hold_out' or 'leave_one_out'"),
        (RecursiveLeastSquares(0.0), "alpha: 0.0 is not a finite number above 0"),
        (RecursiveLeastSquares(np.inf), "alpha: inf is not"),
        (RecursiveLeastSquares(forgetting=0.0), "forgetting: 0.0 is not a number above 0 and at most 1"),
        (RecursiveLeastSquares(forgetting=1.01), "forgetting: 1.01 is not"),
        (ForceReadout(-1.0), "alpha: -1.0 is not"),
        (ForceReadout(every=0), "every: 0 is not a whole number of at least 1"),
        (ForceReadout(every=2.0), "every: 2.0 is not a whole number of at least 1"),
        (Collected(LinearRegression), "estimator: .* is not an instance"),
        (Collected(3), "estimator: 3 is not an instance"),
    ],
)
def test_options_are_checked_at_the_start(readout, message):
    with pytest.raises(ValueError, match=message):
        readout.fit([[1.0], [2.0]], [[1.0], [2.0]])
    with pytest.raises(ValueError, match="nothing was started"):
        readout.add([[1.0]], [[1.0]])
