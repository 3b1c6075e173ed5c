"""Training: settings, the loop, and its monitors."""

from .config import TrainConfig
from .device import choose_device, describe_device, tune_process
from .loop import Listener, fit
from .measure import ACTIVE_VARIANCE, COLLAPSED_RATE, Measurement, measure
from .monitors import Alert, TrainingFailed, watch

__all__ = [
    "ACTIVE_VARIANCE",
    "COLLAPSED_RATE",
    "Alert",
    "Listener",
    "Measurement",
    "TrainConfig",
    "TrainingFailed",
    "choose_device",
    "describe_device",
    "fit",
    "measure",
    "tune_process",
    "watch",
]
