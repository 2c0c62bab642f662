"""The store: what a stored sweep says of itself, how it opens, what it is exported to, and a disk that is full."""

import csv
import errno
import json
import math
import os
import shutil
import subprocess

import numpy as np
import pytest

from photonics.errors import InputError
from photonics.sweeps import durable, manifest, storing
from photonics.sweeps.opening import open_sweep
from photonics.sweeps.running import run

from . import runs


@pytest.fixture(autouse=True)
def small():
    with runs.small_blocks():
        yield


def test_a_grid_opens_with_a_dimension_an_axis(tmp_path):
    plan = runs.grid(runs.Slab(), 40, 30)
    run(plan, runs.Slab(), store=tmp_path / "s")
    data = open_sweep(tmp_path / "s")
    assert data.loss_db.dims == ("glass", "slab.length", "slab.attenuation") and data.loss_db.shape == (2, 40, 30)
    assert list(data.glass.values) == ["silica", "sapphire"]
    np.testing.assert_allclose(data["slab.length"].values, np.linspace(0.5, 2.0, 40), rtol=1e-15)
    assert data["slab.length"].attrs == {"units": "m", "long_name": "a length", "source": "a drawer in the lab"}
    assert data.loss_db.attrs["units"] == "dB" and data.loss_db.attrs["long_name"] == "loss of the slab"
    assert "slab" in data.loss_db.attrs["source"] and data.attrs["digest"] == plan.digest
    assert data.status.attrs["flag_values"] == [0, 1] and data.status.attrs["flag_meanings"] == ["fine", "too dark"]
    product = data["slab.length"] * data["slab.attenuation"]
    expected = product.where(product <= runs.TOO_DARK_DB).values
    for glass in runs.INDICES:
        np.testing.assert_array_equal(data.loss_db.sel(glass=glass).values, expected)
    np.testing.assert_allclose(
        data.delay_ns.sel(glass="sapphire")[:, 0].values, 1.76 * data["slab.length"].values / 0.299792458, rtol=1e-14
    )


def test_a_piece_is_the_same_as_the_piece_of_the_whole(tmp_path):
    """Slices, steps, lists, single values, backwards; each read from its chunks alone."""
    run(runs.grid(runs.Slab(), 40, 90), runs.Slab(), store=tmp_path / "s")
    whole = runs.decoded(tmp_path / "s").loss_db.values
    cuts = [
        (0, 3, 5),
        (slice(None), slice(5, 9), slice(None, None, 7)),
        (1, slice(None, None, -3), [4, 4, 88]),
        ([1, 0], 39, slice(80, None)),
        (slice(0, 0), slice(None), 0),
    ]
    for cut in cuts:
        piece = open_sweep(tmp_path / "s").loss_db
        names = dict(zip(piece.dims, cut, strict=True))
        wanted = whole
        for axis in (2, 1, 0):
            wanted = wanted[(slice(None),) * axis + (cut[axis],)]
        np.testing.assert_array_equal(piece.isel(names).values, wanted)


@pytest.mark.parametrize("method", ["monte-carlo", "latin-hypercube", "sobol"])
def test_a_random_sweep_opens_along_its_points_with_inputs_out_of_nothing(tmp_path, method):
    plan = runs.random(runs.Slab(), 5000, method)
    run(plan, runs.Slab(), store=tmp_path / "s")
    data = open_sweep(tmp_path / "s")
    assert data.loss_db.dims == ("glass", "point") and data.loss_db.shape == (2, 5000)
    assert data["slab.length"].dims == ("point",)
    assert not list((tmp_path / "s").glob("slab*")), "inputs are not stored"
    given = plan.inputs(np.arange(5000))
    for path in plan.paths:
        np.testing.assert_array_equal(data[path].values, given[path])
        np.testing.assert_array_equal(data[path][[7, 4999, 7, 0]].values, given[path][[7, 4999, 7, 0]])
        assert data[path][4321].values == given[path][4321]
    fine = data.status.values == 0
    product = (data["slab.length"] * data["slab.attenuation"]).values
    np.testing.assert_array_equal(data.loss_db.values[fine], np.broadcast_to(product, fine.shape)[fine])


def test_the_manifest_says_what_was_computed_and_not_when(tmp_path):
    plan = runs.grid(runs.Slab(), 40, 30)
    result = run(plan, runs.Slab(), store=tmp_path / "a")
    run(plan, runs.Slab(), store=tmp_path / "b", workers=1)
    assert runs.files(tmp_path / "a") == runs.files(tmp_path / "b")
    told = json.loads((tmp_path / "a" / "manifest.json").read_text())
    assert told["digest"] == plan.digest and told["complete"] is True and told["points"] == 2400
    assert told["plan"] == manifest.plain(plan.document())
    assert told["results"] == list(result.reductions)
    assert [row["units"] for row in told["outputs"]] == ["dB", "ns"]
    assert [row["design_source"] for row in told["inputs"]] == ["a drawer in the lab"] * 2


def test_arrays_are_plain_zarr(tmp_path):
    zarr = pytest.importorskip("zarr")
    plan = runs.grid(runs.Slab(), 40, 90)
    run(plan, runs.Slab(), store=tmp_path / "s")
    group = zarr.open_group(str(tmp_path / "s"), mode="r")
    assert group.metadata.zarr_format == 3
    assert group["loss_db"].shape == (2, 3600) and group["loss_db"].chunks == (1, runs.SMALL_BLOCK)
    assert group["status"].dtype == np.int8
    # A file a chunk, even where it holds nothing but the fill value (the status of fine points, NaN).
    assert len(list((tmp_path / "s" / "status" / "c").glob("*/*"))) == 2 * math.ceil(3600 / runs.SMALL_BLOCK)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda p: p.write_text("x"), "a file"),
        (lambda p: (p.mkdir(), (p / "notes.txt").write_text("x")), "not a store"),
        (lambda p: run(runs.grid(runs.Slab(), 9, 2), runs.Slab(), store=p), "a store that exists already"),
    ],
)
def test_what_is_there_is_never_written_over(tmp_path, make, words):
    make(tmp_path / "s")
    before = runs.files(tmp_path)
    with pytest.raises(InputError, match=words):
        run(runs.grid(runs.Slab(), 9, 2), runs.Slab(), store=tmp_path / "s")
    assert runs.files(tmp_path) == before


def test_open_says_why_not(tmp_path):
    run(runs.grid(runs.Slab(), 9, 2, keep=False), runs.Slab(), store=tmp_path / "reduced")
    run(runs.grid(runs.Slab(), 9, 2), runs.Slab(), store=tmp_path / "s")
    (tmp_path / "s" / "manifest.json").write_text((tmp_path / "s" / "manifest.json").read_text().replace("true", "false", 1))
    run(runs.grid(runs.Slab(), 9, 2), runs.Slab(), store=tmp_path / "broken")
    shutil.rmtree(tmp_path / "broken" / "expansion")
    expected = {"none": "no folder", "reduced": "without points", "s": "unfinished", "broken": "cannot be opened"}
    for name, words in expected.items():
        with pytest.raises(InputError, match=words):
            open_sweep(tmp_path / name)


@pytest.mark.parametrize("package", ["zarr", "xarray", "pyarrow"])
def test_a_missing_package_is_named_with_its_extra(tmp_path, monkeypatch, package):
    run(runs.grid(runs.Slab(), 9, 2), runs.Slab(), store=tmp_path / "s")
    monkeypatch.setattr(manifest, "find_spec", lambda name: None if name == package else object())
    name = {"zarr": "store", "xarray": "table", "pyarrow": "table"}[package]
    with pytest.raises(InputError, match=rf"no package {package}; .*photonics-interconnect\[{name}\]"):
        if package == "zarr":
            run(runs.grid(runs.Slab(), 9, 2), runs.Slab(), store=tmp_path / "new")
        elif package == "xarray":
            open_sweep(tmp_path / "s")
        else:
            run(runs.grid(runs.Slab(), 9, 2), runs.Slab(), export=tmp_path / "new.parquet")
    assert [p.name for p in tmp_path.iterdir()] == ["s"]


# ---------------------------------------------------------------- exports


def check_rows(plan, columns):
    """An exported table against the plan's inputs and the model; columns by head."""
    given = plan.inputs(np.arange(plan.points))
    assert list(columns) == ["glass", "slab.length_m", "slab.attenuation_db", "loss_db", "delay_ns", "status"]
    assert list(columns["glass"]) == list(given["glass"])
    np.testing.assert_array_equal(columns["slab.length_m"], given["slab.length"])
    np.testing.assert_array_equal(columns["slab.attenuation_db"], given["slab.attenuation"])
    product = given["slab.length"] * given["slab.attenuation"]
    dark = product > runs.TOO_DARK_DB
    assert 0 < dark.sum() < len(dark)
    np.testing.assert_array_equal(columns["status"], dark)
    np.testing.assert_array_equal(columns["loss_db"], np.where(dark, np.nan, product))


@pytest.mark.parametrize("make", [runs.grid, runs.random])
@pytest.mark.parametrize("stored", [False, True])
def test_csv_holds_every_digit(tmp_path, make, stored):
    plan = make(runs.Slab())
    result = run(plan, runs.Slab(), export=tmp_path / "x.csv", store=tmp_path / "s" if stored else None)
    assert result.export == str(tmp_path / "x.csv")
    with open(tmp_path / "x.csv", encoding="utf-8", newline="") as stream:
        heads, *rows = csv.reader(stream)
    columns = {}
    for head, cells in zip(heads, zip(*rows, strict=True), strict=True):
        columns[head] = cells if head == "glass" else np.array([float(cell) if cell else np.nan for cell in cells])
    check_rows(plan, columns)


@pytest.mark.parametrize("stored", [False, True])
def test_parquet_holds_units_and_nulls(tmp_path, stored):
    parquet = pytest.importorskip("pyarrow.parquet")
    plan = runs.grid(runs.Slab())
    run(plan, runs.Slab(), export=tmp_path / "x.parquet", store=tmp_path / "s" if stored else None)
    table = parquet.read_table(tmp_path / "x.parquet")
    columns = {}
    for name in table.column_names:
        values = table[name].to_pylist()
        columns[name] = values if name == "glass" else np.array([np.nan if v is None else v for v in values], float)
    check_rows(plan, columns)
    about = table.schema.field("slab.length_m").metadata
    assert about[b"units"] == b"m" and about[b"path"] == b"slab.length"
    assert table["loss_db"].null_count == int(columns["status"].sum())


def test_a_resumed_sweep_exports_all_of_it(tmp_path):
    """Points of an earlier run come from the store; where none are kept they are computed again."""
    for keep in (True, False):
        plan = runs.grid(runs.Slab(), keep=keep)
        folder = tmp_path / f"s{keep}"

        def stop(done, total):
            if done > total // 2:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            run(plan, runs.Slab(), store=folder, export=tmp_path / "x.csv", progress=stop)
        assert not (tmp_path / "x.csv").exists() and not list(tmp_path.glob(".*"))
        result = run(plan, runs.Slab(), store=folder, resume=True, export=tmp_path / f"{keep}.csv")
        assert (result.computed < plan.points) is keep
    assert (tmp_path / "True.csv").read_bytes() == (tmp_path / "False.csv").read_bytes()


def test_texts_with_commas_stay_one_cell(tmp_path):
    from photonics.sweeps.exporting import _quoted

    assert [_quoted(t) for t in ("a", "a,b", 'say "x"', "two\nlines")] == ["a", '"a,b"', '"say ""x"""', '"two\nlines"']


# ---------------------------------------------------------------- a full disk


def full(*_, **__):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_disk_that_fills_up_while_the_store_is_made(tmp_path, monkeypatch):
    monkeypatch.setattr(storing, "force_all", full)
    with pytest.raises(InputError, match="a full disk .*nothing is stored; allowed: room"):
        run(runs.grid(runs.Slab()), runs.Slab(), store=tmp_path / "s")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("after", [0, 1, 7, 40, 80])
def test_a_disk_that_fills_up_during_the_run(tmp_path, monkeypatch, after):
    """Refused at 5 moments, at whatever was being forced to disk; then there is room again."""
    plan, calls = runs.grid(runs.Slab()), []
    whole = run(plan, runs.Slab(), store=tmp_path / "whole")
    real = durable.force

    def force(path):
        if path == tmp_path:
            return real(path)  # the folder is made before the run
        calls.append(path)
        return full() if len(calls) > after else real(path)

    monkeypatch.setattr(storing, "force", force)
    with pytest.raises(InputError, match="a full disk .*--resume continues"):
        run(plan, runs.Slab(), store=tmp_path / "s")
    monkeypatch.undo()
    with runs.small_blocks():
        result = run(plan, runs.Slab(), store=tmp_path / "s", resume=True)
    assert result.reductions == whole.reductions
    assert runs.files(tmp_path / "s") == runs.files(tmp_path / "whole")


def test_a_disk_that_fills_up_during_an_export(tmp_path, monkeypatch):
    from photonics.sweeps import exporting

    monkeypatch.setattr(exporting._Csv, "write", full)
    with pytest.raises(InputError, match="nothing is exported"):
        run(runs.grid(runs.Slab()), runs.Slab(), export=tmp_path / "x.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def tiny(tmp_path):
    """A file system of four megabytes."""
    place = tmp_path / "tiny"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_disk_that_is_really_full(tiny):
    """60 000 points of 17 bytes, and somebody else takes 3.6 of the 4 MB meanwhile; later there is room, and the run goes on."""
    plan = runs.grid(runs.Slab(), 300, 100)
    ballast = tiny / "ballast"

    def fill(*_):
        if not ballast.exists():
            ballast.write_bytes(bytes(3_600_000))

    with pytest.raises(InputError, match="a full disk .*--resume continues"):
        run(plan, runs.Slab(), store=tiny / "s", workers=2, progress=fill, blocks_per_chunk=1)
    ballast.unlink()
    run(plan, runs.Slab(), store=tiny / "s", resume=True)
    assert open_sweep(tiny / "s").status.size == plan.points
    with pytest.raises(InputError, match="which is free there"):
        run(runs.grid(runs.Slab(), 3000, 100), runs.Slab(), store=tiny / "t")
    # Room for the points, but not for the folder around them.
    ballast.write_bytes(bytes(shutil.disk_usage(tiny).free - 16_384))
    with pytest.raises(InputError, match="a full disk .*nothing is stored"):
        run(runs.grid(runs.Slab(), 2, 2), runs.Slab(), store=tiny / "t")
    assert sorted(p.name for p in tiny.iterdir()) == ["ballast", "s"]
