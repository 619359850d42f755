"""The driver of a suite, for a server of the proof that is called in process."""

from functools import partial
from typing import Any

from conformance.http.client import Client
from conformance.http.redaction import Redaction
from conformance.judge.suites import read_profile, suite_of
from conformance.proof.in_process import IN_PROCESS_URL, InProcessConnection
from conformance.suite.run import Run


def make_driver(server: Any) -> Any:
    """Make the driver that speaks to *server*, by its own profile and with little patience."""
    suite = suite_of(read_profile(server.profile(IN_PROCESS_URL)))
    connect = partial(InProcessConnection, server)
    client = Client(IN_PROCESS_URL, Redaction(), make_connection=connect, timeout_s=1, retry_s=1)
    return suite.make_driver(client, Run(suite.draw_cases))
