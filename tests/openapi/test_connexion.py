"""Connexion is not asked at start-up whether a contract that ships here is valid: it is asked here."""

from __future__ import annotations

import pytest

import openapi
from mockserver.contract.connexion import InvalidSpecification, Specification
from mockserver.control import api as control
from mockserver.services.service import load_services
from mockserver.stub import CannotStart, Stub

SPECS = {
    **{api: openapi.load_contract(api) for api in openapi.api_names()},
    control.NAME: openapi.read_contract(control.CONTRACT),
}


@pytest.mark.parametrize("spec", [pytest.param(spec, id=name) for name, spec in SPECS.items()])
def test_contract_is_valid(spec):
    assert Specification.load(spec)["paths"].keys() == spec["paths"].keys()


@pytest.mark.parametrize("spec", [pytest.param(spec, id=name) for name, spec in SPECS.items()])
def test_invalid_contract_is_told(spec):
    with pytest.raises(InvalidSpecification):
        Specification.load({**spec, "paths": {"nowhere": {}}})


def test_contract_that_does_not_ship_here_is_checked():
    (shipped,) = load_services(["suprsend"])
    spec = {**shipped.spec, "info": {"title": "without a version"}}

    with pytest.raises(CannotStart, match=r"openapi/own\.yaml: info: 'version' is a required property"):
        Stub([type(shipped)("own", spec, shipped.api, shipped.fixtures)])
