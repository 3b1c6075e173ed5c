"""What `status.json`, a line of `metrics.jsonl` and `evaluation.json` hold: so that nobody who draws them has to ask again."""

from __future__ import annotations

from typing import Any

from ..config import shown
from .files import RunError

COUNT, NUMBER, TEXT = "a whole number from 0", "a number", "a text"
#: Entries of status.json that are known; each may be missing.
STATUS = {
    "message": TEXT, "device": TEXT, "heartbeat": NUMBER, "started": NUMBER, "finished": NUMBER, "pid": COUNT, "step": COUNT, "total": COUNT,
    "epoch": NUMBER, "images_per_second": NUMBER, "seconds_left": NUMBER,
}  # fmt: skip
ALERT = ("kind", "message", "remedy")
#: Entries of an evaluation, in training or at its end, that are no number.
LISTS, TEXTS = ("rate_per_dim", "threads"), ("split", "weights")
#: Entries of an evaluation that are a number, or null where the family has none.
FIGURES = (
    "elbo",
    "distortion",
    "rate",
    "beta",
    "active_units",
    "images",
    "learning_rate",
    "images_per_second",
    "seconds",
)


def checked_status(status: dict[str, Any]) -> dict[str, Any]:
    """
    Raises:
        RunError: an entry of another kind.
    """
    for name, kind in STATUS.items():
        if status.get(name) is not None and not _is(kind, status[name]):
            raise RunError(f"status.json: {name!r} is {shown(status[name])}; it must be {kind}.")
    alerts = status.get("alerts", [])
    if not isinstance(alerts, list) or not all(_is_alert(alert) for alert in alerts):
        raise RunError(f"status.json: 'alerts' is {shown(alerts)}; it must be a list of objects of {', '.join(ALERT)}.")
    return status


def checked_record(record: Any) -> dict[str, Any]:
    """A line of metrics.jsonl.

    Raises:
        RunError: no step, epoch and distortion, or an entry of another kind.
    """
    if not isinstance(record, dict) or not all(
        _is(NUMBER, record.get(name)) for name in ("step", "epoch", "distortion")
    ):
        raise RunError("a line of metrics.jsonl has no step, epoch and distortion as numbers.")
    return checked_numbers(record, "metrics.jsonl")


def checked_numbers(values: dict[str, Any], file: str) -> dict[str, Any]:
    """
    Raises:
        RunError: an entry of another kind.
    """
    for name, value in values.items():
        if name in LISTS:
            fits, kind = value is None or (isinstance(value, list) and all(_is(NUMBER, one) for one in value)), "a list of numbers"  # fmt: skip
        elif name in FIGURES:
            fits, kind = value is None or _is(NUMBER, value), "a number"
        else:
            fits, kind = not isinstance(value, str) or name in TEXTS, "a number, or a list or an object of numbers"
        if not fits:
            raise RunError(f"{file}: {shown(name)} is {shown(value)}; it must be {kind}.")
    return values


def _is(kind: str, value: Any) -> bool:
    if kind == TEXT:
        return isinstance(value, str)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and (kind == NUMBER or (isinstance(value, int) and value >= 0))


def _is_alert(alert: Any) -> bool:
    return isinstance(alert, dict) and all(isinstance(alert.get(name), str) for name in ALERT)
