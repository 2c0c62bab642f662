"""``photonics sweep``: checks what it was given, reads the file, and only then loads what computes."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from photonics import catalog
from photonics.errors import InputError, shown
from photonics.spec.sweep import SweepSpec

from . import manifest
from .dask_run import reach
from .exporting import check as check_export
from .opening import open_sweep
from .progress import Progress
from .result import SweepResult
from .running import check_crew, run

if TYPE_CHECKING:
    from photonics.results.evaluator import Evaluator

__all__ = ["open_sweep", "sweep"]


def sweep(
    source: str | Path | SweepSpec,
    *,
    output: str | Path | None = None,
    resume: bool = False,
    workers: int | None = None,
    processes: int = 0,
    dask: Any = None,
    export: str | Path | None = None,
    evaluator: "Evaluator | None" = None,
    progress: Progress | None = None,
) -> SweepResult:
    """Compute the points of a sweep file (or spec), reduce them, and store them where ``output`` names a folder.

    Without ``output`` only the reductions are kept, however many points there are.  ``resume`` goes on with what an
    interrupted run left in ``output``.  ``workers`` are threads, ``processes`` processes of this machine, ``dask`` the
    address of a scheduler or a ``distributed.Client``; the numbers are the same with any of them.  ``export`` is a .parquet
    or .csv file.  ``evaluator`` stands in for the one of the file's design.

    :raises InputError: everything that is wrong with the file, the design, the store or the crew; nothing is half-written then.
    """
    check_crew(workers, processes, dask)
    if resume and output is None:
        raise InputError.of("", "resume", "true", "a store to resume (-o DIR)")
    if export is not None:
        check_export(export)
    if output is not None:
        manifest.look(Path(output), resume)
    spec, where = _read(source)
    if output is not None and spec.keep == "all":
        manifest.extra("zarr", "store", "output")
    if isinstance(dask, str):
        reach(dask)
    from .evaluators import evaluator_of
    from .plan import build_plan

    used = evaluator_of(spec, where=where) if evaluator is None else evaluator
    plan = build_plan(spec, used, where=where)
    return run(
        plan,
        used,
        workers=workers,
        processes=processes,
        dask=dask,
        store=output,
        resume=resume,
        export=export,
        progress=progress,
    )


def _read(source: str | Path | SweepSpec) -> tuple[SweepSpec, str]:
    """The spec, and the file that it stands in."""
    if isinstance(source, SweepSpec):
        return source, ""
    if not isinstance(source, str | Path):
        raise InputError.of("", "sweep", shown(source), "a sweep file, its name, or a SweepSpec")
    return catalog.load_sweep(source), str(source)
