"""The same sweep on a Dask cluster: identical numbers, also where a worker is lost on the way."""

import os
import signal
import socket
import warnings
from contextlib import contextmanager

import pytest

from photonics.errors import InputError
from photonics.sweeps import dask_run
from photonics.sweeps.running import run

from . import runs

distributed = pytest.importorskip("distributed")

# Workers import everything anew, with blocks of the usual size: enough points for 16 of those.
SIZE = {"lengths": 4000, "attenuations": 125}


@contextmanager
def local_cluster(workers):
    """A scheduler, and worker processes of one thread each, which are started again when they are lost."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of ports in use, and of what a killed worker leaves open
        with distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=":0", host="127.0.0.1", silence_logs=50
        ) as made:
            yield made


@pytest.fixture(scope="module")
def cluster():
    with local_cluster(2) as made:
        yield made


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The sweep by one thread of this process."""
    folder = tmp_path_factory.mktemp("alone") / "s"
    plan = runs.grid(runs.Slab(), **SIZE)
    return run(plan, runs.Slab(), workers=1, store=folder), folder


pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")


def test_an_address_gives_the_same_numbers(cluster, alone, tmp_path):
    plan = runs.grid(runs.Slab(), **SIZE)
    result = run(plan, runs.Slab(), dask=cluster.scheduler_address, store=tmp_path / "s")
    assert result.reductions == alone[0].reductions
    assert runs.files(tmp_path / "s") == runs.files(alone[1])


def test_a_client_gives_the_same_numbers_and_stays_open(cluster, alone):
    with distributed.Client(cluster, set_as_default=False) as client:
        plan = runs.grid(runs.Slab(), keep=False, **SIZE)
        for blocks_per_chunk in (None, 1, 3):
            result = run(plan, runs.Slab(), dask=client, blocks_per_chunk=blocks_per_chunk)
            assert result.reductions == alone[0].reductions
        assert client.status == "running"


def test_a_lost_worker_changes_nothing(cluster, alone, tmp_path):
    """One of the two workers is killed (kill -9) after the third of 16 blocks."""
    slow, killed, seen = runs.Slab(delay_s=0.1), [], []

    def progress(done, total):
        seen.append(done)
        if len(seen) == 3:
            with distributed.Client(cluster, set_as_default=False) as client:
                processes = client.run(os.getpid)
                killed.append(next(iter(processes)))
                os.kill(processes[killed[0]], signal.SIGKILL)

    plan = runs.grid(slow, **SIZE)
    result = run(plan, slow, dask=cluster.scheduler_address, store=tmp_path / "s", progress=progress)
    assert killed and len(seen) == 16
    assert result.reductions == alone[0].reductions
    assert runs.files(tmp_path / "s") == runs.files(alone[1])


class Wrong(runs.Slab):
    def bind(self, choices, paths, outputs):
        raise InputError.of("slab.toml", "glass", "'putty'", "silica, sapphire")


def test_an_error_of_the_model_comes_back_as_it_is(cluster):
    with pytest.raises(InputError, match="slab.toml: glass: read 'putty'; allowed: silica, sapphire"):
        run(runs.grid(runs.Slab()), Wrong(), dask=cluster.scheduler_address)


def test_an_interrupted_run_stops_its_tasks(cluster, tmp_path):
    def progress(done, total):
        raise KeyboardInterrupt

    slow = runs.Slab(delay_s=0.05)
    plan = runs.grid(slow, **SIZE)
    with pytest.raises(KeyboardInterrupt):
        run(plan, slow, dask=cluster.scheduler_address, store=tmp_path / "s", progress=progress)
    assert run(plan, slow, workers=2, store=tmp_path / "s", resume=True).points == plan.points


def test_a_scheduler_that_goes_away(tmp_path):
    with local_cluster(1) as short:
        seen = []

        def progress(done, total):
            seen.append(done)
            if len(seen) == 2:
                short.close()

        slow = runs.Slab(delay_s=0.05)
        plan = runs.grid(slow, **SIZE)
        with pytest.raises(InputError, match="a scheduler that went away"):
            run(plan, slow, dask=short.scheduler_address, store=tmp_path / "s", progress=progress)
    assert run(plan, runs.Slab(), workers=1, store=tmp_path / "s", resume=True).points == plan.points


def test_a_task_that_takes_every_worker_along_is_given_up():
    """A client made of paper: workers die under a task as often as it is sent."""

    class Paper:
        sent = 0

        def submit(self, *_, **__):
            Paper.sent += 1
            return self

        def result(self):
            raise distributed.KilledWorker("work", None, 3)

        def nthreads(self):
            return {"tcp://paper": 1}

        def cancel(self, futures):
            pass

    with pytest.raises(InputError, match="lost every worker which took blocks 0 to"):
        run(runs.grid(runs.Slab()), runs.Slab(), dask=Paper())
    assert Paper.sent > dask_run.ATTEMPTS


def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:{port}", "127.0.0.1:{port}", "tcp://no-such-host.invalid:8786"])
def test_nobody_there(tmp_path, address):
    with pytest.raises(InputError, match="no scheduler answers"):
        run(runs.grid(runs.Slab()), runs.Slab(), dask=address.format(port=closed_port()), store=tmp_path / "s")
    assert list(tmp_path.iterdir()) == []


def test_somebody_there_who_is_no_scheduler(tmp_path, monkeypatch):
    monkeypatch.setattr(dask_run, "CONNECT_S", 0.5)
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        with pytest.raises(InputError, match="no scheduler answers"):
            run(runs.grid(runs.Slab()), runs.Slab(), dask=f"tcp://127.0.0.1:{deaf.getsockname()[1]}", store=tmp_path / "s")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("address", ["", " ", "tcp://", "tcp://a b:1", "tcp://host:99999", 5])
def test_no_address(address):
    with pytest.raises(InputError, match="address"):
        run(runs.grid(runs.Slab()), runs.Slab(), dask=address)


def test_a_scheduler_without_workers():
    with local_cluster(0) as empty:
        with pytest.raises(InputError, match="without workers"):
            run(runs.grid(runs.Slab()), runs.Slab(), dask=empty.scheduler_address)


def test_the_missing_package_is_named_with_its_extra(monkeypatch):
    from photonics.sweeps import manifest

    monkeypatch.setattr(manifest, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"no package distributed; .*photonics-interconnect\[cluster\]"):
        run(runs.grid(runs.Slab()), runs.Slab(), dask="tcp://127.0.0.1:1")
