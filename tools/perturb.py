#!/usr/bin/env python3
"""Does a test notice when a coefficient is wrong by one per cent?

    python tools/perturb.py                      every coefficient; exit code 1 when one survives
    python tools/perturb.py --only '*/path.py'   those of some files (or of a line: '*/path.py:41')
    python tools/perturb.py --list               show what would be perturbed

What counts as a coefficient is said in coefficients.py. Each one in turn is multiplied by 1.01 in a copy of the tree, and the tests
run with plain-Python kernels: first those named after the module, then those that mention it, then all other quick ones. A test
that fails, an error or a run without end is a detection. A comment `# exempt: reason` on the line takes its numbers out, and the
report lists the reason.

Kernels are plain Python only while kernels are perturbed; for the design layer they stay compiled, in a cache of this run.
Forking from a process that has numpy, scipy, numba and pytest loaded makes one run about 0.3 s instead of 3 s.
"""

import argparse
import contextlib
import fnmatch
import importlib
import json
import multiprocessing
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from coefficients import FACTOR, Coefficient, all_coefficients

ROOT = Path(__file__).resolve().parent.parent
NOT_USED = ("test_perturbation.py", "test_packaging.py")  # test files that say nothing about numbers
PRELOADED = (
    "numpy scipy.special scipy.optimize scipy.stats scipy.integrate numba mpmath pydantic click matplotlib.figure "
    "matplotlib.backends.backend_agg matplotlib.backends.backend_svg hypothesis.strategies hypothesis.extra.numpy "
    "_hypothesis_pytestplugin pytest json tomllib difflib decimal fractions"
).split()
SLOW_TEST_S = 0.1  # tests above this run after the others
TEST_LIMIT_S = 20.0  # and five times what it took unchanged: then it counts as one without end
SLOWEST_FILE_S = 300.0  # a test file that takes longer with plain-Python kernels is left out


# --- which tests -----------------------------------------------------------------------------------------------------------


def test_files(root: Path) -> list[str]:
    files = sorted((root / "tests").rglob("test_*.py"))
    return [file.relative_to(root).as_posix() for file in files if file.name not in NOT_USED]


def tiers(path: str, files: Iterable[str], texts: dict[str, str]) -> list[list[str]]:
    """Test files for a module: named after it, or upstairs after its room; mentioning one of them; all others."""
    module = Path(path)
    room = path.split("/")[1].removesuffix(".py") if path.startswith("photonics/") else "kernels"
    names = {module.stem.strip("_"), room} - {"kernels"}
    words = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in names))
    named, mentioning, others = [], [], []
    for file in files:
        parts = set(re.findall(r"[a-z]+", file.lower())) | set(Path(file).parts)
        if names & parts:
            named.append(file)
        elif words.search(texts[file]):
            mentioning.append(file)
        else:
            others.append(file)
    return [named, mentioning, others]


def likeliest_first(path: str, files: Iterable[str], seconds: dict[str, float]) -> list[str]:
    """The module's own test file, then the quick ones."""
    stem = Path(path).stem.strip("_")
    return sorted(files, key=lambda file: (stem not in Path(file).stem.split("_"), seconds[file]))


# --- running them ----------------------------------------------------------------------------------------------------------

_tree: Path  # the copy of this worker process
_noticed: dict[str, dict[str, None]] = {}  # its tests that noticed a change, by source file


def _start_worker(folders: Any) -> None:
    global _tree
    _tree = Path(folders.get())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # `_run` then takes its pytest along
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its workers
    os.chdir(_tree)
    sys.path[:0] = [str(_tree), str(_tree / "kernels")]
    sys.path[:] = [entry for entry in sys.path if not entry or not Path(entry).resolve().is_relative_to(ROOT / "tools")]
    sys.dont_write_bytecode = True  # two changes within a second and of one length would share a cached byte code
    for name in PRELOADED:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


class _Record:
    """pytest plug-in: what failed and what was slow; runs tests that noticed something before, and quick ones, first."""

    def __init__(self, job: "_Job") -> None:
        self.first, self.slow, self.limited = set(job.first), job.slow, job.stop_at_first
        self.failed: list[str] = []
        self.slow_now: dict[str, float] = {}

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        items.sort(key=lambda item: (item.nodeid not in self.first, item.nodeid in self.slow))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A test without end ends the process: the alarm's default action, which compiled code cannot put off."""
        if self.limited:
            signal.setitimer(signal.ITIMER_REAL, TEST_LIMIT_S + 5.0 * self.slow.get(nodeid, 0.0))

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            self.failed.append(report.nodeid)
        if report.when == "call" and report.duration > SLOW_TEST_S:
            self.slow_now[report.nodeid] = report.duration


@dataclass(frozen=True)
class _Job:
    """One run of pytest."""

    files: list[str]
    compiled: bool  # whether kernels are
    limit_s: float
    deselected: list[str] = field(default_factory=list)
    slow: dict[str, float] = field(default_factory=dict)
    first: list[str] = field(default_factory=list)
    stop_at_first: bool = False


def _child(job: _Job, report: Path) -> None:
    """In a forked process: run pytest, leave what was noted in `report`, exit with pytest's code."""
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.environ["NUMBA_DISABLE_JIT"] = "0" if job.compiled else "1"
    importlib.import_module("numba").config.reload_config()
    with open(report.with_suffix(".log"), "w") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    import hypothesis
    import pytest

    # No shrinking: that a test fails is all that is asked. The same examples each time, so that a verdict can be repeated.
    hypothesis.settings.register_profile(
        "perturb",
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    hypothesis.settings.load_profile("perturb")
    record = _Record(job)
    options = ["-q", "--no-header", "--tb=line", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    if job.stop_at_first:
        options.append("-x")
    options += [part for name in job.deselected for part in ("--deselect", name)]
    code = int(pytest.main([*options, *job.files], plugins=[record]))
    report.write_text(json.dumps([record.failed, record.slow_now]))
    sys.stdout.flush()
    os._exit(code)


def _run(job: _Job) -> tuple[int, list[str], dict[str, float], float]:
    """(pytest's exit code or -1 past the time limit, failed tests, slow tests, seconds)."""
    report = _tree.with_suffix(".json")
    report.unlink(missing_ok=True)
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        try:
            _child(job, report)
        finally:
            os._exit(3)
    code = None
    pause = 0.002
    try:
        while code is None:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                code = os.waitstatus_to_exitcode(status)
            elif time.monotonic() - started > job.limit_s:
                code = -1
            else:
                time.sleep(pause)
                pause = min(0.05, pause * 1.5)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)  # past its limit, or what it left running
        if code in (None, -1):
            os.waitpid(child, 0)
    failed, slow = json.loads(report.read_text()) if report.exists() else ([], {})
    return code, failed, slow, time.monotonic() - started


def _baseline(task: tuple[str, bool]) -> tuple[str, int, list[str], dict[str, float], float]:
    file, compiled = task
    return file, *_run(_Job([file], compiled, SLOWEST_FILE_S))


def _keeps_kernels(path: str) -> bool:
    return not path.startswith("kernels/")


def _perturbed(task: tuple[Coefficient, _Job]) -> tuple[Coefficient, bool]:
    """Whether these tests notice."""
    coefficient, job = task
    noticed_before = _noticed.setdefault(coefficient.path, {})
    target = _tree / coefficient.path
    source = target.read_text(encoding="utf-8")
    target.write_text(coefficient.applied_to(source), encoding="utf-8")
    try:
        code, failed, _, _ = _run(replace(job, first=list(noticed_before), stop_at_first=True))
    finally:
        target.write_text(source, encoding="utf-8")
    noticed_before.update(dict.fromkeys(failed))
    return coefficient, code not in (0, 5)  # 5: no test was collected


class Study:
    """Perturbs what it is given, tier by tier; learns how long each test file takes and what fails without any change."""

    def __init__(self, root: Path, jobs: int) -> None:
        self.files = test_files(root)
        self.texts = {file: (root / file).read_text(encoding="utf-8") for file in self.files}
        self.seconds: dict[bool, dict[str, float]] = {False: {}, True: {}}  # with compiled kernels or without: {file: seconds}
        self.failing: dict[bool, list[str]] = {False: [], True: []}
        self.slow: dict[bool, dict[str, float]] = {False: {}, True: {}}
        self.unusable: dict[tuple[str, bool], str] = {}
        self.scratch = Path(tempfile.mkdtemp(prefix="perturb-"))
        context = multiprocessing.get_context("fork")
        folders = context.SimpleQueue()
        ignored = shutil.ignore_patterns(".git", ".venv*", "venv", "__pycache__", ".*_cache", ".hypothesis", "out", "dist", "shared")
        for job in range(jobs):
            shutil.copytree(root, self.scratch / f"tree{job}", ignore=ignored)
            folders.put(str(self.scratch / f"tree{job}"))
        os.environ.update(
            PYTHONDONTWRITEBYTECODE="1",
            OPENBLAS_NUM_THREADS="1",
            OMP_NUM_THREADS="1",
            MPLBACKEND="agg",
            PHOTONICS_CACHE_DIR=str(self.scratch / "cache"),
        )
        # Tests that start `photonics` as a process of its own must see the copy as well; each worker's folder is its own.
        os.environ["PYTHONPATH"] = os.pathsep.join([".", "kernels"])
        self.pool = context.Pool(jobs, initializer=_start_worker, initargs=(folders,))

    def close(self) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one must not leave the copies behind
        self.pool.terminate()
        self.pool.join()
        for _ in range(10):  # a process that a test started may still be writing
            shutil.rmtree(self.scratch, ignore_errors=True)
            if not self.scratch.exists():
                break
            time.sleep(0.3)

    def learn(self, wanted: Iterable[tuple[str, bool]]) -> None:
        """Run each new test file once on the unchanged tree."""
        for compiled in (False, True):
            seconds = self.seconds[compiled]
            files = dict.fromkeys(file for file, kept in wanted if kept == compiled)
            new = [(file, compiled) for file in files if file not in seconds and (file, compiled) not in self.unusable]
            for file, code, failed, slow, took in self.pool.imap_unordered(_baseline, new):
                if code in (0, 1):
                    seconds[file] = took
                    self.failing[compiled] += failed
                    self.slow[compiled].update(slow)
                elif code != 5:  # 5: no quick test in it
                    late = f"takes more than {SLOWEST_FILE_S:.0f} s" if code == -1 else "does not run"
                    self.unusable[file, compiled] = late + ("" if compiled else " with plain-Python kernels")
                else:
                    self.unusable[file, compiled] = ""

    def survivors(self, chosen: list[Coefficient]) -> list[Coefficient]:
        left = chosen
        for tier, name in enumerate(("named after the module", "that mention it", "all other quick ones")):
            if not left:
                break
            started = time.monotonic()
            wanted = {each.path: tiers(each.path, self.files, self.texts)[tier] for each in left}
            self.learn([(file, _keeps_kernels(path)) for path, files in wanted.items() for file in files])
            learned = time.monotonic()
            tasks, next_left = [], []
            for each in left:
                compiled = _keeps_kernels(each.path)
                seconds = self.seconds[compiled]
                files = likeliest_first(each.path, [file for file in wanted[each.path] if file in seconds], seconds)
                if files:
                    limit_s = 20.0 + 4.0 * sum(seconds[file] for file in files)
                    job = _Job(files, compiled, limit_s, self.failing[compiled], self.slow[compiled])
                    tasks.append((each, job))
                else:
                    next_left.append(each)
            for each, noticed in self.pool.imap_unordered(_perturbed, tasks):
                if not noticed:
                    next_left.append(each)
            left = sorted(next_left, key=lambda each: (each.path, each.line, each.column))
            print(
                f"tests {name}: {len(tasks)} runs, {len(left)} unnoticed so far; "
                f"{learned - started:.0f} s unchanged, {time.monotonic() - learned:.0f} s perturbed",
                flush=True,
            )
        return left


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", metavar="GLOB", action="append", help="files, or file:line, to perturb (may be repeated)")
    parser.add_argument("--list", action="store_true", help="list the coefficients and stop")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default 2)")
    parser.add_argument("--root", type=Path, default=ROOT, help="the tree (default: this one)")
    options = parser.parse_args()
    root = options.root.resolve()

    found = all_coefficients(root)
    if options.only:
        names = [(each, (each.path, f"{each.path}:{each.line}")) for each in found]
        found = [each for each, texts in names if any(fnmatch.fnmatch(t, glob) for t in texts for glob in options.only)]
    exempt = [each for each in found if each.exempt]
    chosen = [each for each in found if not each.exempt]
    if options.list:
        for each in found:
            print(f"{each.place}  {each.value:.12g}  | {each.code}")
        print(f"{len(chosen)} coefficients, {len(exempt)} exempt")
        return 0
    if not chosen:
        print("no coefficient matches")
        return 1
    if not hasattr(os, "fork"):
        print("perturb.py needs fork(), which this system lacks")
        return 1

    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))  # the copies go away first
    started = time.monotonic()
    print(f"{len(chosen)} coefficients in {len({each.path for each in chosen})} files", flush=True)
    study = Study(root, options.jobs)
    try:
        survivors = study.survivors(chosen)
    finally:
        study.close()
    for (file, _), why in sorted(study.unusable.items()):
        if why:
            print(f"not used  {file}: {why}")
    for compiled, kind in ((True, "compiled"), (False, "plain-Python")):
        for name in sorted(set(study.failing[compiled])):
            print(f"not used  {name}: fails without any change, kernels {kind}")
    for each in exempt:
        print(f"exempt    {each.place}  {each.value:.12g}: {each.exempt}")
    for each in survivors:
        print(f"survived  {each.place}  {each.value:.12g} -> {each.value * FACTOR:.12g}  | {each.code}")
    print(
        f"{len(found)} coefficients: {len(chosen) - len(survivors)} noticed, {len(survivors)} survived, {len(exempt)} exempt; "
        f"{time.monotonic() - started:.0f} s"
    )
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
