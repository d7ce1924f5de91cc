"""ESNRegressor and ReservoirTransformer: what a user of scikit-learn expects, and what only a reservoir does."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose
from reference.esn import states
from sklearn.base import clone
from sklearn.linear_model import Ridge
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline

from evorc.estimators import ESNRegressor, ReservoirTransformer
from evorc.readouts import Collected, ForceReadout, RecursiveLeastSquares, RidgeReadout

N = 400
WAVE = np.sin(np.arange(N + 1) / 5) + 0.5 * np.sin(np.arange(N + 1) / 3)
X, Y = WAVE[:-1, None], WAVE[1:]
SMALL = {"n_units": 30, "bias_scaling": 0.3, "random_state": 3}


def fitted(**settings):
    return ESNRegressor(**SMALL | settings).fit(X, Y)


def plain(model, series):
    """States [time, unit] by the oracle."""
    return states(model.reservoir_.layers[0], series)


def test_a_fit_is_ridge_on_the_states():
    model = fitted(washout=50, alpha=1e-3)
    ridge = Ridge(alpha=1e-3).fit(plain(model, X)[50:], Y[50:])
    assert_allclose(model.predict(X), ridge.predict(plain(model, X)), atol=1e-9)


def test_features_and_inputs_reach_the_readout():
    model = fitted(features="squares", include_inputs=True, alpha=1e-3)
    x = plain(model, X)
    wide = np.concatenate([x, x**2, X], axis=1)
    assert_allclose(model.predict(X), Ridge(alpha=1e-3).fit(wide, Y).predict(wide), atol=1e-9)


def test_the_forms_of_several_series_agree():
    stack, targets = X.reshape(4, 100, 1), Y.reshape(4, 100)
    models = [
        ESNRegressor(**SMALL).fit(stack, targets),
        ESNRegressor(**SMALL).fit(list(stack), list(targets)),
        ESNRegressor(**SMALL).fit(X, Y, lengths=[100] * 4),
        ESNRegressor(**SMALL).fit(X, Y, lengths=np.full(N, 100)),
    ]
    found = [models[0].predict(stack).ravel(), np.concatenate(models[1].predict(list(stack)))]
    found += [model.predict(X, lengths=[100] * 4) for model in models[2:]]
    assert len({part.tobytes() for part in found}) == 1
    assert len({model.score(X, Y, lengths=[100] * 4) for model in models}) == 1


def test_predicting_carries_nothing_over():
    model = fitted()
    first = model.predict(X)
    assert model.predict(X).tobytes() == first.tobytes()
    assert_allclose(model.predict(X[:7]), first[:7], atol=1e-12)


def test_a_prediction_goes_on_from_a_final_state():
    model = fitted(n_layers=2)
    whole, state = model.predict(X), model.final_state(X[:150])
    assert_allclose(model.predict(X[150:], initial_state=state), whole[150:], atol=1e-9)
    both = model.final_state(X[:200], lengths=[50, 150])
    assert both.shape == (2, 60)
    assert_allclose(both[0], model.final_state(X[:50]))


def test_fitting_again_forgets_and_partial_fit_does_not():
    model, other = fitted(), ESNRegressor(**SMALL)
    before = model.predict(X)
    assert model.fit(X[:50], Y[:50]).fit(X, Y).predict(X).tobytes() == before.tobytes()
    other.partial_fit(X[:100], Y[:100]).partial_fit(X[100:], Y[100:])
    at_once = ESNRegressor(**SMALL).fit(X, Y, lengths=[100, 300])
    assert_allclose(other.predict(X), at_once.predict(X), atol=1e-8)


def test_a_clone_and_a_pickle_predict_the_same():
    model = fitted(topology="ring")
    expected = model.predict(X).tobytes()
    assert pickle.loads(pickle.dumps(model)).predict(X).tobytes() == expected
    assert clone(model).fit(X, Y).predict(X).tobytes() == expected


def test_the_washout_is_neither_learnt_nor_scored():
    spoilt = Y.copy()
    spoilt[:50] = 1e3
    model = ESNRegressor(**SMALL, washout=50).fit(X, spoilt)
    assert model.predict(X).tobytes() == fitted(washout=50).predict(X).tobytes()
    assert model.score(X, spoilt) > 0.99


def test_missing_targets_are_left_out_when_asked():
    holes = Y.copy()
    holes[60:90] = np.nan
    model = ESNRegressor(**SMALL, missing_targets="skip").fit(X, holes)
    kept = np.isfinite(holes)
    ridge = Ridge(alpha=1e-6).fit(plain(model, X)[kept], Y[kept])
    assert_allclose(model.predict(X), ridge.predict(plain(model, X)), atol=1e-6)
    assert model.score(X, holes) > 0.99
    with pytest.raises(ValueError, match="NaN"):
        ESNRegressor(**SMALL).fit(X, holes)


def test_one_alpha_of_several_is_chosen_on_the_last_fifth():
    alphas = np.logspace(-8, 2, 6)
    model = fitted(alpha=alphas)
    x = plain(model, X)
    errors = [np.square(Ridge(alpha=a).fit(x[:320], Y[:320]).predict(x[320:]) - Y[320:]).mean() for a in alphas]
    assert model.readout_.alpha_ == alphas[np.argmin(errors)]


@pytest.mark.parametrize(
    "readout",
    [RidgeReadout(1e-6, solver="qr"), RecursiveLeastSquares(1e-6), KNeighborsRegressor(3), Collected(Ridge(1e-6))],
)
def test_any_readout_learns(readout):
    model = fitted(readout=readout, washout=20)
    assert model.score(X, Y) > 0.99
    assert model.predict(X).shape == Y.shape


def test_two_targets_give_two_columns():
    both = np.stack([Y, -Y], axis=1)
    model = ESNRegressor(**SMALL).fit(X, both)
    assert_allclose(model.predict(X), np.stack([fitted().predict(X), -fitted().predict(X)], axis=1), atol=1e-9)


@pytest.mark.parametrize(
    "settings",
    [{}, {"features": "half_squares"}, {"features": "squares", "include_inputs": True}, {"n_layers": 2}],
    ids=["plain", "half squares", "squares and inputs", "two layers"],
)
def test_generating_is_predicting_on_its_own_predictions(settings):
    model = fitted(alpha=1e-2, **settings)
    found, series = model.generate(20, warmup=X), X
    for value in found:
        assert_allclose(value, model.predict(series)[-1], rtol=1e-6, atol=1e-8)
        series = np.concatenate([series, [[value]]])


def test_a_readout_that_is_not_linear_generates_too():
    model = fitted(readout=KNeighborsRegressor(2))
    found, series = model.generate(5, warmup=X), X
    for value in found:
        assert value == model.predict(series)[-1]
        series = np.concatenate([series, [[value]]])


def test_several_series_run_on_side_by_side():
    model = fitted(alpha=1e-2)
    stack = X.reshape(20, 20, 1)
    together = model.generate(7, warmup=stack)
    assert together.shape == (20, 7)
    assert_allclose(together, [model.generate(7, warmup=series) for series in stack], atol=1e-12)


def test_with_feedback_predictions_are_fed_back():
    ones = np.ones((N, 1))
    model = ESNRegressor(**SMALL, feedback_scaling=0.7, alpha=1e-3).fit(ones, Y)
    network, x, y = model.reservoir_.layers[0], np.zeros(30), 0.0
    recurrent, gain, inputs, bias = network.draw(2)
    w, u = 0.9 * gain * recurrent.toarray(), np.array([[1.0], [0.7]]) * inputs
    for found in model.predict(ones[:15]):
        x = np.tanh(x @ w + np.array([1.0, y]) @ u + 0.3 * bias)
        y = (x @ model.readout_.coef_ + model.readout_.intercept_)[0]
        assert_allclose(found, y, rtol=1e-7)


def test_feedback_is_taught_before_it_runs_on():
    ones = np.ones((N, 1))
    model = ESNRegressor(**SMALL, feedback_scaling=0.7, alpha=1e-4).fit(ones, Y)
    found = model.generate(3, warmup=ones[:300], warmup_targets=Y[:300], inputs=ones[:3])
    assert_allclose(found, Y[300:303], atol=0.1)


def test_force_learns_in_the_loop():
    ones = np.zeros((3000, 1))
    wave = np.sin(np.arange(3000) / 10)
    model = ESNRegressor(200, spectral_radius=1.4, leak_rate=0.3, feedback_scaling=1.0, readout=ForceReadout(1.0))
    model.fit(ones, wave)
    found = model.predict(ones)[1000:]
    assert np.abs(np.fft.rfft(found * np.hanning(2000)))[1:].argmax() + 1 == round(2000 / (2 * np.pi * 10))


@pytest.mark.parametrize("settings", [{}, {"n_layers": 2, "bidirectional": True}])
def test_a_transformer_gives_the_states(settings):
    transformer = ReservoirTransformer(**SMALL, **settings).fit(X)
    found = transformer.transform(X)
    assert_allclose(found[:, :30], plain(transformer, X), atol=1e-11)
    assert list(transformer.get_feature_names_out()[:2]) == ["reservoirtransformer0", "reservoirtransformer1"]
    assert len(transformer.get_feature_names_out()) == found.shape[1]


def test_a_pipeline_of_a_transformer_and_ridge_is_a_regressor():
    pipeline = make_pipeline(ReservoirTransformer(**SMALL), Ridge(1e-6)).fit(X, Y)
    assert_allclose(pipeline.predict(X), fitted().predict(X), atol=1e-6)


BAD = [
    ({}, X[:1], Y[:1], "minimum of 2 is required"),
    ({"washout": 400}, X, Y, "washout: 400 steps leave nothing of the longest series"),
    ({"washout": -1}, X, Y, "washout: -1 is not a whole number"),
    ({"alpha": -1.0}, X, Y, "alpha: -1.0 is not a finite number of at least 0"),
    ({"n_layers": 0}, X, Y, "n_layers: 0 is not"),
    ({"leak_rate": 2.0}, X, Y, "leak_rate: 2.0 is not"),
    ({"random_state": -3}, X, Y, "random_state: -3 is negative"),
    ({"missing_targets": "drop"}, X, Y, 'missing_targets: \'drop\' is not "error" or "skip"'),
    ({"feedback_scaling": "much"}, X, Y, "feedback_scaling: 'much' is neither"),
    ({"features": "cubes"}, X, Y, "cubes"),
    ({"topology": "delay_line"}, X, Y, "nilpotent"),
    ({}, X, Y[:-1], "y: shape .* is not one row for each of the 400 steps"),
    ({}, np.where(X > 1.2, np.nan, X), Y, "NaN"),
    ({"readout": ForceReadout()}, X, Y, "feedback_scaling must be a number"),
    ({"alpha": 0.0}, np.ones((9, 1)), Y[:9], "singular|alpha"),
]


@pytest.mark.parametrize(("settings", "series", "targets", "message"), BAD, ids=[bad[3][:30] for bad in BAD])
def test_bad_input_is_refused(settings, series, targets, message):
    with pytest.raises(ValueError, match=message):
        ESNRegressor(**SMALL | settings).fit(series, targets)


def test_what_does_not_fit_a_fitted_model_is_refused():
    model = fitted()
    with pytest.raises(ValueError, match="2 features, but ESNRegressor is expecting 1"):
        model.predict(np.ones((5, 2)))
    with pytest.raises(ValueError, match=r"initial_state: an array of shape \(3,\)"):
        model.predict(X, initial_state=np.zeros(3))
    with pytest.raises(ValueError, match="n_steps: 0"):
        model.generate(0, warmup=X)
    with pytest.raises(ValueError, match="warmup: None"):
        model.generate(3)
    with pytest.raises(ValueError, match="generate: 2 targets cannot be the next 1 inputs"):
        ESNRegressor(**SMALL).fit(X, np.stack([Y, Y], 1)).generate(3, warmup=X)
    with pytest.raises(ValueError, match="bidirectional"):
        fitted(bidirectional=True).generate(3, warmup=X)


def test_noise_is_there_while_learning_alone():
    model = fitted(noise=0.1, alpha=1e-6)
    quiet = fitted(alpha=1e-6)
    x = plain(model, X)
    assert_allclose(model.predict(X), x @ model.readout_.coef_[:, 0] + model.readout_.intercept_, atol=1e-9)
    size, without = (np.linalg.norm(each.readout_.coef_) for each in (model, quiet))
    assert size < 0.3 * without  # noise acts like a penalty


def test_a_few_units_work_with_the_defaults():
    for n in (1, 2, 5):
        assert np.isfinite(ESNRegressor(n).fit(X, Y).predict(X)).all()
