"""A judge for any server that claims to implement one of the APIs."""

DISTRIBUTION = "preference-api-testbench"
EXTRA = "conformance"


def suite_version() -> str:
    """Return the version of the installed suite."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "unknown"
