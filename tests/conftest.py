"""What several folders of tests need."""

from __future__ import annotations

import fcntl
import gc
import signal
import subprocess
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.testbed.needed_programs import needs_node

if TYPE_CHECKING:
    from mockserver import MockServer
    from mockserver.testing.client import MockSession

ROOT = Path(__file__).parents[1]
pytest_plugins = ["tests.testbed.environments", "tests.testbed.forks.commands"]

Once = Callable[[str, Callable[[Path], None]], Path]


def pytest_configure() -> None:
    """Collect garbage seldom, for what is imported and collected now stays to the end; and heed signals."""
    gc.set_threshold(100_000, 20, 20)
    # What a shell starts in the background ignores Ctrl-C, what nohup starts ignores the terminal's end, and the
    # programs under test would inherit that.
    for ignored, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(ignored) is signal.SIG_IGN:
            signal.signal(ignored, usual)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Let one worker import everything before the others do: in a fresh checkout each would compile it all, too."""
    with Path(__file__).open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fcntl.flock(lock, fcntl.LOCK_SH)
            fcntl.flock(lock, fcntl.LOCK_UN)
        return (yield)


def pytest_collection_finish() -> None:
    """Collect no garbage among the tests themselves: three thousand of them stay to the end."""
    gc.freeze()


@pytest.fixture(scope="session")
def once(tmp_path_factory, worker_id) -> Once:
    """Make a folder once, whichever worker asks first; the others wait for it."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent

    def made(name: str, make: Callable[[Path], None]) -> Path:
        folder, done = shared / name, shared / f"{name}.made"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                folder.mkdir()
                make(folder)
                done.touch()
        return folder

    return made


@pytest.fixture(scope="session")
def node_modules(once: Once) -> Path:
    """What testbed/node/package-lock.json names, for every test in Node; it stays in the checkout, as .venv does."""
    needs_node()
    installed = Path("tests/testbed/node/node_modules")
    command = ["make", "--no-print-directory", str(installed / ".package-lock.json")]

    def install(_: Path) -> None:
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
        assert ran.returncode == 0, ran.stdout + ran.stderr

    once("node", install)
    return ROOT / installed


@pytest.fixture
def session(mock: MockServer) -> Iterator[MockSession]:
    """A session for this test alone, of the stub that its folder or file calls *mock*."""
    session = mock.session()
    yield session
    session.end()
