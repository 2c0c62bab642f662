"""A sweep as one table for other tools: Parquet (extra ``table``) or CSV, a row a point, inputs first; written block by block.

Columns are named as a design file would name them, with the unit in the name (``fibre.length_m``), so that an exported column
can be an axis of another sweep.  A value that does not exist is null in Parquet and an empty cell in CSV.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol

import numpy as np

from photonics.errors import InputError, nearest, shown

from .durable import force, permissions, told
from .manifest import extra, inputs_of, outputs_of

if TYPE_CHECKING:
    from photonics.results.evaluator import Evaluator

    from .chunks import Chunks
    from .plan import Plan

SUFFIXES = (".parquet", ".csv")
Columns = Mapping[str, np.ndarray]


def check(file: str | Path) -> Path:
    """Refuses a file that could not be exported to.  Loads and changes nothing.

    :raises InputError: another ending, a file that exists, a folder that does not, the extra ``table`` for Parquet.
    """
    path = Path(file)
    if path.suffix not in SUFFIXES:
        raise InputError.of(str(file), "export", shown(path.suffix), " or ".join(SUFFIXES), nearest(path.suffix, SUFFIXES))
    if path.exists():
        raise InputError.of(str(file), "export", "a file that exists already", "a new name")
    if not path.parent.is_dir():
        raise InputError.of(str(file), "export", "a folder that does not exist", "an existing folder")
    if path.suffix == ".parquet":
        extra("pyarrow", "table", "export")
    return path


class Sheet(Protocol):
    """A table that grows by blocks of rows."""

    def write(self, columns: Sequence[np.ndarray]) -> None:
        """Append rows."""

    def close(self) -> None:
        """No more rows."""


class Export:
    """A table under way, built beside its name: ``add`` chunks in order, then ``keep`` it; ``drop`` leaves nothing behind."""

    def __init__(self, path: Path, plan: "Plan", evaluator: "Evaluator") -> None:
        self.path, self._plan = path, plan
        self._names, heads, notes = _heads(plan, evaluator)
        with told(path, "nothing is exported"):
            handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:80]}.", suffix=".part")
            os.close(handle)
            self._temporary = Path(temporary)
            try:
                self._sheet: Sheet = (_Parquet if path.suffix == ".parquet" else _Csv)(self._temporary, heads, notes)
            except BaseException:
                self._temporary.unlink(missing_ok=True)
                raise

    def add(self, chunks: "Chunks", chunk: int, outputs: Columns) -> None:
        """The rows of a chunk, whose inputs are computed again from its points' indices.

        :raises InputError: the disk is full or refuses; nothing is left of the table.
        """
        inputs = self._plan.inputs(indices(chunks, chunk))
        with told(self.path, "nothing is exported"):
            self._sheet.write([inputs[name] if name in inputs else outputs[name] for name in self._names])

    def keep(self) -> None:
        with told(self.path, "nothing is exported"):
            self._sheet.close()
            force(self._temporary)
            os.chmod(self._temporary, permissions())
            os.replace(self._temporary, self.path)

    def drop(self) -> None:
        with suppress(OSError, ValueError):
            self._sheet.close()
        self._temporary.unlink(missing_ok=True)


def indices(chunks: "Chunks", chunk: int) -> np.ndarray:
    """Indices of the points of a chunk, in its order."""
    v, s = chunks.region(chunk)
    rows = np.arange(v.start, v.stop, dtype=np.int64)[:, None] * chunks.samples
    return (rows + np.arange(s.start, s.stop, dtype=np.int64)).reshape(-1)


def _heads(plan: "Plan", evaluator: "Evaluator") -> tuple[list[str], list[str], list[dict[str, str]]]:
    """Name, head and notes of every column: choices, inputs, outputs, status."""
    choices = [path for path, _ in (plan.variants[0] if plan.variants else ())]
    names, heads, notes = list(choices), list(choices), [{"units": "", "long_name": "choice"} for _ in choices]
    for row in inputs_of(plan, evaluator):
        names.append(row["path"])
        heads.append(_with_unit(row["path"], evaluator))
        notes.append(row)
    for row in outputs_of(plan, evaluator):
        names.append(row["name"])
        heads.append(row["name"])
        notes.append({"units": row["units"], "long_name": row["long_name"]})
    codes = ", ".join(f"{code} {text}" for code, text in sorted(evaluator.statuses.items()))
    return [*names, "status"], [*heads, "status"], [*notes, {"units": "", "long_name": f"0 fine, {codes}" if codes else "0 fine"}]


def _with_unit(path: str, evaluator: "Evaluator") -> str:
    dimension = evaluator.parameter(path).kind.dimension
    endings = [ending for ending, unit in dimension.suffixes.items() if unit == dimension.unit and unit]
    return f"{path}_{endings[0]}" if endings else path


class _Csv:
    """Shortest decimal text that reads back as the same number; plain Python, so that no extra is needed."""

    def __init__(self, path: Path, heads: Sequence[str], notes: Sequence[Mapping[str, str]]) -> None:
        self._stream: IO[str] = open(path, "w", encoding="utf-8", newline="\n")
        self._stream.write(",".join(map(_quoted, heads)) + "\n")

    def write(self, columns: Sequence[np.ndarray]) -> None:
        cells = [_cells(column) for column in columns]
        self._stream.writelines(",".join(row) + "\n" for row in zip(*cells, strict=True))

    def close(self) -> None:
        self._stream.close()


def _cells(column: np.ndarray) -> Iterator[str]:
    if column.dtype.kind == "f":
        return ("" if text == "nan" else text for text in map(repr, column.tolist()))
    if column.dtype.kind in "iu":
        return map(str, column.tolist())
    return map(_quoted, column.tolist())


def _quoted(text: Any) -> str:
    plain = str(text)
    return '"' + plain.replace('"', '""') + '"' if any(c in plain for c in ',"\r\n') else plain


class _Parquet:
    def __init__(self, path: Path, heads: Sequence[str], notes: Sequence[Mapping[str, str]]) -> None:
        self._path, self._heads, self._notes = path, heads, notes
        self._writer: Any = None

    def write(self, columns: Sequence[np.ndarray]) -> None:
        import pyarrow
        from pyarrow import parquet

        arrays = []
        for column in columns:
            if column.dtype.kind == "f":
                arrays.append(pyarrow.array(column, from_pandas=True))  # NaN becomes null
            elif column.dtype.kind in "iu":
                arrays.append(pyarrow.array(column))
            else:
                # Choices repeat: a dictionary holds each text once.
                arrays.append(pyarrow.array(column.tolist(), pyarrow.string()).dictionary_encode())
        if self._writer is None:
            described = zip(self._heads, arrays, self._notes, strict=True)
            fields = [pyarrow.field(head, array.type, metadata=dict(note)) for head, array, note in described]
            self._schema = pyarrow.schema(fields)
            self._writer = parquet.ParquetWriter(str(self._path), self._schema, compression="zstd")
        self._writer.write_table(pyarrow.Table.from_arrays(arrays, schema=self._schema))

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
