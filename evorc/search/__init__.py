"""Tuning the hyper-parameters of estimators, and cross-validation over whole series."""

from .series_split import SeriesSplit as SeriesSplit
from .setting_search import SettingSearch as SettingSearch
