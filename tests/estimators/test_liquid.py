"""Liquid state machines as estimators: scikit-learn's checks, forms of series, encoders."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.model_selection import cross_val_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from evorc.estimators.liquid import LSMClassifier, LSMRegressor
from evorc.networks.spikes import bin_spikes, poisson_spikes

ROWS_ARE_STEPS = {
    "check_methods_sample_order_invariance": "rows are time steps: their order is the data",
    "check_methods_subset_invariance": "rows are time steps: a state depends on the rows before it",
}
FEW = {"shape": (4, 3, 3), "input_scale": 2.0, "input_density": 0.6, "dt": 0.5}
ESTIMATORS = [
    LSMRegressor(**{**FEW, "shape": (8, 3, 3)}, state="both"),
    LSMClassifier(**FEW, state="potential", encoder="ben_spiker", include_inputs=True),
    LSMClassifier(**FEW, aggregate="vote", encoder="latency", state="both", washout=1, dtype="float32"),
]
pytestmark = pytest.mark.filterwarnings("ignore:rate:RuntimeWarning")


@parametrize_with_checks(ESTIMATORS, expected_failed_checks=lambda estimator: ROWS_ARE_STEPS)
def test_check(estimator, check):
    check(estimator)


def series_of(n, length, seed=0):
    return np.random.default_rng(seed).random((n, length, 2))


def test_series_give_the_same_in_every_form():
    stack, labels = series_of(20, 6), np.arange(20) % 2
    model = LSMClassifier(**FEW).fit(stack, labels)
    as_list = LSMClassifier(**FEW).fit(list(stack), labels)
    in_rows = LSMClassifier(**FEW).fit(stack.reshape(-1, 2), labels, lengths=[6] * 20)
    for other in (as_list.predict_proba(list(stack)), in_rows.predict_proba(stack.reshape(-1, 2), lengths=[6] * 20)):
        assert_array_equal(other, model.predict_proba(stack))


def test_a_series_has_the_same_states_alone_and_beside_longer_ones():
    rng = np.random.default_rng(1)
    several = [rng.random((length, 2)) for length in (5, 9, 3, 9)]
    model = LSMRegressor(**FEW).fit(several, [part.sum(axis=1) for part in several])
    together = model.predict(several)
    for part, whole in zip(several, together, strict=True):
        assert_array_equal(model.predict([part])[0], whole)


def test_bits_of_two_bursts_are_told_apart_by_an_exclusive_or():
    from evorc.datasets.spikes import temporal_xor

    task = temporal_xor(400, segment=60.0, gap=20.0, rates=(5.0, 100.0), random_state=0)
    counts = np.stack([bin_spikes(train, n_channels=4, duration=160.0, width=5.0) for train in task.trains])
    settings = {"encoder": "counts", "width": 5.0, "state": "both", "dt": 0.5, "input_scale": 2.0}
    model = LSMClassifier(**settings, alpha=[1e-1, 1e1, 1e3]).fit(counts[:300], task.targets[:300])
    assert model.score(counts[300:], task.targets[300:]) > 0.8


def test_spikes_as_given_drive_the_liquid_as_they_are():
    train = poisson_spikes(2, 200.0, 40.0, 0)
    counts = bin_spikes(train, n_channels=2, duration=200.0, width=0.5)
    model = LSMRegressor(**FEW, encoder="counts", width=0.5).fit(counts, counts[:, 0])
    times = model.reservoir_.encode(counts.astype(float), 0).times
    assert len(times) == len(train.times)
    assert_allclose(times, train.times, atol=0.5)


TRAINS = [poisson_spikes(3, 100.0, rate, seed) for seed, rate in enumerate((15.0, 90.0) * 12)]
GIVEN = {**FEW, "encoder": "spikes", "encoder_options": {"n_channels": 3, "duration": 100.0}}


def test_spike_trains_drive_the_liquid_as_they_are():
    model = LSMClassifier(**GIVEN, state="both").fit(TRAINS, np.arange(24) % 2)
    liquid = model.reservoir_.liquid
    whole = liquid.run(TRAINS, duration=100.0, read_times=[100.0]).states("both")[:, 0]
    plain = clone(model.readout_).fit(whole, np.eye(2)[np.arange(24) % 2])
    found = model._outputs(*model._series(TRAINS, None, reset=False))[4::5]
    assert_allclose(found, plain.predict(whole), rtol=1e-9, atol=1e-12)
    assert model.score(TRAINS, np.arange(24) % 2) > 0.9


def test_spike_trains_have_as_many_rows_as_their_window_holds():
    model = LSMRegressor(**GIVEN, width=30.0, include_inputs=True)
    targets = [np.arange(4.0)] * 24
    found = model.fit(TRAINS, targets).predict(TRAINS)
    assert [part.shape for part in found] == [(4,)] * 24
    assert model.n_features_in_ == 3


def test_spike_trains_can_be_split_for_cross_validation():
    assert cross_val_score(LSMClassifier(**GIVEN), TRAINS, np.arange(24) % 2, cv=3).mean() > 0.7


def test_a_window_that_is_not_named_holds_the_spikes_of_fit():
    given = [([3.0, 44.0], [0, 1]), ([5.0], [0])]
    model = LSMClassifier(**{**GIVEN, "encoder_options": None}, width=20.0).fit(given, [0, 1])
    assert model.n_features_in_ == 2
    assert model._window == (2, 60.0)
    with pytest.raises(ValueError, match=r"the window is \[0, 60.0\)"):
        model.predict([([60.0], [0])])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([([5.0, 3.0], [0, 0])], "X: series 0: 3.0 ms follows 5.0 ms; times must be sorted"),
        ([([5.0], [0]), ([5.0], [3])], "X: series 1: channels reach from 3 to 3; 0 to 2 exist"),
        ([([100.0], [0])], "X: series 0: times reach from 100.0 to 100.0 ms; the window is"),
        ([([-1.0], [0])], "the window is"),
        ([([np.nan], [0])], "nan or infinite"),
        (np.zeros((4, 2)), "X: ndarray is not a list of pairs"),
        ([], "X: list is not a list of pairs"),
    ],
)
def test_spike_trains_that_cannot_be_are_refused(given, words):
    fitted = LSMClassifier(**GIVEN).fit(TRAINS[:4], [0, 1] * 2)
    for call in (lambda: LSMClassifier(**GIVEN).fit(given, [0, 1]), lambda: fitted.predict(given)):
        with pytest.raises(ValueError, match=words):
            call()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"encoder_options": {"window": 3.0}}, "encoder_options: 'window'"),
        ({"encoder_options": {"n_channels": 0}}, "encoder_options n_channels: 0"),
        ({"encoder_options": {"duration": -3.0}}, "encoder_options duration: -3.0"),
    ],
)
def test_a_window_that_cannot_be_is_refused(options, words):
    with pytest.raises(ValueError, match=words):
        LSMClassifier(**{**GIVEN, **options}).fit(TRAINS, np.arange(24) % 2)


@pytest.mark.parametrize("encoder", ["poisson", "latency", "rank_order", "ben_spiker", "threshold"])
def test_every_encoder_drives_a_liquid(encoder):
    x = np.sin(np.arange(60.0) / 4)[:, None] * [1.0, -2.0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = LSMRegressor(**{**FEW, "input_scale": 5.0}, encoder=encoder, state="both").fit(x, x[:, 0])
    assert model.score(x, x[:, 0]) > 0.5


def test_missing_targets_and_the_washout_are_left_out():
    x = np.random.default_rng(2).random((40, 2))
    targets = x[:, 0].copy()
    targets[[20, 30]] = np.nan
    used = np.isfinite(targets) & (np.arange(40) >= 5)
    model = LSMRegressor(**FEW, washout=5, missing_targets="skip").fit(x, targets)
    states = np.concatenate([part.states for part in model.reservoir_.rows(x, np.array([0, 40]))])
    plain = clone(model.readout_).fit(states[used], targets[used, None])
    assert_allclose(model.predict(x), plain.predict(states).ravel(), rtol=1e-9)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"encoder": "morse"}, "encoder: 'morse'"),
        ({"state": "mood"}, "state: 'mood'"),
        ({"width": 0.1}, "width: 0.1"),
        ({"dt": 5.0}, "dt: 5.0 ms is longer"),
        ({"input_density": 2.0}, "input_density: 2.0"),
    ],
)
def test_what_cannot_be_is_refused(options, words):
    with pytest.raises(ValueError, match=words):
        LSMRegressor(**{**FEW, **options}).fit(np.zeros((5, 1)), np.zeros(5))


def test_what_a_liquid_cannot_do_is_said():
    model = LSMRegressor(**FEW).fit(np.eye(5), np.arange(5.0))
    for call in (
        lambda: model.generate(3),
        lambda: model.final_state(np.eye(5)),
        lambda: model.predict(np.eye(5), initial_state=[0]),
    ):
        with pytest.raises(ValueError, match="liquid"):
            call()
