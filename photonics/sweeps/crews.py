"""Who computes: threads of this process, processes of this machine, or (see `dask_run`) a cluster.  All do the same tasks.

A task is a run of blocks; it needs nothing but the plan and the evaluator, changes nothing, and may be done twice.
"""

import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from photonics.errors import InputError

if TYPE_CHECKING:
    from .plan import Computer
    from .reducing import Partial


class Done(NamedTuple):
    """A finished task: the partial results of each of its blocks, and its outputs in one piece where they were asked for."""

    partials: list[tuple["Partial", ...]]
    outputs: dict[str, np.ndarray] | None


def work(computer: "Computer", first: int, last: int, names: Sequence[str], spare: Executor | None = None) -> Done:
    """Compute blocks ``first`` .. ``last`` - 1; ``names`` are the outputs to hand back, ``spare`` threads that may help."""
    blocks = computer.plan.blocks()
    partials, columns = [], []
    for index in range(first, last):
        result = computer(blocks[index], spare)
        partials.append(result.partials)
        if names:
            columns.append([result.outputs[name] for name in names])
    if not names:
        return Done(partials, None)
    if len(columns) == 1:
        return Done(partials, dict(zip(names, columns[0], strict=True)))
    joined = (np.concatenate(parts) for parts in zip(*columns, strict=True))
    return Done(partials, dict(zip(names, joined, strict=True)))


class Crew(Protocol):
    """Computes tasks.  ``size`` tasks keep it busy; ``threads`` of this process wait for (or compute) them, one task each."""

    size: int
    threads: int

    def compute(self, first: int, last: int, names: Sequence[str]) -> Done:
        """A task, from any thread; returns when it is done."""

    def stop(self) -> None:
        """No more tasks: gives up those that are under way and frees what it holds.  May be called twice."""


class Threads:
    """This process: the kernels run without the interpreter's lock."""

    def __init__(self, computer: "Computer", workers: int) -> None:
        self.size = self.threads = workers
        self._computer = computer
        # A task's thread waits for these where a block is cut: the last blocks of a sweep keep all of them busy.
        self._spare = ThreadPoolExecutor(workers, thread_name_prefix="piece") if workers > 1 else None

    def compute(self, first: int, last: int, names: Sequence[str]) -> Done:
        return work(self._computer, first, last, names, self._spare)

    def stop(self) -> None:
        if self._spare is not None:
            self._spare.shutdown(wait=True, cancel_futures=True)


class Processes:
    """Processes of this machine, started afresh (spawn): a script that asks for them must guard its ``__main__``."""

    def __init__(self, computer: "Computer", processes: int) -> None:
        self.size, self.threads = processes, processes + 1
        self._pool = ProcessPoolExecutor(
            processes, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(pickled(computer),)
        )

    def compute(self, first: int, last: int, names: Sequence[str]) -> Done:
        try:
            return self._pool.submit(_task, first, last, names).result()
        except BrokenProcessPool as fault:
            read = "a worker process that died (killed, or out of memory)"
            raise InputError.of("", "processes", read, "fewer processes, or --resume where the sweep is stored") from fault

    def stop(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


_COMPUTER: Any = None  # of a worker process: set once, when it starts


def _begin(payload: bytes) -> None:
    global _COMPUTER
    # Ctrl-C reaches every process of a terminal; the first of them ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _COMPUTER = pickle.loads(payload)


def _end_with_parent() -> None:
    """A pool's processes wait for work for ever, also where nobody is left to give any (kill -9)."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _task(first: int, last: int, names: Sequence[str]) -> Done:
    return work(_COMPUTER, first, last, names)


def pickled(computer: "Computer") -> bytes:
    """What another process needs to know.

    :raises InputError: an evaluator that cannot be sent.
    """
    try:
        return pickle.dumps(computer)
    except (pickle.PicklingError, AttributeError, TypeError) as fault:
        allowed = "an evaluator that can be pickled, or threads (workers=) instead of processes and Dask"
        raise InputError.of("", "evaluator", f"one that cannot be sent to another process ({fault})", allowed) from fault


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
