"""A stored sweep survives the loss of its process at any moment, and an honest stop."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from photonics.errors import InputError
from photonics.sweeps import storing
from photonics.sweeps.running import run

from . import runs

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def small():
    with runs.small_blocks():
        yield


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked processes")
def test_ten_kills_at_random_moments_leave_no_trace(tmp_path):
    """Ten kill -9 of a run over 294 chunks, resumed each time: every file is then the one of an undisturbed run."""
    folder = tmp_path / "cut"
    env = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "kernels")))}
    command = [sys.executable, "-m", "tests.sweeps.killing", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, env=env, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert [kill["killed"] for kill in told["kills"]] == [True] * 10 and told["last"] == 0
    promised = [kill["promised"] for kill in told["kills"]]
    assert promised == sorted(promised) and len(set(promised)) >= 5, promised

    whole = tmp_path / "whole"
    run(runs.grid(runs.Slab(), lengths=3000, attenuations=50), runs.Slab(), workers=1, store=whole)
    assert runs.decoded(folder).identical(runs.decoded(whole))
    assert runs.files(folder) == runs.files(whole)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["cut", "whole"], "nothing is left beside the store"


class Stop(Exception):
    """Stands in for whatever ends a run."""


def stopped_after(chunks, fault):
    count = [0]

    def progress(*_):
        count[0] += 1
        if count[0] == chunks:
            raise fault

    return progress


def store_a_part(folder, plan, chunks=7, fault=KeyboardInterrupt):
    with pytest.raises(fault):
        run(plan, runs.Slab(), workers=2, store=folder, progress=stopped_after(chunks, fault))


@pytest.mark.parametrize("fault", [KeyboardInterrupt, Stop])
def test_an_interrupted_run_goes_on(tmp_path, fault):
    plan = runs.grid(runs.Slab())
    store_a_part(tmp_path / "part", plan, fault=fault)
    assert json.loads((tmp_path / "part" / "checkpoint.json").read_text())["chunks_done"] >= 1
    counted = []
    result = run(plan, runs.Slab(), store=tmp_path / "part", resume=True, progress=lambda done, total: counted.append(done))
    whole = run(plan, runs.Slab(), store=tmp_path / "whole")
    assert 0 < result.computed < plan.points == whole.computed
    assert counted[0] > plan.points - result.computed and counted[-1] == plan.points
    assert result.reductions == whole.reductions
    assert runs.files(tmp_path / "part") == runs.files(tmp_path / "whole")


def test_an_interruption_while_a_chunk_is_handed_out_counts_no_point_twice(tmp_path):
    plan = runs.grid(runs.Slab())
    seen = []

    def stop_in_the_second(*chunk):
        seen.append(chunk)
        if len(seen) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(plan, runs.Slab(), store=tmp_path / "s", each=stop_in_the_second)
    again = run(plan, runs.Slab(), store=tmp_path / "s", resume=True)
    whole = run(plan, runs.Slab(), store=tmp_path / "whole")
    assert again.reduction("status")["points"] == plan.points
    assert again.reductions == whole.reductions


def test_resume_of_a_complete_store_computes_nothing(tmp_path):
    plan = runs.grid(runs.Slab())
    first = run(plan, runs.Slab(), store=tmp_path / "s")
    before = runs.files(tmp_path / "s")
    (tmp_path / "s" / "checkpoint.json").write_text("{")  # lost between the manifest and this
    again = run(plan, runs.Slab(), store=tmp_path / "s", resume=True)
    assert again.computed == 0 and again.points_per_second is None
    assert again.reductions == first.reductions
    assert runs.files(tmp_path / "s") == before


def test_resume_begins_where_nothing_is(tmp_path):
    plan = runs.grid(runs.Slab(), 20, 5)
    (tmp_path / "empty").mkdir()
    for name in ("none", "empty"):
        assert run(plan, runs.Slab(), store=tmp_path / name, resume=True).computed == plan.points
    assert runs.files(tmp_path / "none") == runs.files(tmp_path / "empty")


def test_reductions_alone_are_resumed(tmp_path):
    plan = runs.grid(runs.Slab(), keep=False)
    store_a_part(tmp_path / "part", plan)
    result = run(plan, runs.Slab(), store=tmp_path / "part", resume=True)
    assert result.computed < plan.points
    assert result.reductions == run(plan, runs.Slab()).reductions
    assert list(runs.files(tmp_path / "part")) == ["manifest.json"]


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda s: cut(s / "manifest.json"), "not JSON"),
        (lambda s: (s / "manifest.json").write_text("{}"), "photonics/sweep-store/1"),
        (lambda s: (s / "manifest.json").unlink(), "not a store"),
        (lambda s: cut(s / "checkpoint.json"), "not JSON"),
        (lambda s: (s / "checkpoint.json").write_text("[]"), "a table"),
        (lambda s: (s / "checkpoint.json").write_text('{"digest": "x"}'), "digest"),
        (lambda s: _edit(s / "checkpoint.json", chunks_done=-1), "chunks_done"),
        (lambda s: _edit(s / "checkpoint.json", partials=[]), "partials"),
        (lambda s: _edit(s / "manifest.json", chunks={}), "chunks"),
        (lambda s: (s / "loss_db" / "c" / "0" / "2").unlink(), "c/0/2 of 'loss_db'"),
        (lambda s: shutil.rmtree(s / "status" / "c"), "of 'status'"),
        (lambda s: shutil.rmtree(s / "delay_ns"), "arrays cannot be opened"),
        (lambda s: (s / "loss_db" / "zarr.json").write_text("{"), "arrays cannot be opened"),
    ],
)
def test_a_damaged_store_is_refused_and_left_alone(tmp_path, damage, words):
    """13 kinds of damage."""
    plan = runs.grid(runs.Slab())
    store_a_part(tmp_path / "s", plan)
    damage(tmp_path / "s")
    before = runs.files(tmp_path / "s")
    with pytest.raises(InputError, match=words):
        run(plan, runs.Slab(), store=tmp_path / "s", resume=True)
    assert runs.files(tmp_path / "s") == before


def _edit(path, **changes):
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_another_plan_cannot_go_on(tmp_path):
    store_a_part(tmp_path / "s", runs.grid(runs.Slab()))
    before = runs.files(tmp_path / "s")
    with pytest.raises(InputError, match="a store of plan"):
        run(runs.grid(runs.Slab(), lengths=401), runs.Slab(), store=tmp_path / "s", resume=True)
    assert runs.files(tmp_path / "s") == before


def test_one_run_at_a_time(tmp_path):
    pytest.importorskip("fcntl")
    plan = runs.grid(runs.Slab())
    store_a_part(tmp_path / "s", plan)
    held = storing._hold(tmp_path / "s")
    with pytest.raises(InputError, match="another run is writing"):
        run(plan, runs.Slab(), store=tmp_path / "s", resume=True)
    os.close(held)
    assert run(plan, runs.Slab(), store=tmp_path / "s", resume=True).points == plan.points
