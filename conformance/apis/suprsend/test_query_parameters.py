"""Query Parameters: the tenant, and what the official clients send beside it."""

from __future__ import annotations

from typing import NamedTuple

from conformance.apis.suprsend.category import IN, agrees, category, editable, said, shown, stands, stands_in
from conformance.apis.suprsend.driver import OPT_IN, Driver, Reading
from conformance.apis.suprsend.reading import NEIGHBOURS, PAGE, find, results
from conformance.assertions.expect import expect, observe
from conformance.assertions.outcome import Inconclusive
from conformance.http.response import Response


def test_tenant(driver: Driver) -> None:
    """MUST accept the tenant_id of a tenant that exists. (suprsend: Query Parameters)"""
    answer = driver.write(OPT_IN, driver.tenant_place)
    expect(answer.ok, "a 2xx", f"status {answer.status}", answer)


def test_tenant_channels_go_out(driver: Driver) -> None:
    """MUST take a channel out for a tenant that opt_out_channels names. (suprsend: Query Parameters)"""
    named, answer, *_ = tenant_scope(driver)
    category(answer)
    if editable(driver.channel_turns().out).get(named) == IN:
        raise Inconclusive(f"{named} does not go out without a tenant either")
    expect(editable(answer).get(named) != IN, f"{named} opt_out", f"{named} opt_in", answer)


def test_client_options(driver: Driver) -> None:
    """SHOULD accept show_opt_out_channels and locale, which official clients send.

    (suprsend: official clients)
    """
    answer = with_options(driver)
    expect(answer.ok, "a 2xx", f"status {answer.status}", answer)


def with_options(driver: Driver) -> Response:
    """Write with what official clients send in the query."""
    params = {"show_opt_out_channels": "true", "locale": "en"}
    return driver.ask_once("options", lambda: driver.write(OPT_IN, params=params))


def test_tenant_scope(driver: Driver) -> None:
    """OBSERVED whether a channel that is out for a tenant is out without one. (suprsend: Query Parameters)"""
    scope = tenant_scope(driver)
    named, for_tenant, answer = scope.named, scope.for_tenant, scope.without
    there, here = (shown(editable(one).get(named)) for one in (for_tenant, answer))
    observe(f"{named} was to go out for the tenant and is {there} there; without a tenant it is {here}")


class TenantScope(NamedTuple):
    """A channel, *named*, goes out *for_tenant*, and then another one is let in *without* a tenant.

    Before that, the place of the tenant and the one without are read, and the list of the tenant's categories is.
    """

    named: str
    for_tenant: Response
    read_there: Reading
    listed: Reading
    read_here: Reading
    without: Response


def tenant_scope(driver: Driver) -> TenantScope:
    """Take a channel out for a tenant, and look without one."""
    place = driver.tenant_place

    def ask() -> TenantScope:
        named, other = driver.two_channels(driver.settle(place), place)
        driver.settle()
        for_tenant = driver.write({**OPT_IN, "opt_out_channels": [named]}, place)
        is_out = stands(for_tenant).get(named) != IN
        there = driver.read_until(
            lambda answer: agrees(for_tenant, answer) and not (is_out and stands(answer).get(named) == IN),
            at=place,
        )
        listed = driver.read_until(
            lambda answer: stands_in(find(results(answer), place.category) or {}).get(named) != IN,
            NEIGHBOURS[PAGE],
            at=place,
        )
        here = driver.read_until(lambda _: True)
        without = driver.write({**OPT_IN, "opt_in_channels": [other]})
        return TenantScope(named, for_tenant, there, listed, here, without)

    return driver.client.memoize("tenant scope", ask)


def test_unknown_tenant(driver: Driver) -> None:
    """OBSERVED what a tenant that does not exist is answered. (suprsend: Query Parameters)"""
    observe(f"an unknown tenant is {said(driver.write(OPT_IN, driver.unknown_tenant))}")


def test_blank_tenant(driver: Driver) -> None:
    """OBSERVED what a blank tenant_id is answered. (suprsend: Query Parameters)"""
    observe(f"a blank tenant_id is {said(driver.write(OPT_IN, params={'tenant_id': ''}))}")
