"""Histories: CSV and Parquet files of `user,item[,rating[,timestamp]]` by path, and drawn ones with known structure."""

from .data import HistoryData, history_of, load
from .read import is_history
from .tastes import HISTORIES

__all__ = ["HISTORIES", "HistoryData", "history_of", "is_history", "load"]
