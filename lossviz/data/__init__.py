"""Data to fit: seeded generators, classical tables, and a person's own file or pasted text."""

from lossviz.data import generators, tables
from lossviz.data.dataset import MAX_BY_HAND, MAX_DRAWN, MAX_ROWS, Dataset
from lossviz.data.generators import GENERATORS, make
from lossviz.data.reading import Sheet, read
from lossviz.data.tables import TABLES, load

__all__ = [
    "GENERATORS",
    "MAX_BY_HAND",
    "MAX_DRAWN",
    "MAX_ROWS",
    "TABLES",
    "Dataset",
    "Sheet",
    "generators",
    "load",
    "make",
    "read",
    "tables",
]
