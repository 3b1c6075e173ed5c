"""Tables: CSV and Parquet files by path, and those that ship with scikit-learn."""

from .data import TableData, load
from .examples import TABLES
from .read import SUFFIXES, is_table
from .schema import KINDS, Column, Schema

__all__ = ["KINDS", "SUFFIXES", "TABLES", "Column", "Schema", "TableData", "is_table", "load"]
