"""``photonics warm``: compile and cache the kernels once, so that the first answer is as quick as the next."""

import time
from typing import Any


def warm() -> dict[str, Any]:
    """Run one of each answer, of one link and of many points; returns the seconds it took and the cache folder.

    Later processes load from there.
    """
    from photonics.catalog import list as entries
    from photonics.links.warming import warm as warm_links

    from .evaluators import evaluator
    from .plan import Computer, sweep_plan

    start = time.perf_counter()
    found = warm_links()
    design = evaluator(next(e.name for e in entries("link")))
    plan = sweep_plan(
        design, method="monte-carlo", points=64, seed=1, outputs=["margin_db", "log10_ber", "power_w"], draws={"ranges": "triangular"}
    )
    Computer(plan, design)(plan.blocks()[0])
    return found | {"seconds": round(time.perf_counter() - start, 3)}
