"""The runner: the same numbers whoever computes them, a bounded number of tasks, clear refusals."""

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from photonics.errors import InputError
from photonics.sweeps import chunks, fitting, running
from photonics.sweeps.chunks import Chunks
from photonics.sweeps.progress import Bar, duration
from photonics.sweeps.running import run

from . import runs

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def small():
    with runs.small_blocks():
        yield


@pytest.fixture(scope="module")
def expected():
    """Two plans and their reductions by one thread, block by block."""
    with runs.small_blocks():
        return {make: run(make(runs.Slab()), runs.Slab(), workers=1).reductions for make in (runs.grid, runs.random)}


@pytest.mark.parametrize("make", [runs.grid, runs.random])
@pytest.mark.parametrize("blocks_per_chunk", [1, 3, 16])
@pytest.mark.parametrize("workers", [1, 2, 5])
def test_threads_and_chunks_change_nothing(tmp_path, expected, make, blocks_per_chunk, workers):
    """18 runs: three sizes of chunks, one, two and five threads, a grid and random draws."""
    plan = make(runs.Slab())
    result = run(plan, runs.Slab(), workers=workers, blocks_per_chunk=blocks_per_chunk, store=tmp_path / "s")
    assert result.reductions == expected[make]
    run(plan, runs.Slab(), workers=1, store=tmp_path / "one")
    assert runs.decoded(tmp_path / "s").identical(runs.decoded(tmp_path / "one"))


@pytest.mark.parametrize("blocks_per_chunk", [None, 2])
def test_processes_change_nothing(tmp_path, expected, blocks_per_chunk):
    """Spawned processes import everything anew, with blocks of the usual size: the sweep is one that this does not show in."""
    plan = runs.grid(runs.Slab())
    with runs.small_blocks(65536):
        alone = run(plan, runs.Slab(), workers=1, store=tmp_path / "one", blocks_per_chunk=blocks_per_chunk)
        result = run(plan, runs.Slab(), processes=2, store=tmp_path / "s", blocks_per_chunk=blocks_per_chunk)
    assert result.reductions == alone.reductions
    assert runs.files(tmp_path / "s") == runs.files(tmp_path / "one")


PEAK = """
import resource, sys
from tests.sweeps import runs
from photonics.sweeps.running import run

def peak(points):
    run(runs.random(runs.Slab(), points, keep=False), runs.Slab(), workers=2)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

print(peak(1_000_000), peak(10_000_000))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="counts in kilobytes as Linux does")
def test_memory_does_not_grow_with_the_points():
    """Two million points, then twenty million in the same process: the peak rises by less than 16 MB (a column alone has 160)."""
    env = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "kernels")))}
    done = subprocess.run([sys.executable, "-c", PEAK], capture_output=True, text=True, env=env, check=False)
    assert done.returncode == 0, done.stderr
    few, many = map(int, done.stdout.split())
    assert many - few < 16_000


ORPHANS = """
import json, multiprocessing, sys
from tests.sweeps import runs
from photonics.sweeps.running import run

def progress(*_):
    print(json.dumps([child.pid for child in multiprocessing.active_children()]), flush=True)

if __name__ == "__main__":
    slow = runs.Slab(delay_s=0.05)
    run(runs.grid(slow, lengths=4000, attenuations=1000), slow, processes=2, progress=progress)
"""


@pytest.mark.skipif(not hasattr(os, "kill"), reason="sends signals")
@pytest.mark.parametrize("by", ["SIGKILL", "SIGINT"])
def test_no_process_outlives_its_run(tmp_path, by):
    """The parent is killed, or stopped with Ctrl-C as a terminal sends it: to all of its group."""
    (tmp_path / "program.py").write_text(ORPHANS)
    env = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "kernels")))}
    command = [sys.executable, str(tmp_path / "program.py")]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=env, start_new_session=True, **pipes) as parent:
        children = json.loads(parent.stdout.readline())
        if by == "SIGINT":
            os.killpg(parent.pid, signal.SIGINT)
        else:
            parent.kill()
        _, err = parent.communicate(timeout=60)
    assert len(children) == 2
    assert err.count("Traceback") == (1 if by == "SIGINT" else 0), err  # the parent's own: it is a bare script
    deadline = time.monotonic() + 60
    while any(_alive(pid) for pid in children):
        assert time.monotonic() < deadline, "a worker process is left"
        time.sleep(0.05)


def _alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not (state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z")


def test_every_point_is_handed_out_once_and_in_order(expected):
    plan = runs.grid(runs.Slab())
    seen = []

    def each(packing, chunk, outputs):
        v, s = packing.region(chunk)
        seen.append((packing.points_before(chunk), len(outputs["status"])))
        assert len(outputs["loss_db"]) == (v.stop - v.start) * (s.stop - s.start)

    assert run(plan, runs.Slab(), workers=3, each=each).reductions == expected[runs.grid]
    starts, counts = zip(*seen, strict=True)
    assert list(starts) == [0, *np.cumsum(counts)[:-1]] and sum(counts) == plan.points


def test_the_values_are_those_of_the_inputs():
    """20 000 points of a grid, each against the model written out."""
    plan = runs.grid(runs.Slab())
    columns = []
    run(plan, runs.Slab(), each=lambda packing, chunk, outputs: columns.append(outputs))
    loss = np.concatenate([c["loss_db"] for c in columns])
    status = np.concatenate([c["status"] for c in columns])
    given = plan.inputs(np.arange(plan.points))
    product = given["slab.length"] * given["slab.attenuation"]
    assert 0 < status.sum() < plan.points
    assert np.array_equal(status, product > runs.TOO_DARK_DB)
    np.testing.assert_array_equal(loss[status == 0], product[status == 0])
    assert np.isnan(loss[status == 1]).all()


def test_no_more_tasks_are_under_way_than_the_window_holds():
    """A run of 200 blocks whose consumer waits at the first: the threads stop, too."""
    plan = runs.grid(runs.Slab(), lengths=1024, attenuations=100)
    begun, gate = [], threading.Event()

    class Counting(runs.Slab):
        def bind(self, *arguments):
            bound = super().bind(*arguments)

            def counted(expansion, first, count):
                begun.append(first)
                return bound(expansion, first, count)

            return counted

    def each(packing, chunk, outputs):
        if chunk == 0:
            # The main thread holds the first chunk until the others have nothing left to do.
            gate.wait(0.3)
            highest.append(len(begun))

    highest = []
    run(plan, Counting(), workers=2, each=each)
    assert len(begun) == 200
    assert highest[0] <= running._window(running.Threads(None, 2)) + 1


def test_a_fault_in_a_block_ends_the_run_with_that_fault(tmp_path):
    class Broken(runs.Slab):
        def bind(self, choices, paths, outputs):
            bound = super().bind(choices, paths, outputs)

            def late(expansion, first, count):
                if first >= 5 * runs.SMALL_BLOCK:
                    raise ZeroDivisionError("boom")
                return bound(expansion, first, count)

            return late

    with pytest.raises(ZeroDivisionError, match="boom"):
        run(runs.grid(Broken()), Broken(), workers=2, export=tmp_path / "x.csv")
    assert list(tmp_path.iterdir()) == []
    assert not [t for t in threading.enumerate() if t.name.startswith("sweep")]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"workers": 0}, "from 1 to"),
        ({"workers": True}, "from 1 to"),
        ({"workers": 2.0}, "from 1 to"),
        ({"processes": -1}, "from 0 to"),
        ({"processes": 5000}, "from 0 to"),
        ({"workers": 2, "processes": 2}, "one of workers"),
        ({"workers": 2, "dask": "tcp://127.0.0.1:1"}, "one of workers"),
        ({"resume": True}, "a store to resume"),
        ({"export": "x.txt"}, ".parquet or .csv"),
        ({"export": "no/such/x.csv"}, "folder that does not exist"),
        ({"store": "no/such/folder"}, "does not exist"),
    ],
)
def test_bad_arguments(tmp_path, monkeypatch, more, words):
    """11 wrong calls; none leaves anything behind."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=words):
        run(runs.grid(runs.Slab()), runs.Slab(), **more)
    assert list(tmp_path.iterdir()) == []


def test_an_evaluator_that_cannot_be_sent():
    local = runs.Slab()
    local.outputs = {**local.outputs, "x": lambda: 0}
    with pytest.raises(InputError, match="cannot be sent"):
        run(runs.grid(runs.Slab()), local, processes=2)


def test_too_large_for_the_disk_says_its_size(tmp_path, monkeypatch):
    monkeypatch.setattr(fitting.shutil, "disk_usage", lambda _: fitting.shutil._ntuple_diskusage(10**9, 10**9 - 10**5, 10**5))
    plan = runs.grid(runs.Slab())
    with pytest.raises(InputError, match=r"20000 points of 2 outputs, 340 kB; allowed: at most 100 kB.*fewer points"):
        run(plan, runs.Slab(), store=tmp_path / "s")
    with pytest.raises(InputError, match="20000 points of 6 columns, up to 2.4 MB"):
        run(plan, runs.Slab(), export=tmp_path / "s.csv")
    assert list(tmp_path.iterdir()) == []
    # What is reduced needs no room.
    assert run(runs.grid(runs.Slab(), keep=False), runs.Slab(), store=tmp_path / "r").points == plan.points


def test_too_large_for_the_memory_says_its_size(monkeypatch):
    monkeypatch.setattr(fitting, "available", lambda: 10**6)
    with pytest.raises(InputError, match="tasks at once .* 1 MB, which is free: fewer workers"):
        run(runs.grid(runs.Slab()), runs.Slab(), workers=64)


def test_the_system_says_what_memory_is_free():
    free = fitting.available()
    assert free is None or 2**20 < free < 2**50


@pytest.mark.parametrize(("count", "text"), [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (41e9, "41 GB"), (3e15, "3 PB")])
def test_sizes_for_people(count, text):
    assert fitting.size(count) == text


@pytest.mark.parametrize("variants", [1, 2, 7, 300])
@pytest.mark.parametrize("samples", [1, 3, 1023, 1024, 1025, 5000])
@pytest.mark.parametrize("blocks_per_chunk", [1, 3, 16])
def test_chunks_hold_every_point_and_block_once(variants, samples, blocks_per_chunk):
    """72 rectangles."""

    class Plan:
        pass

    plan = Plan()
    plan.variants, plan.samples = ((),) * variants, samples
    packing = Chunks.of(plan, blocks_per_chunk)
    hit = np.zeros((variants, samples), int)
    blocks, before = [], 0
    for chunk in range(len(packing)):
        hit[packing.region(chunk)] += 1
        assert packing.points_before(chunk) == before
        before += packing.points(chunk)
        blocks += packing.blocks(chunk)
        assert packing.points(chunk) <= blocks_per_chunk * runs.SMALL_BLOCK
    assert (hit == 1).all() and before == packing.points_before(len(packing)) == variants * samples
    assert blocks == list(range(variants * -(-samples // runs.SMALL_BLOCK)))


def test_large_sweeps_get_larger_chunks():
    class Plan:
        variants, samples = ((),), 10**9

    with runs.small_blocks(65536):
        packing = Chunks.of(Plan())
    assert packing.chunk_samples == chunks.BLOCKS_PER_LARGE_CHUNK * 65536 and len(packing) == 3815


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_the_bar_shows_rate_and_time_left():
    now = [0.0]
    stream = Terminal()
    bar = Bar("slab", stream, lambda: now[0])
    bar(0, 1000)
    now[0] = 10.0
    bar(250, 1000)
    assert "25 %" in stream.getvalue() and "25/s" in stream.getvalue() and "30 s left" in stream.getvalue()
    now[0] = 10.1
    before = stream.getvalue()
    bar(260, 1000)
    assert stream.getvalue() == before, "at most five lines a second"
    bar(1000, 1000)
    bar.close()
    assert stream.getvalue().endswith("\r") and "left" not in stream.getvalue().split("\r")[-3]


def test_points_of_an_earlier_run_do_not_count_as_speed():
    now = [0.0]
    bar = Bar("slab", Terminal(), lambda: now[0])
    bar(900, 1000)
    assert "10/s" in bar.line(950, 1000, 5.0)


def test_no_bar_where_nobody_watches(capsys):
    stream = io.StringIO()
    bar = Bar("slab", stream)
    bar(1, 2)
    bar.close()
    assert stream.getvalue() == ""
    run(runs.grid(runs.Slab()), runs.Slab())
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "0 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (200, "3 min 20 s"), (7500, "2 h 05 min")]
)
def test_durations_for_people(seconds, text):
    assert duration(seconds) == text
