"""The same tasks on a Dask cluster (extra ``cluster``): a lost worker's tasks are done again by another."""

import pickle
import socket
from collections.abc import Sequence
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from photonics.errors import InputError, shown

from .crews import Done, pickled, work
from .manifest import extra

if TYPE_CHECKING:
    from .plan import Computer

CONNECT_S = 3.0
DEFAULT_PORT = 8786
# A task that takes its worker along this often (beyond what the scheduler itself repeats) is not sent again.
ATTEMPTS = 4


def reach(address: str) -> None:
    """Knocks at a scheduler's address before anything heavy is loaded.

    :raises InputError: no address, nobody there within seconds, or the extra ``cluster`` is not installed.
    """
    allowed = "the address of a running Dask scheduler, such as tcp://host:8786"
    parts = urlsplit(address if "://" in address else f"tcp://{address}")
    try:
        host, port = parts.hostname, parts.port or DEFAULT_PORT
    except ValueError:
        host, port = None, 0
    if not address.strip() or not host or any(c.isspace() for c in address):
        raise InputError.of("", "dask", shown(address), allowed)
    extra("distributed", "cluster", "dask")
    if parts.scheme not in ("tcp", "tls"):
        return  # inproc and others have no port to knock at
    try:
        with socket.create_connection((host, port), CONNECT_S) as knock:
            # A scheduler speaks first.  A Client would wait for ever on somebody else who takes the call and says nothing.
            if parts.scheme == "tcp" and not knock.recv(1):
                raise OSError("it hung up")
    except OSError as fault:
        reason = fault.strerror or str(fault) or type(fault).__name__
        raise InputError.of("", "dask", f"{shown(address)}, where no scheduler answers ({reason})", allowed) from None


def connect(target: Any) -> tuple[Any, bool]:
    """A ``distributed.Client`` for an address, and whether it is ours to close; a Client is taken as it is.

    :raises InputError: see ``reach``; whoever answers is no scheduler.
    """
    if not isinstance(target, str):
        if not (hasattr(target, "submit") and hasattr(target, "nthreads")):
            raise InputError.of("", "dask", shown(target), "an address or a distributed.Client")
        return target, False
    reach(target)
    from distributed import Client

    try:
        return Client(target, timeout=CONNECT_S, set_as_default=False, name="photonics"), True
    except (OSError, ValueError, RuntimeError) as fault:
        reason = " ".join(str(fault).split()) or type(fault).__name__
        allowed = "the address of a running Dask scheduler"
        raise InputError.of("", "dask", f"{shown(target)}, where no scheduler answers ({reason})", allowed) from None


class Cluster:
    """A Dask cluster.  Plan and evaluator are a task of their own, so that a new worker can have them made again."""

    def __init__(self, computer: "Computer", target: Any) -> None:
        payload = pickled(computer)
        self._under_way: set[Any] = set()
        self._client, self._ours = connect(target)
        try:
            self.size = sum(self._client.nthreads().values())
            if not self.size:
                raise InputError.of("", "dask", "a scheduler without workers", "a scheduler with at least one worker")
            # Two tasks in line for each thread hide the way there and back.
            self.threads = 2 * self.size + 1
            self._computer = self._client.submit(pickle.loads, payload, pure=False)
        except BaseException:
            self.stop()
            raise

    def compute(self, first: int, last: int, names: Sequence[str]) -> Done:
        from distributed import KilledWorker

        for attempt in range(ATTEMPTS):
            future = self._client.submit(work, self._computer, first, last, tuple(names), pure=False, retries=2)
            self._under_way.add(future)
            try:
                return future.result()
            except KilledWorker as fault:
                if attempt + 1 == ATTEMPTS:
                    read = f"a cluster that lost every worker which took blocks {first} to {last - 1}"
                    raise InputError.of("", "dask", read, "workers with more memory, or --resume later") from fault
            except CancelledError as fault:
                allowed = "a running scheduler; --resume continues"
                raise InputError.of("", "dask", "a scheduler that went away", allowed) from fault
            finally:
                self._under_way.discard(future)
        raise AssertionError("a loop without an end")

    def stop(self) -> None:
        if self._under_way:
            self._client.cancel(list(self._under_way))
        if self._ours:
            self._client.close(timeout=CONNECT_S)
