"""Notebooks: run them, and write them anew from their scripts.

python tests/notebooks/execute.py          # every notebook, after a number or a script has changed

A notebook is kept twice: as a script in the percent format, which a review can read and which is the source,
and as an .ipynb with the outputs of its last run. The outputs hold no times, paths or counters, so that a run
without changes writes the same file.
"""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jupytext
import nbformat
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from traitlets import default

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
TIMEOUT_S = 300.0  # of one cell: the first call of a kernel compiles it
METADATA = {
    "jupytext": {"formats": "ipynb,py:percent"},
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
}


class OwnKernel(AsyncKernelManager):
    """The kernel of this interpreter: none that a user has installed under the same name."""

    @default("kernel_spec_manager")
    def _kernel_spec_manager_default(self) -> KernelSpecManager:
        return KernelSpecManager(parent=self, kernel_dirs=[])


def scripts() -> list[Path]:
    """The scripts of all notebooks."""
    return sorted(NOTEBOOKS.glob("*.py"))


def from_script(script: Path) -> Any:
    """The notebook of a script, without outputs; its cells are numbered, so that identifiers repeat."""
    notebook = jupytext.read(script, fmt="py:percent")
    for i, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{i:02d}"
        cell["metadata"] = {}
    notebook["metadata"] = METADATA
    notebook["nbformat"], notebook["nbformat_minor"] = 4, 5
    return nbformat.from_dict(notebook)


def executed(notebook: Any) -> Any:
    """Run a notebook in this interpreter's environment and in an empty folder.

    :raises nbclient.exceptions.CellExecutionError: a cell failed.
    """
    with TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            kernel_name="python3",
            kernel_manager_class=OwnKernel,
            timeout=TIMEOUT_S,
            resources={"metadata": {"path": folder}},
            record_timing=False,
            coalesce_streams=True,  # how the kernel cuts its stream into messages is chance
        )
        client.execute(env={**os.environ, "IPYTHONDIR": str(Path(folder) / "ipython")})
    notebook["metadata"] = METADATA  # the run adds versions of whatever ran it
    return notebook


def main() -> int:
    for script in scripts():
        notebook = executed(from_script(script))
        text = nbformat.writes(notebook) + "\n"
        script.with_suffix(".ipynb").write_text(text, encoding="utf-8", newline="\n")
        print(script.with_suffix(".ipynb").name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
