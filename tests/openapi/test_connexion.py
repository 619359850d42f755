"""Connexion is not asked at start-up for the contracts that ship here: it is asked here."""

from __future__ import annotations

import pytest

import openapi
from mockserver.contract.definitions import read_definitions
from mockserver.control.contracts import CONTRACT, NAME
from mockserver.services.service import load_services
from mockserver.stub import CannotStart, Stub

SPECS = {
    **{api: openapi.load_contract(api) for api in openapi.api_names()},
    NAME: openapi.read_contract(CONTRACT),
}


@pytest.fixture
def connexion():
    """Loaded for these tests alone."""
    from mockserver.contract import connexion

    return connexion


@pytest.mark.parametrize("spec", [pytest.param(spec, id=name) for name, spec in SPECS.items()])
def test_contract_is_valid(spec, connexion):
    assert connexion.Specification.load(spec)["paths"].keys() == spec["paths"].keys()


@pytest.mark.parametrize("spec", [pytest.param(spec, id=name) for name, spec in SPECS.items()])
def test_invalid_contract_is_told(spec, connexion):
    with pytest.raises(connexion.InvalidSpecification):
        connexion.Specification.load({**spec, "paths": {"nowhere": {}}})


@pytest.mark.parametrize("spec", [pytest.param(spec, id=name) for name, spec in SPECS.items()])
def test_connexion_reads_the_same_operations(spec, connexion):
    ours, theirs = read_definitions(spec), connexion.read_operations(spec)

    assert len(ours) > 1
    for own, other in zip(ours, theirs, strict=True):
        assert own._replace(parameters=[]) == other._replace(parameters=[])
        assert [(one["in"], one["name"]) for one in own.parameters] == [
            (one["in"], one["name"]) for one in other.parameters
        ]


def test_contract_that_does_not_ship_here_is_checked():
    (shipped,) = load_services(["suprsend"])
    spec = {**shipped.spec, "info": {"title": "without a version"}}

    with pytest.raises(CannotStart, match=r"openapi/own\.yaml: info: 'version' is a required property"):
        Stub([type(shipped)("own", spec, shipped.api, shipped.fixtures)])
