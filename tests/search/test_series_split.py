"""Whole series are split, and the reservoir estimators work inside scikit-learn's own searches."""

import numpy as np
import pytest
import sklearn
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from evorc.estimators import ESNClassifier, ESNRegressor, ReservoirTransformer
from evorc.search import SeriesSplit, SettingSearch

LENGTHS = [30, 40, 50, 30, 60, 40]
EACH = np.repeat(LENGTHS, LENGTHS)
GRID = {"leak_rate": [0.3, 1.0], "alpha": [1e-6, 1e-2]}


@pytest.fixture
def rows(rng):
    series = np.sin(np.arange(251) / 5) + 0.1 * rng.normal(size=251)
    return series[:-1, None], series[1:]


@pytest.fixture
def apart(rows):
    cuts = np.cumsum(LENGTHS)[:-1]
    return np.split(rows[0], cuts), np.split(rows[1], cuts)


@pytest.fixture
def routed():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


def asking(estimator):
    """An estimator that is to be given `lengths`."""
    return estimator.set_fit_request(lengths=True).set_score_request(lengths=True)


@given(
    lengths=st.lists(st.integers(1, 6), min_size=2, max_size=9),
    n_splits=st.integers(2, 9),
    each=st.booleans(),
    shuffle=st.booleans(),
)
def test_every_row_is_tested_once_with_its_whole_series(lengths, n_splits, each, shuffle):
    n_splits = min(n_splits, len(lengths))
    given_lengths = np.repeat(lengths, lengths) if each else lengths
    order = {"shuffle": True, "random_state": 0} if shuffle else {}
    split = SeriesSplit(n_splits, lengths=given_lengths, **order)
    number = np.repeat(np.arange(len(lengths)), lengths)
    tested = []
    for learnt, held in split.split(np.zeros((sum(lengths), 1))):
        assert_array_equal(np.sort(np.concatenate([learnt, held])), np.arange(sum(lengths)))
        assert not set(number[learnt]) & set(number[held])
        tested.append(held)
    assert len(tested) == n_splits == split.get_n_splits()
    assert_array_equal(np.sort(np.concatenate(tested)), np.arange(sum(lengths)))


@pytest.mark.parametrize("series", [[np.zeros((3, 1)), np.zeros((5, 1)), np.zeros((2, 1))], np.zeros((3, 5, 1))])
def test_series_that_are_apart_are_split_as_they_are(series):
    held = [tested for _, tested in SeriesSplit(3).split(series)]
    assert_array_equal(held, [[0], [1], [2]])


def test_what_cannot_be_split_is_told(apart):
    with pytest.raises(ValueError, match="one series cannot be split"):
        next(SeriesSplit(2).split(np.zeros((5, 1))))
    with pytest.raises(ValueError, match="given with several series"):
        next(SeriesSplit(2, lengths=[3, 3]).split(apart[0]))
    with pytest.raises(ValueError, match="n_splits=9"):
        next(SeriesSplit(9).split(apart[0]))


def test_a_grid_search_takes_series_in_a_list(apart):
    search = GridSearchCV(ESNRegressor(10), GRID, cv=SeriesSplit(3), error_score="raise").fit(*apart)
    assert search.best_score_ == search.cv_results_["mean_test_score"].max()
    assert [len(part) for part in search.predict(apart[0])] == LENGTHS


def test_a_grid_search_takes_a_stack(rows):
    stack, targets = rows[0].reshape(5, 50, 1), rows[1].reshape(5, 50)
    search = GridSearchCV(ESNRegressor(10), GRID, cv=SeriesSplit(5), error_score="raise").fit(stack, targets)
    assert search.predict(stack).shape == (5, 50)


@pytest.mark.usefixtures("routed")
def test_a_grid_search_takes_rows_with_lengths(rows, apart):
    search = GridSearchCV(asking(ESNRegressor(10)), GRID, cv=SeriesSplit(3, lengths=EACH), error_score="raise")
    search.fit(*rows, lengths=EACH)
    same = GridSearchCV(ESNRegressor(10), GRID, cv=SeriesSplit(3), error_score="raise").fit(*apart)
    assert_allclose(search.cv_results_["mean_test_score"], same.cv_results_["mean_test_score"], rtol=1e-9)


def test_a_randomised_search_takes_series_in_a_list(apart):
    search = RandomizedSearchCV(
        ESNRegressor(10), GRID, n_iter=3, cv=SeriesSplit(2), random_state=0, error_score="raise"
    ).fit(*apart)
    assert len(search.cv_results_["params"]) == 3


def test_a_classifier_of_series_is_cross_validated():
    series = [np.sin(speed * np.arange(30.0))[:, None] for speed in (0.3, 0.6) * 6]
    scores = cross_val_score(ESNClassifier(20), series, ["slow", "fast"] * 6, cv=SeriesSplit(3), error_score="raise")
    assert_array_equal(scores, np.ones(3))


@pytest.mark.usefixtures("routed")
def test_a_pipeline_with_a_reservoir_is_searched(rows):
    states = ReservoirTransformer(10).set_fit_request(lengths=True).set_transform_request(lengths=True)
    pipeline = make_pipeline(StandardScaler(), states, Ridge())
    grid = {"reservoirtransformer__leak_rate": [0.3, 1.0], "ridge__alpha": [1e-6, 1.0]}
    search = GridSearchCV(pipeline, grid, cv=SeriesSplit(3, lengths=EACH), error_score="raise")
    search.fit(*rows, lengths=EACH)
    assert search.best_score_ > 0.5


@pytest.mark.usefixtures("routed")
def test_a_pipeline_that_ends_in_a_network_is_searched_both_ways(rows):
    pipeline = make_pipeline(StandardScaler(), asking(ESNRegressor(10)))
    grid = {"esnregressor__leak_rate": [0.3, 1.0]}
    scores = cross_val_score(pipeline, *rows, cv=SeriesSplit(3, lengths=EACH), params={"lengths": EACH})
    assert np.isfinite(scores).all()
    found = GridSearchCV(pipeline, grid, cv=SeriesSplit(3, lengths=EACH), error_score="raise").fit(*rows, lengths=EACH)
    assert found.best_score_ > 0.5


def test_the_states_of_rows_with_lengths_are_those_of_series_apart(rows, apart):
    together = ReservoirTransformer(10).fit_transform(rows[0], lengths=LENGTHS)
    assert_allclose(together, np.concatenate(ReservoirTransformer(10).fit_transform(apart[0])), rtol=1e-12)


def test_a_weight_of_zero_leaves_a_step_out_of_the_score(rows):
    model, weights = ESNRegressor(10).fit(*rows), np.ones(250)
    weights[200:] = 0.0
    assert_allclose(model.score(*rows, weights), model.score(rows[0][:200], rows[1][:200]), rtol=1e-9)


@pytest.mark.usefixtures("routed")
def test_a_setting_search_is_cross_validated_itself(apart):
    search = SettingSearch(ESNRegressor(10), {"leak_rate": [0.3, 1.0]}, optimizer="grid", validation=0.5)
    scores = cross_val_score(search, *apart, cv=SeriesSplit(3), error_score="raise")
    assert scores.shape == (3,)
    assert scores.min() > 0.5
