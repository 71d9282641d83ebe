"""What every set of columns of a file format can do: count its rows, take some of them, grow by another set.

A set of columns is a frozen dataclass whose fields are numpy arrays of one length. `SHAPES` of the class gives the
dtype of each field, so that an empty set, or a set with defaults, needs no list of its own.
"""

from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]  # one column: the dtype is in SHAPES, beside the meaning


@dataclass(frozen=True)
class Columns:
    """Rows side by side. Subclasses name the columns; all have the same length."""

    SHAPES: ClassVar[dict[str, str]] = {}

    def __len__(self) -> int:
        for item in fields(self):
            column = getattr(self, item.name)
            if column is not None:
                return len(column)
        return 0

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} rows)"  # columns carry identities: they are never shown

    @classmethod
    def blank(cls, rows: int, **given: Any) -> Self:  # Any: one dtype per column, checked against SHAPES below
        """`rows` rows of zeros, empty texts and missing days, except the columns given: arrays or one value for all."""
        columns: dict[str, Array] = {}
        for name, shape in cls.SHAPES.items():
            dtype = np.dtype(shape)
            if name in given:
                columns[name] = np.broadcast_to(np.asarray(given.pop(name)).astype(dtype, copy=False), rows).copy()
            elif dtype.kind == "M":
                columns[name] = np.full(rows, "NaT", dtype)
            else:
                columns[name] = np.zeros(rows, dtype)
        if given:
            raise TypeError(f"{cls.__name__} has no column {', '.join(sorted(given))}")
        return cls(**columns)

    def take(self, index: Array | slice) -> Self:
        """The rows at `index` (positions, a mask or a slice), in that order."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return type(self)(**{name: None if column is None else column[index] for name, column in values.items()})

    def followed_by(self, other: Self) -> Self:
        """These rows, then those of `other`. A column that one of them lacks is dropped."""
        pairs = {item.name: (getattr(self, item.name), getattr(other, item.name)) for item in fields(self)}
        return type(self)(
            **{
                name: None if mine is None or theirs is None else np.concatenate([mine, theirs])
                for name, (mine, theirs) in pairs.items()
            }
        )
