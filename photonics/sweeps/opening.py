"""A stored sweep as an xarray Dataset: a dimension an axis, values read and inputs recomputed only where somebody looks."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from photonics.errors import InputError, shown

from . import manifest as documents
from .storing import EXPANSION

POINT = "point"


class Layout(NamedTuple):
    """How variants x samples unfold into named dimensions: those of the choices, then those of the samples."""

    dims: tuple[str, ...]
    shape: tuple[int, ...]
    choices: int  # how many of the dims belong to the variants


def open_sweep(folder: str | Path) -> Any:
    """The points of a stored sweep as an ``xarray.Dataset`` (extras ``store`` and ``table``).

    A grid has one dimension for every axis, named by its path, with the axis values as its coordinate; a random sweep has a
    dimension ``point`` and its inputs as coordinates along it; choices are dimensions with texts.  Every variable has
    ``units``, ``long_name`` and ``source``.  Nothing is read before it is used, so a store larger than memory can be opened
    and cut.

    :raises InputError: a folder that is no store, an unfinished sweep, one without points (``keep = "none"``), a damaged
        store, or the extras are not installed.
    """
    path = Path(folder)
    manifest = documents.read(path)
    if not manifest["complete"]:
        raise InputError.of(str(path), "", "an unfinished sweep", "a complete one: continue it with --resume")
    if not manifest["keep"]:
        raise InputError.of(str(path), "", 'a sweep without points (keep = "none")', f"the results in {documents.MANIFEST}")
    documents.extra("zarr", "store", "open_sweep")
    documents.extra("xarray", "table", "open_sweep")
    import xarray
    import zarr

    try:
        group = zarr.open_group(str(path), mode="r")
        arrays = {row["name"]: group[row["name"]] for row in manifest["outputs"]} | {"status": group["status"]}
        expansion = _expansion(group[EXPANSION])
    except (OSError, KeyError, ValueError, TypeError) as fault:
        read = f"a store whose arrays cannot be opened ({shown(str(fault))})"
        raise InputError.of(str(path), "", read, "a store as the sweep left it") from fault
    layout = layout_of(manifest)
    from .lazy import inputs_along, stored

    variables = {name: xarray.Variable(layout.dims, stored(array, layout), dict(array.attrs)) for name, array in arrays.items()}
    coordinates: dict[str, Any] = _choice_coordinates(manifest, layout)
    source = f"axes and draws of the sweep {manifest['name']}"
    for column, row in enumerate(manifest["inputs"]):
        attributes = {"units": row["units"], "long_name": row["long_name"], "source": row["design_source"] or source}
        if manifest["method"] == "grid":
            values = expansion.table[expansion.offset[column] :][: expansion.length[column]]
            coordinates[row["path"]] = xarray.Variable((row["path"],), values, attributes)
        else:
            lazy = inputs_along(expansion, column, manifest["samples"])
            coordinates[row["path"]] = xarray.Variable((POINT,), lazy, attributes)
    about = {"title": manifest["name"], "comment": manifest["about"], "digest": manifest["digest"], "design": manifest["design"]}
    about |= {"method": manifest["method"], "source": str(variables["status"].attrs.get("source", ""))}
    return xarray.Dataset(variables, coordinates, about)


def layout_of(manifest: Mapping[str, Any]) -> Layout:
    """The dimensions of a store."""
    values = choice_values(manifest["variants"])
    dims, shape = list(values), [len(texts) for texts in values.values()]
    if manifest["method"] == "grid":
        dims += [row["path"] for row in manifest["inputs"]]
        shape += manifest["shape"][len(values) :]
    else:
        dims.append(POINT)
        shape.append(manifest["samples"])
    if math.prod(shape) != manifest["points"] or len(dims) != len(shape):
        read = f"{manifest['points']} points in axes of {shape}"
        raise InputError.of("", documents.MANIFEST, read, "the manifest as the sweep wrote it")
    return Layout(tuple(dims), tuple(shape), len(values))


def choice_values(variants: Sequence[Sequence[Sequence[str]]]) -> dict[str, list[str]]:
    """The texts of every choice axis, in order: the variants are their product, the first axis slowest."""
    found: dict[str, dict[str, None]] = {}
    for variant in variants:
        for path, text in variant:
            found.setdefault(path, {})[text] = None
    return {path: list(texts) for path, texts in found.items()}


def _choice_coordinates(manifest: Mapping[str, Any], layout: Layout) -> dict[str, Any]:
    import xarray

    texts = choice_values(manifest["variants"])
    about = {"units": "", "long_name": "choice", "source": f"axes of the sweep {manifest['name']}"}
    return {path: xarray.Variable((path,), np.array(values), about) for path, values in texts.items()}


def _expansion(group: Any) -> Any:
    """The axes and draws as the kernel takes them."""
    from photonics_kernels.draw import Expansion

    parts: dict[str, Any] = {}
    for name in Expansion._fields:
        if name in group.attrs:
            parts[name] = np.uint64(group.attrs[name]) if name == "seed" else int(group.attrs[name])
        else:
            parts[name] = np.ascontiguousarray(group[name][...])
    return Expansion(**parts)
