"""Runs: their folders, the store of all runs, the queue and its workers, executors for several runs at once."""

from .config import RunConfig, plan_run
from .execute import alike, execute, execute_together, follow
from .executors import Executor, Processes, RayCluster, Together
from .files import RunError
from .machine import fitting
from .queue import request, resume, submit
from .run import FINISHED, BrokenRun, Run, split_id
from .store import GALLERY, Store
from .worker import work

__all__ = [
    "FINISHED",
    "GALLERY",
    "BrokenRun",
    "Executor",
    "Processes",
    "RayCluster",
    "Run",
    "RunConfig",
    "RunError",
    "Store",
    "Together",
    "alike",
    "execute",
    "execute_together",
    "fitting",
    "follow",
    "plan_run",
    "request",
    "resume",
    "split_id",
    "submit",
    "work",
]
