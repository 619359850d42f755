"""A judge for any server that claims to implement one of the APIs."""

from functools import cache

DISTRIBUTION = "preference-api-testbench"
EXTRA = "conformance"


@cache  # it takes milliseconds, and each report names it
def suite_version() -> str:
    """Return the version of the installed suite."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "unknown"
