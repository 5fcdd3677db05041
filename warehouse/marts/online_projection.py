"""The projection of the daily devices online, made at load time by exponential smoothing (ETS).

Additive error, damped trend and weekly season (Hyndman et al., "Forecasting with Exponential
Smoothing", 2008), fitted by statsmodels to the last year; its intervals are exact for this model.
A mart made by Python: one row per day ahead.
"""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb

if TYPE_CHECKING:
    import pandas as pd

HORIZON_DAYS = 90
HELD_BACK_DAYS = 28
LEAST_DAYS = 56
MOST_DAYS = 364  # how a far smaller fleet once varied would misstate the spread of this one
WEEK = 7

READS = ("online_fleet_days", "online_observation")
COLUMNS = {
    "day": "date",
    "devices": "double",
    "low_80": "double",
    "high_80": "double",
    "low_95": "double",
    "high_95": "double",
    "error_devices": "double",
    "error_pct": "double",
}

_EPOCH = dt.date(1970, 1, 1)


class Projected(NamedTuple):
    """One day ahead: devices expected, the intervals that hold them with 80 % and 95 %
    probability, and the mean absolute error of the same model on the days held back, in devices
    and in percent of the mean devices of these days (None where there were none)."""

    day: dt.date
    devices: float
    low_80: float
    high_80: float
    low_95: float
    high_95: float
    error_devices: float
    error_pct: float | None


class TooLittleHistory(Exception):
    """There are fewer days than a weekly rhythm and a test on days held back need."""

    def __init__(self, days: int) -> None:
        super().__init__(f"a projection needs {LEAST_DAYS} whole days of history, there are {days}")


def build(connection: duckdb.DuckDBPyConnection) -> list[Projected]:
    """The days after the newest event's, HORIZON_DAYS of them; none with too little history."""
    try:
        return project(inputs(connection), HORIZON_DAYS + 1)[1:]
    except TooLittleHistory:
        return []


def inputs(connection: duckdb.DuckDBPyConnection) -> list[tuple[dt.date, int]]:
    """Devices online on each whole day: those between the days of the oldest and newest event."""
    observed = connection.execute(
        "select begin_day_number + 1, end_day_number - 1 from online_observation "
        "where begin_day_number is not null"
    ).fetchone()
    if observed is None:
        return []
    first, last = observed
    first = max(first, last - MOST_DAYS)
    changes = connection.execute(
        "select day_number, fleet_size, devices from online_fleet_days "
        "where length_days = 1 and day_number <= ? order by day_number desc",
        [last],
    ).fetchall()
    standing: dict[str, int] = {}
    daily = []
    for day in range(first, last + 1):
        while changes and changes[-1][0] <= day:
            _, fleet_size, devices = changes.pop()
            standing[fleet_size] = devices
        daily.append((_EPOCH + dt.timedelta(days=day), sum(standing.values())))
    return daily


def project(daily: Sequence[tuple[dt.date, int]], horizon_days: int) -> list[Projected]:
    """The `horizon_days` days after the last of `daily`, which has every day once, oldest first.

    Raises TooLittleHistory with fewer than LEAST_DAYS days. Days after the calendar's last one,
    9999-12-31, are left out.
    """
    if len(daily) < LEAST_DAYS:
        raise TooLittleHistory(len(daily))
    import numpy as np
    import pandas as pd
    import statsmodels.tsa.exponential_smoothing.ets  # noqa: F401 (it changes what is warned of)

    history = pd.Series([float(devices) for _, devices in daily[-MOST_DAYS:]])
    # A fleet that hardly changes leaves nothing to optimise or divide by; its fit is still right.
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        error_devices, error_pct = _held_back_error(history)
        fitted = _fit(history)
        ahead = fitted.get_prediction(start=len(history), end=len(history) + horizon_days - 1)
        rows = zip(
            _counts(ahead.predicted_mean), *_interval(ahead, 80), *_interval(ahead, 95), strict=True
        )
    newest = daily[-1][0]
    return [
        Projected(newest + dt.timedelta(days=step), *row, error_devices, error_pct)
        for step, row in enumerate(rows, start=1)
        if step <= (dt.date.max - newest).days
    ]


def _fit(history: pd.Series[float]) -> Any:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    model = ETSModel(
        history,
        error="add",
        trend="add",
        damped_trend=True,
        seasonal="add",
        seasonal_periods=WEEK,
        initialization_method="heuristic",
    )
    return model.fit(disp=False)


def _interval(ahead: Any, percent: int) -> tuple[list[float], list[float]]:
    bounds = ahead.pred_int(alpha=1 - percent / 100)
    return _counts(bounds.iloc[:, 0]), _counts(bounds.iloc[:, 1])


def _counts(column: pd.Series[float]) -> list[float]:
    """No fewer devices than none."""
    return [float(value) for value in column.clip(lower=0)]


def _held_back_error(history: pd.Series[float]) -> tuple[float, float | None]:
    """Mean absolute error on the last HELD_BACK_DAYS of a model that has not seen them, in devices
    and in percent of the mean devices of these days."""
    seen, held_back = history.iloc[:-HELD_BACK_DAYS], history.iloc[-HELD_BACK_DAYS:]
    error = float((held_back - _fit(seen).forecast(HELD_BACK_DAYS)).abs().mean())
    level = float(held_back.mean())
    return error, 100 * error / level if level else None
