"""The library's contract in a file, and few requests of any contract."""

import pytest

from conformance.contract import cases
from tests.conformance.contract.library import SPEC


@pytest.fixture(scope="session")
def spec(tmp_path_factory):
    file = tmp_path_factory.mktemp("library") / "library.yaml"
    file.write_text(SPEC)
    return file


@pytest.fixture
def few_cases(monkeypatch):
    """A few requests of a kind show what is asked; that many are good ones is held where the library is judged."""
    monkeypatch.setattr(cases, "COUNT", 4)
