"""``photonics sweep SWEEP``."""

import sys

import click

from .output import json_option, show


@click.command("sweep")
@click.argument("sweep")
@click.option("-o", "--output", help="Store the points in this new folder (Zarr); without it only the reductions are kept.")
@click.option("--resume", is_flag=True, help="Go on with what an interrupted run left in the folder of -o.")
@click.option("--export", "export_path", help="Also write inputs and outputs to this .parquet or .csv file.")
@click.option("--workers", type=int, help="Threads of this process; as many as it has cores where nothing is said.")
@click.option("--processes", default=0, show_default=True, help="Compute in this many processes instead.")
@click.option("--dask", "address", help="Compute on the Dask cluster whose scheduler has this address.")
@json_option
def command(
    sweep: str,
    output: str | None,
    resume: bool,
    export_path: str | None,
    workers: int | None,
    processes: int,
    address: str | None,
    as_json: bool,
) -> int:
    """Grid, random, Sobol or Monte Carlo sweep of a design over the axes in the file SWEEP.

    The numbers do not depend on threads, processes or machines, nor on interruptions.  A progress bar is drawn on a terminal.
    """
    from photonics.sweeps.verbs import sweep as compute

    try:
        result = compute(
            sweep, output=output, resume=resume, workers=workers, processes=processes, dask=address, export=export_path
        )
    except KeyboardInterrupt:
        ending = f"; {output} holds what is done, --resume goes on" if output else ""
        print(f"photonics: stopped{ending}", file=sys.stderr)
        return 130
    show(result, as_json)
    return 0
