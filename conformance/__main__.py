"""``python -m conformance``, and the command of that name."""

from conformance.judge import interrupt


def main() -> None:
    """Run the command line."""
    interrupt.exit_on_interrupt()
    from conformance.command import cli

    cli.main()


if __name__ == "__main__":
    main()
