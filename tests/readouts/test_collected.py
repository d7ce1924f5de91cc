"""Any scikit-learn estimator as a readout."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from readouts.rows import rows
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.svm import SVR
from sklearn.tree import DecisionTreeClassifier

from evorc.readouts import Collected, RidgeReadout


def test_a_collected_ridge_is_the_ridge_readout():
    states, targets = rows(0)
    collected = Collected(Ridge(0.3)).fit(states, targets)
    assert_allclose(collected.predict(states), RidgeReadout(0.3).fit(states, targets).predict(states), rtol=1e-8)


def test_the_estimator_given_is_left_unfitted():
    given = Ridge()
    readout = Collected(given).fit(*rows(1))
    assert not hasattr(given, "coef_")
    assert hasattr(readout.estimator_, "coef_")


@pytest.mark.filterwarnings("error")
def test_one_column_of_targets_is_a_vector_to_the_estimator():
    states, targets = rows(2, n_targets=1)
    found = Collected(SVR()).fit(states, targets).predict(states)
    assert_allclose(found[:, 0], SVR().fit(states, targets[:, 0]).predict(states))
    assert found.shape == (200, 1)


@pytest.mark.parametrize("labels", [[3, 7], [False, True], [1.0, 2.0]], ids=["int", "bool", "float"])
def test_labels_come_back_as_they_were(labels):
    states, targets = rows(3, n_targets=1)
    targets = np.array(labels)[(targets > 0.0).astype(int)]
    readout = Collected(DecisionTreeClassifier(random_state=0)).fit(states, targets)
    assert readout.predict(states).dtype == targets.dtype
    assert (readout.predict(states) == targets).all()
    assert readout.estimator_.classes_.tolist() == labels


def test_probabilities_are_those_of_the_classifier():
    states, targets = rows(4, n_targets=1)
    labels = (targets > 0.0).astype(int)
    readout = Collected(LogisticRegression()).fit(states, labels)
    expected = LogisticRegression().fit(states, labels[:, 0]).predict_proba(states)
    assert_allclose(readout.predict_proba(states), expected)
    with pytest.raises(ValueError, match="states: nan"):
        readout.predict_proba(states * np.nan)


def test_only_a_classifier_has_probabilities():
    assert hasattr(Collected(LogisticRegression()), "predict_proba")
    assert not hasattr(Collected(Ridge()), "predict_proba")


def test_single_precision_rows_stay_so():
    states, targets = (part.astype(np.float32) for part in rows(5))
    assert Collected(Ridge()).fit(states, targets).predict(states).dtype == np.float32
