"""The runner: tasks of whole blocks, a bounded number under way, partial results merged strictly in the order of the blocks.

So the result of a sweep depends on its plan alone: not on threads, processes, machines, chunks, or on how often it was
interrupted.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from photonics.errors import InputError, shown

from . import fitting
from . import manifest as documents
from .chunks import Chunks
from .crews import Crew, Done, Processes, Threads, cores
from .dask_run import Cluster
from .exporting import Export
from .exporting import check as check_export
from .progress import Bar, Progress
from .result import SweepResult
from .storing import Store, chunks_of, open_store

if TYPE_CHECKING:
    from photonics.results.evaluator import Evaluator

    from .plan import Computer, Plan

MOST_WORKERS = 1024
# Blocks of a task on other processes where nothing has to lie in a file: the way there and back costs about as much as one block.
BLOCKS_PER_JOURNEY = 16

Each = Callable[[Chunks, int, Mapping[str, np.ndarray]], None]


def check_crew(workers: int | None, processes: int, dask: Any) -> None:
    """Refuses numbers of workers that make no sense, and more than one kind of crew.

    :raises InputError: with the number and what is allowed.
    """
    for key, value, least in (("workers", workers, 1), ("processes", processes, 0)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MOST_WORKERS):
            raise InputError.of("", key, shown(value), f"a whole number from {least} to {MOST_WORKERS}")
    asked = {"workers": workers is not None, "processes": processes > 0, "dask": dask is not None}
    chosen = [name for name, given in asked.items() if given]
    if len(chosen) > 1:
        raise InputError.of("", chosen[1], f"{' and '.join(chosen)} together", "one of workers (threads), processes, dask")


def run(
    plan: "Plan",
    evaluator: "Evaluator",
    *,
    workers: int | None = None,
    processes: int = 0,
    dask: Any = None,
    store: str | Path | None = None,
    resume: bool = False,
    export: str | Path | None = None,
    progress: Progress | None = None,
    blocks_per_chunk: int | None = None,
    each: Each | None = None,
) -> SweepResult:
    """Compute a plan.

    ``workers`` threads of this process (its cores where nothing is said), or ``processes`` of this machine, or ``dask``: the
    address of a scheduler or a ``distributed.Client``.  ``store`` is a folder for the points (and for what an interrupted run
    needs to go on); ``resume`` goes on with what it holds, or begins where it is empty.  ``export`` is a .parquet or .csv
    file with inputs and outputs.  ``each`` is called with the outputs of every chunk, in order.  ``blocks_per_chunk`` changes
    sizes of files and tasks, never a result.  Without ``progress`` a bar is drawn where standard error is a terminal.

    Memory stays constant whatever the number of points.  A store may be interrupted in any way, and is then either resumable
    or was never made.

    :raises InputError: anything that cannot be run or stored; see ``open_store``, ``dask_run.reach`` and ``exporting.check``.
    """
    check_crew(workers, processes, dask)
    target = None if export is None else check_export(export)
    folder = None if store is None else Path(store)
    if folder is None and resume:
        raise InputError.of("", "resume", "true", "a store to resume (-o DIR)")
    if target is not None:
        fitting.export(plan, target)
    if folder is not None:
        fitting.disk(plan, folder, plan.points - _stored(folder, plan, resume))
    from .plan import Computer

    crew = _crew(Computer(plan, evaluator), workers, processes, dask)
    try:
        chunks = Chunks.of(plan, blocks_per_chunk or (None if folder else _journey(plan, crew)))
        streamed = target is not None and not (folder is not None and plan.keep)
        wanted = streamed or each is not None or (folder is not None and plan.keep)
        fitting.memory(plan, chunks, _window(crew), wanted)
        kept = None if folder is None else open_store(folder, plan, evaluator, resume=resume, chunks=chunks)
        try:
            return _Run(plan, evaluator, crew, kept, chunks if kept is None else kept.chunks, target, each, progress).all()
        finally:
            if kept is not None:
                kept.close()
    finally:
        crew.stop()


def _stored(folder: Path, plan: "Plan", resume: bool) -> int:
    """Points that the folder holds already; the checks of ``look`` come first, before anything is created or connected."""
    found = documents.look(folder, resume)
    if found is None:
        return 0
    documents.same_plan(found, plan, folder)
    if found["complete"]:
        return plan.points
    chunks = chunks_of(found, plan, folder)
    return chunks.points_before(documents.read_checkpoint(folder, plan.digest, len(chunks), len(plan.reductions))[0])


def _crew(computer: "Computer", workers: int | None, processes: int, dask: Any) -> Crew:
    if dask is not None:
        return Cluster(computer, dask)
    if processes:
        return Processes(computer, processes)
    return Threads(computer, workers or cores())


def _journey(plan: "Plan", crew: Crew) -> int:
    """Blocks of a task where no file sets them: one at home; more on the road, as long as everybody has some."""
    if isinstance(crew, Threads):
        return 1
    return max(1, min(BLOCKS_PER_JOURNEY, len(plan.blocks()) // (4 * crew.size)))


def _window(crew: Crew) -> int:
    """Tasks that may be under way or waiting for their turn to be merged."""
    return crew.threads + crew.size + 1


class _Run:
    """One pass over the chunks that are not stored yet."""

    def __init__(
        self,
        plan: "Plan",
        evaluator: "Evaluator",
        crew: Crew,
        store: Store | None,
        chunks: Chunks,
        target: Path | None,
        each: Each | None,
        progress: Progress | None,
    ) -> None:
        self._plan, self._evaluator, self._crew, self._store, self._chunks = plan, evaluator, crew, store, chunks
        self._target, self._each, self._progress = target, each, progress
        self._writes = store is not None and store.keep
        self._streamed = each is not None or (target is not None and not self._writes)
        self._names = (*plan.outputs, "status") if self._writes or self._streamed else ()
        self._stopped = threading.Event()

    def all(self) -> SweepResult:
        from .reducing import finish

        bar = Bar(self._plan.name) if self._progress is None else None
        table = None if self._target is None else Export(self._target, self._plan, self._evaluator)
        started = time.monotonic()
        try:
            # Points that are not stored have to be computed again to be handed out; the store is not set back by that.
            begin = 0 if self._store is None or self._streamed else self._store.done
            known = None if self._store is None or self._streamed else self._store.results
            merged = self._compute(begin, table, bar or self._progress)
            seconds = time.monotonic() - started
            if known is None:
                ends = zip(self._plan.reductions, merged, strict=True)
                known = [documents.plain(self._named({"kind": r.kind, **finish(r, part, self._plan)})) for r, part in ends]
                if self._store is not None:
                    self._store.finish(known)
            if table is not None:
                self._export_stored(table)
                table.keep()
        except BaseException:
            if table is not None:
                table.drop()
            raise
        finally:
            if bar is not None:
                bar.close()
        return SweepResult(
            name=self._plan.name,
            design=self._plan.design,
            points=self._plan.points,
            digest=self._plan.digest,
            outputs=tuple(documents.outputs_of(self._plan, self._evaluator)),
            reductions=tuple(known),
            computed=self._plan.points - self._chunks.points_before(begin),
            seconds=seconds,
            store=None if self._store is None else str(self._store.folder),
            export=None if self._target is None else str(self._target),
            explanation=self._plan.explain(),
            plan=self._plan,
        )

    def _named(self, result: dict[str, Any]) -> dict[str, Any]:
        """The count of points by status with the evaluator's words for each."""
        for bad in result.get("bad", ()) if result["kind"] == "status" else ():
            bad["meaning"] = self._evaluator.statuses.get(bad["status"], "")
        return result

    def _compute(self, begin: int, table: Export | None, progress: Progress | None) -> list[Any]:
        """All chunks from ``begin``; the merged partial result of each reduction, or nothing where nothing was left."""
        from .reducing import from_json, to_json

        merged = [from_json(p) for p in self._store.partials] if self._store is not None and begin else []
        total, submitted = len(self._chunks), begin
        waiting: deque[Future[Done]] = deque()
        pool = ThreadPoolExecutor(self._crew.threads, thread_name_prefix="sweep")
        done = begin
        try:
            while done < total:
                while submitted < total and len(waiting) < _window(self._crew):
                    waiting.append(pool.submit(self._task, submitted))
                    submitted += 1
                finished = waiting.popleft().result()
                # Counted as it is merged: an interruption while it is handed out must not leave a checkpoint that counts it twice.
                merged, done = self._merge(merged, finished), done + 1
                if finished.outputs is not None:
                    self._hand_out(table, done - 1, finished.outputs)
                if self._store is not None:
                    self._store.advance(done, merged, to_json, now=done == total)
                if progress is not None:
                    progress(self._chunks.points_before(done), self._plan.points)
        except BaseException as fault:
            self._stopped.set()
            for future in waiting:
                future.cancel()
            self._crew.stop()
            pool.shutdown(wait=True, cancel_futures=True)
            if isinstance(fault, KeyboardInterrupt) and self._store is not None and done > begin:
                self._store.advance(done, merged, to_json, now=True)
            raise
        pool.shutdown()
        return merged

    def _task(self, chunk: int) -> Done:
        """What a thread does: have a chunk computed, and put it away."""
        if self._stopped.is_set():
            raise RuntimeError("a task of a run that has ended")
        blocks = self._chunks.blocks(chunk)
        finished = self._crew.compute(blocks.start, blocks.stop, self._names)
        if self._writes and self._store is not None and finished.outputs is not None:
            self._store.write(chunk, finished.outputs)
        return finished if self._streamed else finished._replace(outputs=None)

    def _merge(self, merged: list[Any], finished: Done) -> list[Any]:
        from .reducing import merge

        for parts in finished.partials:
            if not merged:
                merged = list(parts)
                continue
            merged = [merge(r, a, b) for r, a, b in zip(self._plan.reductions, merged, parts, strict=True)]
        return merged

    def _hand_out(self, table: Export | None, chunk: int, outputs: Mapping[str, np.ndarray]) -> None:
        if table is not None and not self._writes:
            table.add(self._chunks, chunk, outputs)
        if self._each is not None:
            self._each(self._chunks, chunk, outputs)

    def _export_stored(self, table: Export) -> None:
        """The table of a store is read back from it, because an earlier run may have computed a part."""
        if self._writes and self._store is not None:
            for chunk in range(len(self._chunks)):
                table.add(self._chunks, chunk, self._store.read(chunk))
