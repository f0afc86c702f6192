"""What a reader is, and which rows of a dataset are its samples."""

from rmg_core.datasets.dataset import Dataset, DatasetReport
from rmg_core.datasets.files import format_of
from rmg_core.datasets.readonly import SCALARS, ReadOnlyDict, ReadOnlyList, freeze
from rmg_core.datasets.rows import BadRow, Reader, Row
from rmg_core.datasets.samples import Sample, samples_of

__all__ = [
    "SCALARS",
    "BadRow",
    "Dataset",
    "DatasetReport",
    "ReadOnlyDict",
    "ReadOnlyList",
    "Reader",
    "Row",
    "Sample",
    "format_of",
    "freeze",
    "samples_of",
]
