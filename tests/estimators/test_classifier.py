"""ESNClassifier: labels of series and of steps, by every aggregate."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.svm import LinearSVC

from evorc.estimators import ESNClassifier

AGGREGATES = ["last", "mean", "vote", "model_space"]


def waves(n, seed=0):
    """Slow and fast waves of unequal length, in noise."""
    rng = np.random.default_rng(seed)
    labels = np.array(["slow", "fast"] * (n // 2))
    speed = {"slow": 0.2, "fast": 0.6}
    lengths = rng.integers(40, 60, n)
    series = [np.sin(speed[name] * np.arange(k)) + 0.1 * rng.normal(size=k) for name, k in zip(labels, lengths)]
    return [part[:, None] for part in series], labels


@pytest.mark.parametrize(
    "readout", [None, LogisticRegression(C=100.0), LinearSVC()], ids=["ridge", "logistic", "margin"]
)
@pytest.mark.parametrize("aggregate", AGGREGATES)
def test_series_are_told_apart(aggregate, readout):
    series, labels = waves(60)
    model = ESNClassifier(40, aggregate=aggregate, alpha=1e-2, features="squares", readout=readout, leak_rate=0.5)
    model.fit(series[:40], labels[:40])
    assert model.score(series[40:], labels[40:]) >= 0.9
    shares = model.predict_proba(series[40:])
    assert_allclose(shares.sum(axis=1), 1.0)
    assert (shares >= 0).all()
    assert (model.classes_[shares.argmax(axis=1)] == model.predict(series[40:])).all()


@pytest.mark.parametrize("aggregate", AGGREGATES)
def test_a_series_is_classified_the_same_alone(aggregate):
    series, labels = waves(20)
    model = ESNClassifier(20, aggregate=aggregate, alpha=1e-2).fit(series, labels)
    together = model.predict_proba(series)
    assert_allclose([model.predict_proba([part])[0] for part in series], together, atol=1e-9)


def test_steps_are_classified_where_they_have_labels(rng):
    series = rng.normal(size=(500, 1))
    labels = np.roll(series[:, 0] > 0, 2)
    model = ESNClassifier(60, input_scaling=0.5, alpha=1e-6, washout=5).fit(series, labels)
    assert model.score(series, labels) > 0.9
    assert model.predict(series).shape == (500,)
    stack = model.fit(series.reshape(5, 100, 1), labels.reshape(5, 100)).predict(series.reshape(5, 100, 1))
    assert stack.shape == (5, 100)


def test_the_last_state_and_the_mean_state_are_what_is_learnt(rng):
    series, labels = waves(12)
    for aggregate, summary in (("last", lambda x: x[-1]), ("mean", lambda x: x[6:].mean(axis=0))):
        model = ESNClassifier(15, aggregate=aggregate, washout=6).fit(series, labels)
        states = np.array(
            [
                summary(np.concatenate([s for s, _ in model.reservoir_.rows(part, np.array([0, len(part)]))]))
                for part in series
            ]
        )
        assert_allclose(model._summary(*model._series(series, None, reset=False)), states, atol=1e-12)


def test_votes_are_shares_of_steps():
    series, labels = waves(10)
    model = ESNClassifier(15, aggregate="vote", alpha=1.0).fit(series, labels)
    votes = model.predict_proba(series) * np.array([[len(part)] for part in series])
    assert_allclose(votes, votes.round(), atol=1e-9)


def test_one_alpha_of_several_is_chosen():
    series, labels = waves(40)
    model = ESNClassifier(30, aggregate="mean", alpha=[1e-6, 1e-2, 1e2]).fit(series, labels)
    assert model.readout_.alpha_ in (1e-6, 1e-2, 1e2)
    assert len(model.readout_.errors_) == 3


def test_cross_validation_takes_a_list_of_series():
    series, labels = waves(30)
    assert cross_val_score(ESNClassifier(30, aggregate="mean", features="squares"), series, labels, cv=3).mean() > 0.8


@pytest.mark.parametrize(
    ("settings", "labels", "message"),
    [
        ({"aggregate": "first"}, ["a", "b"] * 3, "aggregate: 'first' is not 'last' or 'mean'"),
        ({}, ["a"] * 6, "only one class"),
        ({}, ["a", "b"], "y: 2 labels are neither one for each of the 6 series"),
        ({"aggregate": "model_space", "n_directions": 0}, ["a", "b"] * 3, "n_directions: 0 is not"),
        ({"aggregate": "mean", "washout": 100}, ["a", "b"] * 3, "washout: 100 steps leave nothing"),
    ],
)
def test_bad_input_is_refused(settings, labels, message):
    with pytest.raises(ValueError, match=message):
        ESNClassifier(10, **settings).fit(waves(6)[0], labels)
