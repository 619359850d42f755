"""``python -m mockserver``, and the command of that name."""

import signal


def main() -> None:
    """Run the command line; an interrupt before that is loaded ends the process without a word."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from mockserver.command import cli

    signal.signal(signal.SIGINT, before)
    cli.main()


if __name__ == "__main__":
    main()
