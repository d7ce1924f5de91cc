"""A search tries what it was given, scores it on what was not learnt, and finds the same whichever way it goes."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import FitFailedWarning, NotFittedError
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from evorc.estimators import ESNClassifier, ESNRegressor
from evorc.estimators.side_by_side import common
from evorc.kernels import turn
from evorc.optimizers import ParticleSwarm
from evorc.readouts import RecursiveLeastSquares, RidgeReadout
from evorc.search import SettingSearch
from evorc.search.validation import r_squared

GRID = {"spectral_radius": [0.4, 0.9], "leak_rate": [0.3, 1.0], "alpha": [1e-6, 1e-2]}


class OneByOne(ESNRegressor):
    """The same estimator under a name that no shortcut knows."""

    __init__ = ESNRegressor.__init__


@pytest.fixture
def series(rng):
    return (np.sin(np.arange(301) / 5) + 0.1 * rng.normal(size=301))[:, None]


def both_ways(space, series, targets, lengths=None, **settings):
    """Results of the same search, side by side and one by one."""
    found = []
    for kind in (ESNRegressor, OneByOne):
        search = SettingSearch(kind(**{"n_units": 20, "washout": 20} | settings), space, optimizer="grid", refit=False)
        found.append(search.fit(series, targets, lengths=lengths))
    assert common(found[0].estimator) is not None
    assert common(found[1].estimator) is None
    return found


@pytest.mark.parametrize("fewest", [2, 100])
@pytest.mark.parametrize(
    ("space", "settings"),
    [
        (GRID, {}),
        ({"input_scaling": [0.1, 1.0], "bias_scaling": [0.0, 0.5]}, {}),
        ({"leak_rate": [0.3, 1.0], "features": ["linear", "squares"], "include_inputs": [False, True]}, {}),
        ({"leak_rate": [0.3, 1.0], "washout": [0, 30], "n_units": [10, 20]}, {"topology": "ring"}),
        ({"leak_rate": [0.3, 1.0], "alpha": [1e-6, [1e-8, 1e-2]]}, {}),
        ({"leak_rate": [0.3, 1.0], "readout__alpha": [1e-6, 1.0]}, {"readout": RidgeReadout(solver="qr")}),
        ({"leak_rate": [0.3, 1.0], "readout": [None, RecursiveLeastSquares()]}, {}),
        ({"leak_rate": [0.3, 1.0], "spectral_radius": [0.5, 0.9]}, {"update": "euler"}),
    ],
)
def test_settings_side_by_side_score_as_one_by_one(space, settings, fewest, series, monkeypatch):
    monkeypatch.setattr(turn, "FEWEST", fewest)
    together, alone = both_ways(space, series[:-1], series[1:], **settings)
    assert_allclose(together.results_["score"], alone.results_["score"], rtol=1e-9, atol=1e-9)
    assert together.best_params_ == alone.best_params_
    assert len(np.unique(together.results_["score"])) > 1


@pytest.mark.parametrize("form", ["list", "stack", "lengths"])
def test_several_series_score_as_one_by_one(form, series, monkeypatch):
    monkeypatch.setattr(turn, "FEWEST", 2)
    inputs, targets, lengths = series[:-1], np.hstack([series[1:], series[1:] ** 2]), None
    if form == "list":
        inputs, targets = np.split(inputs, [40, 90, 130, 200]), np.split(targets, [40, 90, 130, 200])
    elif form == "stack":
        inputs, targets = inputs.reshape(6, 50, 1), targets.reshape(6, 50, 2)
    else:
        lengths = [40, 50, 40, 70, 100]
    together, alone = both_ways(GRID, inputs, targets, lengths)
    assert_allclose(together.results_["score"], alone.results_["score"], rtol=1e-9, atol=1e-9)


def test_rows_of_one_series_are_held_out_at_its_end_and_driven_to(series):
    X, y = series[:-1], series[1:, 0]
    search = SettingSearch(ESNRegressor(20), {"leak_rate": [0.3]}, optimizer="grid", validation=0.3).fit(X, y)
    model = ESNRegressor(20, leak_rate=0.3).fit(X[:210], y[:210])
    predicted = model.predict(X[210:], initial_state=model.final_state(X[:210]))
    assert_allclose(search.best_score_, r2_score(y[210:], predicted), rtol=1e-9)


def test_every_fifth_series_is_held_out_and_starts_at_rest(series):
    X, y = list(series[:-1].reshape(10, 30, 1)), list(series[1:].reshape(10, 30, 1))
    search = SettingSearch(ESNRegressor(20, washout=5), {"leak_rate": [0.3]}, optimizer="grid").fit(X, y)
    model = ESNRegressor(20, washout=5, leak_rate=0.3).fit(X[:4] + X[5:9], y[:4] + y[5:9])
    assert_allclose(search.best_score_, model.score([X[4], X[9]], [y[4], y[9]]), rtol=1e-9)


def test_missing_targets_are_not_scored(series):
    y = series[1:, 0].copy()
    y[::7] = np.nan
    together, alone = both_ways(GRID, series[:-1], y, missing_targets="skip")
    assert_allclose(together.results_["score"], alone.results_["score"], rtol=1e-9, atol=1e-9)
    assert np.isfinite(together.results_["score"]).all()


@pytest.mark.parametrize("optimizer", ["pso", "ga", "sa", ParticleSwarm])
def test_an_optimizer_stays_in_its_ranges_and_repeats_itself(optimizer, series):
    space = {"leak_rate": (0.2, 0.9), "alpha": (1e-8, 1e-1, "log"), "topology": ["erdos_renyi", "ring"]}
    settings = {"optimizer": optimizer, "max_evaluations": 45, "population_size": 10}
    first, second = (
        SettingSearch(ESNRegressor(10), space, **settings).fit(series[:-1], series[1:]).results_ for _ in range(2)
    )
    assert_array_equal(first["score"], second["score"])
    assert len(first["score"]) == 40
    assert (first["leak_rate"] >= 0.2).all()
    assert (first["leak_rate"] <= 0.9).all()
    assert set(first["topology"]) == {"erdos_renyi", "ring"}
    logarithms = np.log10(first["alpha"])
    assert logarithms.min() >= -8
    assert logarithms.max() <= -1
    assert np.ptp(logarithms) > 3


def test_an_optimizer_finds_a_better_alpha_than_it_began_with(rng):
    X = rng.normal(size=(200, 30))
    y = X[:, 0] + rng.normal(size=200)
    search = SettingSearch(Ridge(), {"alpha": (1e-3, 1e4, "log")}, population_size=5, max_evaluations=50).fit(X, y)
    scores = search.results_["score"]
    assert search.best_score_ == scores.max()
    assert np.median(scores[-10:]) > np.median(scores[:5])


def test_a_grid_is_tried_in_order_and_whole(series):
    search = SettingSearch(
        ESNRegressor(10), {"leak_rate": [0.1, 0.5], "alpha": np.array([1e-6, 1e-3])}, optimizer="grid"
    )
    found = search.fit(series[:-1], series[1:]).results_
    assert_array_equal(found["leak_rate"], [0.1, 0.1, 0.5, 0.5])
    assert_array_equal(found["alpha"], [1e-6, 1e-3, 1e-6, 1e-3])
    assert search.best_score_ == found["score"].max()
    assert search.best_params_ == {name: found[name][found["score"].argmax()] for name in ("leak_rate", "alpha")}


def test_the_best_is_fitted_to_everything_and_answers(series):
    X, y = series[:-1], series[1:]
    estimator = ESNRegressor(10)
    search = SettingSearch(estimator, {"leak_rate": [0.1, 0.5]}, optimizer="grid").fit(X, y)
    model = clone(estimator).set_params(**search.best_params_).fit(X, y)
    assert_array_equal(search.predict(X), model.predict(X))
    assert_array_equal(search.generate(5, warmup=X), model.generate(5, warmup=X))
    assert_array_equal(search.final_state(X), model.final_state(X))
    assert search.score(X, y) == model.score(X, y)
    assert search.n_features_in_ == 1
    assert not hasattr(search, "predict_proba")
    assert not hasattr(estimator, "readout_")


def test_without_a_refit_there_is_nobody_to_ask(series):
    search = SettingSearch(ESNRegressor(10), {"leak_rate": [0.1]}, optimizer="grid", refit=False)
    search.fit(series[:-1], series[1:])
    with pytest.raises(NotFittedError, match="refit"):
        search.predict(series)


def test_a_classifier_is_scored_by_the_share_that_is_right():
    series = [np.sin(speed * np.arange(30.0))[:, None] for speed in (0.3, 0.6) * 10]
    search = SettingSearch(ESNClassifier(20), {"aggregate": ["last", "mean"]}, optimizer="grid")
    search.fit(series, ["slow", "fast"] * 10)
    assert search.best_score_ == 1.0
    assert list(search.classes_) == ["fast", "slow"]
    assert list(search.predict(series[:2])) == ["slow", "fast"]


def test_labels_of_series_in_rows_are_divided_with_them():
    rows = np.concatenate([np.sin(speed * np.arange(30.0))[:, None] for speed in (0.3, 0.6) * 10])
    search = SettingSearch(ESNClassifier(20, aggregate="mean"), {"leak_rate": [0.5, 1.0]}, optimizer="grid")
    assert search.fit(rows, ["slow", "fast"] * 10, lengths=[30] * 20).best_score_ == 1.0


def test_a_pipeline_is_tuned_by_nested_names(series):
    pipeline = make_pipeline(StandardScaler(), ESNRegressor(10))
    search = SettingSearch(pipeline, {"esnregressor__leak_rate": [0.1, 0.5]}, optimizer="grid")
    assert search.fit(series[:-1], series[1:]).best_score_ > 0.5


def test_failures_rank_last_and_are_counted(series):
    search = SettingSearch(ESNRegressor(10), {"leak_rate": [0.0, 0.5], "alpha": [-1.0, 1e-3]}, optimizer="grid")
    with pytest.warns(FitFailedWarning, match="3 of 4 settings failed; .*leak_rate: 0.0 is not"):
        search.fit(series[:-1], series[1:])
    assert_array_equal(np.isnan(search.results_["score"]), [True, True, True, False])
    assert search.best_params_ == {"leak_rate": 0.5, "alpha": 1e-3}


def test_a_reservoir_that_diverges_fails_alone(series):
    space = {"spectral_radius": [0.5, 1e6]}
    search = SettingSearch(ESNRegressor(10, activation="linear"), space, optimizer="grid")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        search.fit(series[:-1], series[1:])
    assert [str(one.message) for one in told if "1 of 2 settings failed" in str(one.message)]
    assert search.best_params_ == {"spectral_radius": 0.5}


def test_when_all_fail_the_first_reason_is_told(series):
    series[10] = np.nan
    with pytest.raises(ValueError, match=r"2 of 2 settings failed; .*NaN"):
        SettingSearch(ESNRegressor(10), {"leak_rate": [0.1, 0.5]}, optimizer="grid").fit(series[:-1], series[1:])


@pytest.mark.parametrize(
    ("space", "options", "message"),
    [
        ({"leak_rat": (0.1, 1.0)}, {}, "not a parameter of ESNRegressor; did you mean leak_rate"),
        ({}, {}, "space: .* not a mapping"),
        ({"leak_rate": (1.0, 0.1)}, {}, "leak_rate has .* low < high"),
        ({"leak_rate": (0.1, np.inf)}, {}, "finite"),
        ({"leak_rate": (0.1, 1.0, "linear", 3)}, {}, "a range is"),
        ({"topology": ("ring", "chain")}, {}, "a range is"),
        ({"alpha": (0.0, 1.0, "log")}, {}, "above 0"),
        ({"alpha": (0.1, 1.0, "logarithmic")}, {}, "a range is"),
        ({"leak_rate": []}, {}, "no choices"),
        ({"leak_rate": 0.3}, {}, "neither a range .* nor a list"),
        ({"leak_rate": (0.1, 1.0)}, {"optimizer": "grid"}, "leak_rate is a range"),
        ({"leak_rate": (0.1, 1.0)}, {"optimizer": "psoo"}, "Did you mean pso"),
        ({"leak_rate": (0.1, 1.0)}, {"max_evaluations": 10}, "max_evaluations: 10 is not .* at least 20"),
        ({"leak_rate": (0.1, 1.0)}, {"population_size": 1}, "population_size: 1 is not"),
        ({"leak_rate": (0.1, 1.0)}, {"validation": 1.0}, "validation: 1.0 is not"),
    ],
)
def test_what_is_not_allowed_is_told(space, options, message, series):
    with pytest.raises(ValueError, match=message):
        SettingSearch(ESNRegressor(10), space, **options).fit(series[:-1], series[1:])


def test_too_little_to_hold_out_is_told(series):
    search = SettingSearch(ESNRegressor(10), {"leak_rate": [0.1]}, optimizer="grid")
    with pytest.raises(ValueError, match="1 series cannot be divided"):
        search.fit([series[:-1]], [series[1:]])
    with pytest.raises(ValueError, match="fewer than 2 rows"):
        search.fit(series[:5], series[1:6])


def test_r_squared_is_that_of_scikit_learn(rng):
    wanted, found = rng.normal(size=(2, 50, 3))
    assert_allclose(r_squared(wanted, found), r2_score(wanted, found), rtol=1e-13)
    wanted[:, 0], found[:, 0] = 2.0, 2.0
    assert_allclose(r_squared(wanted, found), r2_score(wanted, found), rtol=1e-13)
    found[3, 0] = 1.0
    assert_allclose(r_squared(wanted, found), r2_score(wanted, found), rtol=1e-13)
