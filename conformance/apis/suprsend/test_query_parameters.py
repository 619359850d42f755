"""Query Parameters: the tenant, and what the official clients send beside it."""

from __future__ import annotations

from contextlib import suppress

from conformance.apis.suprsend.alternatives import name_creation, name_tenant_scope
from conformance.apis.suprsend.category import (
    describe_answer,
    describe_value,
    editable_channels,
)
from conformance.apis.suprsend.driver import OPT_IN, Driver
from conformance.apis.suprsend.shared_reads import TenantReads, write_for_tenant_and_read
from conformance.apis.suprsend.shared_writes import write_with_client_options
from conformance.apis.suprsend.telling_writes import (
    name_blank_tenant,
    name_unnamed_channels,
    switch_unnamed_channels_once,
    write_for_blank_tenant_once,
)
from conformance.assertions.expect import expect, observe
from conformance.assertions.outcome import UNDECIDED, NotTested
from conformance.http.response import Response


def test_tenant(driver: Driver) -> None:
    """MUST accept the tenant_id of a tenant that exists. (suprsend: Query Parameters)"""
    answer = driver.write(OPT_IN, driver.places.tenant)
    expect(answer.ok, "a 2xx", f"status {answer.status}", answer)


def test_client_options(driver: Driver) -> None:
    """SHOULD accept show_opt_out_channels and locale, which official clients send.

    (suprsend: official clients)
    """
    answer = write_with_client_options(driver)
    expect(answer.ok, "a 2xx", f"status {answer.status}", answer)


def test_tenant_scope(driver: Driver) -> None:
    """OBSERVED whether a channel that is opted out for a tenant is opted out without one.

    (suprsend: Query Parameters)
    """
    scope = write_for_tenant_and_read(driver)
    named, for_tenant, answer = scope.named, scope.for_tenant, scope.without
    there, here = (describe_value(editable_channels(one).get(named)) for one in (for_tenant, answer))
    observe(
        f"{named} was to go out for the tenant and is {there} there; without a tenant it is {here}",
        _name_scope(driver, scope),
    )


def _name_scope(driver: Driver, scope: TenantReads) -> str | None:
    """Name whether a tenant has opt-outs of its own; by a read where there is one, which no list has touched."""
    read = scope.read_here
    if isinstance(read, Response) and read.ok:
        return name_tenant_scope(scope.for_tenant, read, scope.named)
    with suppress(NotTested, *UNDECIDED):
        # A write of other channels shows it where those that it does not name stay as they are.
        if name_unnamed_channels(switch_unnamed_channels_once(driver)) == "kept":
            return name_tenant_scope(scope.for_tenant, scope.without, scope.named)
    return None


def test_unknown_tenant(driver: Driver) -> None:
    """OBSERVED how a tenant that does not exist is answered. (suprsend: Query Parameters)"""
    place = driver.places.unknown_tenant
    answer = driver.write(OPT_IN, place)
    observe(f"an unknown tenant is {describe_answer(answer)}", name_creation(answer, place.category))


def test_blank_tenant(driver: Driver) -> None:
    """OBSERVED how an empty tenant_id is answered. (suprsend: Query Parameters)"""
    answer = write_for_blank_tenant_once(driver)
    observe(f"a blank tenant_id is {describe_answer(answer)}", name_blank_tenant(driver))
