"""A sweep on disk: a Zarr array an output, a file a chunk, and a checkpoint that outlives its process, whenever that is lost.

    DIR/zarr.json, DIR/margin_db/..., DIR/status/...   Zarr, format 3: arrays of variants x samples
    DIR/expansion/...                                  axes and draws: what the inputs are recomputed from
    DIR/manifest.json                                  what was computed, of what; `complete` and the results once all is there
    DIR/checkpoint.json                                while unfinished: n, and the merged partial results of the first n chunks

Chunks may be written in any order, but only the first n without a gap count.  The data of those n are forced to disk before
the checkpoint that says n replaces the one before, so what a checkpoint promises is there.  What lies beyond it is computed
again and overwritten with the same values.  One small file therefore does for a journal, whatever the number of chunks.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from photonics.errors import InputError, shown

from . import manifest as documents
from .chunks import Chunks
from .durable import force, force_all, permissions, put, told
from .manifest import CHECKPOINT, MANIFEST

if TYPE_CHECKING:
    from photonics.results.evaluator import Evaluator

    from .plan import Plan

EXPANSION = "expansion"
# Seconds between checkpoints, and the greatest part of the time that they may take.
CHECKPOINT_EVERY_S = 0.5
CHECKPOINT_SHARE = 0.1


class Store:
    """The store of one plan, open for writing by one process.

    ``done`` counts the chunks that are on disk for good; ``partials`` are the merged partial results of their blocks, as JSON;
    ``results`` is None until the sweep is complete.
    """

    def __init__(self, folder: Path, manifest: dict[str, Any], plan: "Plan", lock: int | None) -> None:
        self.folder, self.manifest, self._lock = folder, manifest, lock
        self.chunks = chunks_of(manifest, plan, folder)
        self.keep = bool(manifest["keep"])
        self.done, self.partials = 0, list[Any]()
        self._next = 0.0
        self._names = (*plan.outputs, "status") if self.keep else ()
        self._arrays = _open_arrays(folder, self._names)

    @property
    def results(self) -> list[Any] | None:
        return self.manifest["results"] if self.manifest["complete"] else None

    def write(self, chunk: int, outputs: Mapping[str, np.ndarray]) -> None:
        """Put the outputs of a chunk, in the order of its points, into its own files.  Any thread may call this.

        :raises InputError: the disk is full or refuses; the store can be resumed.
        """
        region = self.chunks.region(chunk)
        shape = tuple(part.stop - part.start for part in region)
        with told(self.folder, self._state()):
            for name in self._names:
                self._arrays[name][region] = outputs[name].reshape(shape)

    def advance(self, done: int, partials: Sequence[Any], to_json: Any, *, now: bool = False) -> None:
        """The first ``done`` chunks are written; from time to time, or ``now``, this is made to last."""
        if done <= self.done or not (now or time.monotonic() >= self._next):
            return
        started = time.monotonic()
        with told(self.folder, self._state()):
            self._force_chunks(self.done, done)
            merged = [to_json(partial) for partial in partials]
            kept = {"digest": self.manifest["digest"], "chunks_done": done, "partials": merged}
            put(self.folder / CHECKPOINT, documents.text_of(kept))
        self.done, self.partials = done, merged
        finished = time.monotonic()
        self._next = finished + max(CHECKPOINT_EVERY_S, (finished - started) / CHECKPOINT_SHARE)

    def finish(self, results: list[Any]) -> None:
        """All chunks are written and lasting: the manifest gets the results, the checkpoint goes."""
        complete = self.manifest | {"complete": True, "results": results}
        with told(self.folder, self._state()):
            put(self.folder / MANIFEST, documents.text_of(complete))
            self.manifest = complete
            self._drop_checkpoint()

    def read(self, chunk: int) -> dict[str, np.ndarray]:
        """The outputs of a chunk as they were written, in the order of its points.

        :raises InputError: a chunk that cannot be decoded.
        """
        region = self.chunks.region(chunk)
        try:
            return {name: np.asarray(self._arrays[name][region]).reshape(-1) for name in self._names}
        except (OSError, RuntimeError, ValueError) as fault:
            row, column = self.chunks.place(chunk)
            read = f"chunk {row}/{column}, which cannot be read ({fault})"
            raise InputError.of(str(self.folder), "", read, "a store as the sweep left it") from fault

    def close(self) -> None:
        """Lets go of the folder."""
        _let_go(self._lock)
        self._lock = None

    def _state(self) -> str:
        points = self.chunks.points_before(self.done)
        return f"{points} of {self.manifest['points']} points are stored, and --resume continues from there"

    def _files(self, chunk: int) -> list[Path]:
        row, column = self.chunks.place(chunk)
        return [self.folder / name / "c" / str(row) / str(column) for name in self._names]

    def _force_chunks(self, first: int, last: int) -> None:
        folders: set[Path] = set()
        for chunk in range(first, last):
            for path in self._files(chunk):
                force(path)
                folders.update((path.parent, path.parent.parent))
        for folder in folders:
            force(folder)

    def _drop_checkpoint(self) -> None:
        with suppress(FileNotFoundError):
            os.unlink(self.folder / CHECKPOINT)
        force(self.folder)

    def _recall(self, plan: "Plan") -> None:
        """Take up what an earlier run left: check that it is all there, then clear away what it left half done."""
        if self.manifest["complete"]:
            if not isinstance(self.manifest.get("results"), list):
                raise InputError.of(str(self.folder / MANIFEST), "results", "nothing", "the results of a complete sweep")
            self.done = len(self.chunks)
        else:
            self.done, self.partials = documents.read_checkpoint(
                self.folder, plan.digest, len(self.chunks), len(plan.reductions)
            )
        strays = list(self.folder.glob(".*.part"))
        for name in self._names:
            strays += self._check_files(name)
        for stray in strays:
            stray.unlink(missing_ok=True)
        if self.manifest["complete"]:
            self._drop_checkpoint()

    def _check_files(self, name: str) -> list[Path]:
        """What lies beside the chunks of an output; refuses where one of the first ``done`` is missing."""
        root, strays = self.folder / name / "c", []
        there = set()
        for row in os.scandir(root) if root.is_dir() else ():
            for entry in os.scandir(row.path):
                if entry.name.isdigit():
                    there.add((int(row.name), int(entry.name)))
                else:
                    strays.append(Path(entry.path))
        for chunk in range(self.done):
            if self.chunks.place(chunk) not in there:
                row_, column = self.chunks.place(chunk)
                read = f"no file c/{row_}/{column} of {shown(name)}, though the sweep had stored it"
                raise InputError.of(str(self.folder), "", read, "a store as the sweep left it; or another folder")
        return strays


def open_store(folder: str | Path, plan: "Plan", evaluator: "Evaluator", *, resume: bool, chunks: Chunks) -> Store:
    """The store of a plan: a new one, or the one in ``folder`` where ``resume`` allows that.

    With ``resume`` and nothing in ``folder`` a new one is made: a run may have been lost before it got that far.

    :raises InputError: see ``manifest.look``; a store of another plan, or one that misses files; a place that cannot be
        written; the extra ``store`` is not installed.  Nothing is changed then.
    """
    path = Path(folder)
    found = documents.look(path, resume)
    if plan.keep:
        documents.extra("zarr", "store", "store")
    if found is None:
        _sweep_away(path)
        with told(path, "nothing is stored"):
            _create(path, plan, documents.describe(plan, evaluator, chunks), chunks)
    lock = _hold(path)
    try:
        # Read under the lock: whoever held it before may have finished the sweep since.
        found = documents.read(path)
        documents.same_plan(found, plan, path)
        store = Store(path, found, plan, lock)
        store._recall(plan)
    except BaseException:
        _let_go(lock)
        raise
    return store


def chunks_of(manifest: Mapping[str, Any], plan: "Plan", folder: Path) -> Chunks:
    """The packing that a store was begun with, whatever is usual today.

    :raises InputError: a manifest that does not say it.
    """
    from .plan import BLOCK

    across, along = manifest["chunks"].get("variants"), manifest["chunks"].get("samples")
    if not (isinstance(across, int) and isinstance(along, int) and across >= 1 and along >= 1):
        raise InputError.of(str(folder / MANIFEST), "chunks", shown(manifest["chunks"]), "the manifest as the sweep wrote it")
    return Chunks(len(plan.variants), plan.samples, BLOCK, across, along)


def _open_arrays(folder: Path, names: Sequence[str]) -> dict[str, Any]:
    if not names:
        return {}
    import zarr

    try:
        # A chunk that holds nothing but the fill value gets a file, too, so that a missing file is always a loss.  An array
        # takes this over when it is opened; its metadata do not carry it.
        with zarr.config.set({"array.write_empty_chunks": True}):
            group = zarr.open_group(str(folder), mode="r+")
            return {name: group[name] for name in names}
    except (OSError, KeyError, ValueError) as fault:
        read = f"a store whose arrays cannot be opened ({shown(str(fault))})"
        raise InputError.of(str(folder), "", read, "a store as the sweep left it; or another folder") from fault


def _create(folder: Path, plan: "Plan", manifest: dict[str, Any], chunks: Chunks) -> None:
    """Build the empty store beside its name and rename it: a folder of that name is a store from its first moment."""
    temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name[:80]}.", suffix=".part"))
    lock = _hold(temporary)
    try:
        os.chmod(temporary, permissions(0o777))
        if plan.keep:
            _create_arrays(temporary, plan, manifest, chunks)
        put(temporary / MANIFEST, documents.text_of(manifest))
        force_all(temporary)
        if folder.is_dir():
            folder.rmdir()  # it is empty: `look` said so
        os.rename(temporary, folder)
        force(folder.parent)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    finally:
        _let_go(lock)


def _create_arrays(folder: Path, plan: "Plan", manifest: Mapping[str, Any], chunks: Chunks) -> None:
    import zarr
    from zarr.codecs import BloscCodec

    group = zarr.open_group(str(folder), mode="w", zarr_format=3, attributes={"title": plan.name, "digest": plan.digest})
    # Shuffled bytes let zstd at its fastest take a quarter off typical results, at the speed of the plain default.
    squeezed = BloscCodec(cname="zstd", clevel=1, shuffle="shuffle")

    def array(name: str, dtype: str, fill: Any, attributes: dict[str, Any]) -> None:
        group.create_array(
            name,
            shape=(chunks.variants, chunks.samples),
            chunks=(chunks.chunk_variants, chunks.chunk_samples),
            dtype=dtype,
            fill_value=fill,
            compressors=squeezed,
            attributes=attributes,
            dimension_names=("variant", "sample"),
        )

    source = f"photonics {manifest['plan']['versions']['photonics']}, {plan.kind} {plan.design}"
    for row in manifest["outputs"]:
        about = {key: row[key] for key in ("units", "long_name", "better")}
        array(row["name"], "float64", np.nan, about | {"source": source})
    codes = manifest["statuses"]
    flags = {"flag_values": [0, *map(int, codes)], "flag_meanings": ["fine", *codes.values()]}
    array("status", "int8", 0, {"units": "", "long_name": "0 where the point could be computed", "source": source} | flags)
    kept = group.create_group(EXPANSION)
    for name, value in zip(plan.expansion._fields, plan.expansion, strict=True):
        values = np.asarray(value)
        if values.ndim == 0:
            kept.attrs[name] = int(values)
            continue
        shape = tuple(max(1, n) for n in values.shape)
        kept.create_array(name, shape=values.shape, chunks=shape, dtype=values.dtype, compressors=squeezed)[...] = values


def _hold(folder: Path) -> int | None:
    """A lock on the folder that goes with the process; None where the system has none to give."""
    try:
        import fcntl
    except ImportError:  # Windows
        return None
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise InputError.of(str(folder), "", "a store that another run is writing", "one run at a time") from None
    except OSError:  # a network file system without locks
        pass
    return handle


def _let_go(lock: int | None) -> None:
    if lock is not None:
        os.close(lock)


def _sweep_away(folder: Path) -> None:
    """Remove what runs left beside ``folder`` that were lost while they made it."""
    for stray in folder.parent.iterdir():
        if stray.name.startswith(f".{folder.name[:80]}.") and stray.name.endswith(".part") and stray.is_dir():
            with suppress(InputError):
                lock = _hold(stray)
                shutil.rmtree(stray, ignore_errors=True)
                _let_go(lock)
