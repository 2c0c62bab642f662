"""The one place where compile policy lives: the ``kernel`` decorator and its cache.

Policy, and why:

* ``nogil=True``: threads are a pool over blocks in the layer above, so a kernel must let go of the interpreter.
* never ``parallel=True``: two caller threads abort Numba's workqueue layer.
* ``fastmath={"contract", "nsz"}``: fused multiply-add is allowed.  ``nnan``/``ninf`` are not: they turn ``isnan`` into False
  and the gain was 2 % at best.
* ``error_model="numpy"``: a division by zero gives inf or nan that a status can report, instead of a raise that blocks
  vectorisation.
* vectors of 512 bits where the processor has them at full rate (AVX-512 with VBMI2: since Ice Lake and Zen 4): LLVM prefers 256 there,
  and loops without divisions run a third faster in the wider ones.
* the cache folder is keyed by a digest of ALL kernel sources: Numba's own cache looks at the file of the outermost function
  only, so an edited callee would go unnoticed and a stale result would be served.
"""

import hashlib
import os
import platform
import sys
from pathlib import Path
from typing import Any

import numba
from numba.core.codegen import get_host_cpu_features
from numba.core.registry import cpu_target

FASTMATH = {"contract", "nsz"}
CACHE_VARIABLE = "PHOTONICS_CACHE_DIR"


def source_digest() -> str:
    """Digest of every kernel source, of Numba's version and of the interpreter's: one folder of machine code each."""
    seen = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        seen.update(path.name.encode())
        seen.update(path.read_bytes())
    seen.update(f"{numba.__version__} {sys.version_info[:2]} {platform.machine()}".encode())
    return seen.hexdigest()[:16]


def cache_folder() -> Path:
    """Folder of the compiled kernels: ``$PHOTONICS_CACHE_DIR``, else the user's cache folder, then the source digest."""
    base = os.environ.get(CACHE_VARIABLE)
    if base:
        root = Path(base)
    elif sys.platform == "win32":
        root = Path(os.environ.get("LOCALAPPDATA", Path.home())) / "photonics"
    else:
        root = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "photonics"
    return root / "kernels" / source_digest()


def _prepare_cache() -> bool:
    """Point Numba at our folder for the kernels compiled here; without a writable one, compile per process."""
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError:
        return False
    # Numba reads this setting when a dispatcher is made, so it is set only while ours are made (see ``kernel``).
    return True


def _widen_vectors() -> None:
    """Make Numba's code generator, which is set up once in a process, use 512-bit vectors where they pay."""
    features = str(get_host_cpu_features())
    if numba.config.CPU_FEATURES is not None or "+avx512vbmi2" not in features.split(","):  # type: ignore[attr-defined]
        return
    numba.config.CPU_FEATURES = features + ",-prefer-256-bit"  # type: ignore[attr-defined]
    try:
        _ = cpu_target.target_context
    finally:
        numba.config.CPU_FEATURES = None  # type: ignore[attr-defined]


_CACHE_OK = _prepare_cache()
_widen_vectors()


def kernel(function: Any) -> Any:
    """Compile ``function`` on first call, cached on disk; with ``NUMBA_DISABLE_JIT=1`` it stays plain Python."""
    saved = numba.config.CACHE_DIR  # type: ignore[attr-defined]
    numba.config.CACHE_DIR = str(cache_folder()) if _CACHE_OK else saved  # type: ignore[attr-defined]
    try:
        return numba.njit(nogil=True, fastmath=FASTMATH, error_model="numpy", cache=_CACHE_OK)(function)
    finally:
        numba.config.CACHE_DIR = saved  # type: ignore[attr-defined]
