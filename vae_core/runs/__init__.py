"""Runs: the folder that holds one, the store that holds them all, the queue that trains them."""

from .cluster import RayCluster
from .config import RunConfig, plan_run
from .execute import alike, execute, execute_together, follow
from .executors import Executor, Processes, Together, fitting
from .files import RunError
from .queue import request, resume, submit, work
from .run import FINISHED, BrokenRun, Run
from .store import GALLERY, Store

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
    "submit",
    "work",
]
