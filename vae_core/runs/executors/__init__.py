"""Executors train several runs at once: in processes, as one batched model, or on a Ray cluster."""

from .cluster import RayCluster
from .processes import Processes
from .protocol import Executor, OnProgress, steps_of
from .together import Together

__all__ = ["Executor", "OnProgress", "Processes", "RayCluster", "Together", "steps_of"]
