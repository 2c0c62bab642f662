"""Program: store a sweep, kill the process that does it ten times at random moments, and let the last one finish.

    python -m tests.sweeps.killing FOLDER

Prints one JSON document: for each kill the chunks merged by that process, and the chunks that its checkpoint promised.
A program of its own because it forks: no thread may run in the process that does.
"""

import json
import sys
from pathlib import Path

import numpy as np

from photonics.sweeps.manifest import CHECKPOINT, MANIFEST
from photonics.sweeps.running import run

from . import runs

KILLS, SEED = 10, 20261124


def main(folder):
    rng = np.random.default_rng(SEED)
    with runs.small_blocks():
        slow = runs.Slab(delay_s=0.001)
        plan = runs.grid(slow, lengths=3000, attenuations=50)  # 300 000 points, 294 chunks
        run(runs.grid(runs.Slab(), 2, 2), runs.Slab(), workers=1)  # the kernels are compiled before anything forks
        seen = []
        for kill in range(KILLS):
            # The first is killed while it makes the folder, or soon after; the others at any moment.
            chunks = 0 if kill == 0 else int(rng.integers(0, 40))
            merged, state = runs.interrupted_run(folder, chunks, float(rng.uniform(0.0, 0.02)), plan, slow)
            checkpoint = Path(folder, CHECKPOINT)
            promised = json.loads(checkpoint.read_text())["chunks_done"] if checkpoint.exists() else 0
            made = Path(folder, MANIFEST).exists()
            seen.append({"merged": merged, "killed": state == 9, "promised": promised, "made": made})
        _, state = runs.interrupted_run(folder, None, 0.0, plan, slow)
    json.dump({"kills": seen, "last": state}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
