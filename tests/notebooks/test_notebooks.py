"""Every notebook runs, agrees with its script, and shows what a run gives today."""

import base64
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.notebooks.execute import METADATA, NOTEBOOKS, executed, from_script, scripts

AGAIN = "run: python tests/notebooks/execute.py"


def sources(notebook: Any) -> list[tuple[str, str]]:
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


def shown(notebook: Any) -> list[tuple[str, str]]:
    """What the cells print and which kinds of pictures they show; pixels depend on fonts and versions."""
    out = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                out.append((output.name, output.text))
            elif output.output_type in ("execute_result", "display_data"):
                out += [("data", kind) for kind in sorted(output.data)]
            else:
                out.append((output.output_type, output.get("ename", "")))
    return out


def test_every_notebook_has_its_script() -> None:
    assert scripts()
    assert {p.stem for p in NOTEBOOKS.glob("*.ipynb")} == {p.stem for p in scripts()}


@pytest.mark.parametrize("script", scripts(), ids=lambda p: p.stem)
def test_a_notebook_and_its_script_agree(script: Path) -> None:
    kept = nbformat.read(script.with_suffix(".ipynb"), as_version=4)
    nbformat.validate(kept)
    assert sources(kept) == sources(from_script(script)), AGAIN
    assert kept.metadata == METADATA, AGAIN
    assert [cell.id for cell in kept.cells] == [cell.id for cell in from_script(script).cells], AGAIN


@pytest.mark.parametrize("script", scripts(), ids=lambda p: p.stem)
def test_a_notebook_runs_and_its_kept_outputs_are_current(script: Path) -> None:
    kept = nbformat.read(script.with_suffix(".ipynb"), as_version=4)
    run = executed(from_script(script))
    assert shown(run) == shown(kept), AGAIN


@pytest.mark.parametrize("script", scripts(), ids=lambda p: p.stem)
def test_kept_outputs_are_fit_to_keep(script: Path) -> None:
    """No errors, no warnings, no paths or addresses of the machine that ran it; pictures are whole."""
    kept = nbformat.read(script.with_suffix(".ipynb"), as_version=4)
    pictures = 0
    for kind, text in shown(kept):
        assert kind in ("stdout", "data"), (kind, text)
        assert not re.search(r"0x[0-9a-f]{6,}|/tmp/|/home/|/root/|[A-Z]:\\", text), text
    for cell in kept.cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                assert base64.b64decode(output.data["image/png"]).startswith(b"\x89PNG")
                pictures += 1
    assert pictures
