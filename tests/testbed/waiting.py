"""What ends soon, or fails the test."""

from __future__ import annotations

import time
from collections.abc import Callable


def wait_until(is_so: Callable[[], bool], within_s: float = 20) -> None:
    """Return once *is_so*; a machine may be busy with other things, so that it takes long."""
    ends_s = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < ends_s, f"still not so after {within_s} s"
        time.sleep(0.005)
