"""What a store says of itself: the manifest, the checkpoint of an unfinished run, and every way in which a folder is no store."""

import json
import math
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photonics.errors import InputError, shown
from photonics.files.json import load_json

if TYPE_CHECKING:
    from photonics.results.evaluator import Evaluator

    from .chunks import Chunks
    from .plan import Plan

SCHEMA = "photonics/sweep-store/1"
MANIFEST, CHECKPOINT = "manifest.json", "checkpoint.json"
LIMIT_BYTES = 256 << 20
_KEYS = {"digest": str, "complete": bool, "keep": bool, "points": int, "samples": int, "variants": list, "chunks": dict}


def extra(package: str, name: str, what: str) -> None:
    """Refuses what needs an optional package that is not installed, naming the extra that brings it.

    :raises InputError: the package is not there.
    """
    if find_spec(package) is None:
        allowed = f"the package {package}: pip install 'photonics-interconnect[{name}]'"
        raise InputError.of("", what, f"no package {package}", allowed)


def look(folder: Path, resume: bool) -> dict[str, Any] | None:
    """The manifest of the store in ``folder``, or None where a new one may be made.  Changes nothing.

    :raises InputError: a file; a folder with other things in it; no parent folder; a store without ``resume``; a damaged
        manifest.
    """
    where = str(folder)
    if not folder.exists():
        if not folder.parent.is_dir():
            raise InputError.of(where, "", "a folder inside one that does not exist", "an existing folder above it")
        return None
    if not folder.is_dir():
        raise InputError.of(where, "", "a file", "the name of a new folder, or of a store to resume")
    try:
        empty = not any(folder.iterdir())
    except OSError as fault:
        raise InputError.of(where, "", f"a folder that cannot be read ({fault.strerror})", "a new folder, or a store") from None
    if empty:
        return None
    found = read(folder)
    if not resume:
        allowed = "another folder, or --resume to continue it (resume=True)"
        raise InputError.of(where, "", "a store that exists already", allowed)
    return found


def read(folder: Path) -> dict[str, Any]:
    """The manifest of a store.

    :raises InputError: a folder that is no store, or a manifest that is cut off or holds something else.
    """
    path = folder / MANIFEST
    if not path.is_file():
        what = "a folder that is not a store" if folder.is_dir() else "no folder"
        raise InputError.of(str(folder), "", f"{what} (no {MANIFEST} in it)", "the folder of a sweep")
    data = _document(path)
    if data.get("schema") != SCHEMA:
        raise InputError.of(str(path), "schema", shown(data.get("schema", "nothing")), SCHEMA)
    for key, kind in _KEYS.items():
        if not isinstance(data.get(key), kind):
            raise InputError.of(str(path), key, shown(data.get(key, "nothing")), "the manifest as the sweep wrote it")
    return data


def read_checkpoint(folder: Path, digest: str, chunks: int, reductions: int) -> tuple[int, list[Any]]:
    """How many chunks an unfinished run left on disk, and the merged partial results of their blocks, as JSON.

    :raises InputError: a checkpoint that is cut off, or that belongs to another plan.
    """
    path = folder / CHECKPOINT
    if not path.is_file():
        return 0, []
    data = _document(path)
    done, partials = data.get("chunks_done"), data.get("partials")
    if data.get("digest") != digest:
        raise InputError.of(str(path), "digest", shown(data.get("digest", "nothing")), f"{digest}, the plan's")
    if isinstance(done, bool) or not isinstance(done, int) or not 0 < done <= chunks:
        raise InputError.of(str(path), "chunks_done", shown(done), f"a number from 1 to {chunks}")
    if not isinstance(partials, list) or len(partials) != reductions:
        raise InputError.of(str(path), "partials", shown(partials), f"a list of {reductions}")
    return done, partials


def _document(path: Path) -> dict[str, Any]:
    data = load_json(path, LIMIT_BYTES).data
    if not isinstance(data, dict):
        raise InputError.of(str(path), "", shown(data), "a table")
    return data


def same_plan(manifest: Mapping[str, Any], plan: "Plan", folder: Path) -> None:
    """Refuses to continue a store that another plan made.

    :raises InputError: the digests differ.
    """
    if manifest["digest"] != plan.digest:
        read_ = f"a store of plan {manifest['digest'][:12]} ({shown(manifest.get('name', ''))})"
        allowed = f"a store of plan {plan.digest[:12]}: the same sweep, design, catalog and versions; or another folder"
        raise InputError.of(str(folder), "digest", read_, allowed)


def describe(plan: "Plan", evaluator: "Evaluator", chunks: "Chunks") -> dict[str, Any]:
    """The manifest of a plan before its run; nothing in it depends on when, where or with how many threads."""
    return {
        "schema": SCHEMA,
        "digest": plan.digest,
        "complete": False,
        "name": plan.name,
        "about": plan.about,
        "design": plan.design,
        "kind": plan.kind,
        "method": plan.method,
        "points": plan.points,
        "samples": plan.samples,
        "shape": list(plan.shape),
        "keep": plan.keep,
        "chunks": chunks.document(),
        "variants": [[list(choice) for choice in variant] for variant in plan.variants],
        "inputs": inputs_of(plan, evaluator),
        "outputs": outputs_of(plan, evaluator),
        "statuses": {str(code): text for code, text in sorted(evaluator.statuses.items())},
        "plan": plain(plan.document()),
    }


def inputs_of(plan: "Plan", evaluator: "Evaluator") -> list[dict[str, str]]:
    """Path, unit, meaning and source of every numeric input, in the order of the plan's columns."""
    rows = []
    for path in plan.paths:
        parameter = evaluator.parameter(path)
        dimension = parameter.kind.dimension
        source = str(getattr(parameter.base, "source", "") or "")
        rows.append({"path": path, "units": dimension.unit, "long_name": dimension.noun, "design_source": source})
    return rows


def outputs_of(plan: "Plan", evaluator: "Evaluator") -> list[dict[str, Any]]:
    """Name, unit, meaning and better direction of every output of a plan."""
    every = evaluator.outputs
    return [{"name": n, "units": every[n].unit, "long_name": every[n].about, "better": every[n].better} for n in plan.outputs]


def text_of(document: Mapping[str, Any]) -> str:
    """A document as JSON text, a line a key; the same document always gives the same text."""
    lines = (f" {json.dumps(key)}: {json.dumps(value, allow_nan=False, ensure_ascii=False)}" for key, value in document.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def plain(value: Any) -> Any:
    """A result as JSON carries it: lists for tuples and arrays, plain numbers, null for what is no number."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, str | bool) or value is None:
        return value
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, Sequence | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return int(value)
