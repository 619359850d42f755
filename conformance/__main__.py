"""``python -m conformance``, and the command of that name."""

from conformance.judge import interrupt


def main() -> None:
    """Run the command line."""
    interrupt.leaves_at_once()
    from conformance.command import cli

    cli.main()


if __name__ == "__main__":
    main()
