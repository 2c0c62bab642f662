"""The part of ``photonics warm`` that one link needs: compile and cache its kernels once (``sweeps.warming`` adds those of many points)."""

import time

import numpy as np
from photonics_kernels import _jit

from .verbs import ber, budget, eye, fec, tdecq


def warm() -> dict[str, object]:
    """Run one of each answer; returns the seconds it took and the cache folder.  Later processes load from there."""
    from photonics.catalog import list as entries

    start = time.perf_counter()
    design = next(e.name for e in entries("link"))
    budget(design)
    ber(design)
    eye(design)
    fec(code="kp4", pre_fec_ber=1e-4)
    sent = np.random.default_rng(1).permutation(np.repeat(np.arange(4), 32))
    tdecq(np.repeat(np.concatenate((np.zeros(7), [1.0], sent, [2.0], np.full(7, 3.0))), 32), baud_gbd=106.25, samples_per_ui=32, center="crossing")
    return {"seconds": round(time.perf_counter() - start, 3), "cache": str(_jit.cache_folder())}
