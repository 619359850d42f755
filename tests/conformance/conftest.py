"""The library's contract in a file."""

import pytest

from tests.conformance.contract.library import SPEC


@pytest.fixture(scope="session")
def spec(tmp_path_factory):
    file = tmp_path_factory.mktemp("library") / "library.yaml"
    file.write_text(SPEC)
    return file
