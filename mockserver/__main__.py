"""``python -m mockserver``, and the command of that name."""

import atexit
import gc
import signal


def main() -> None:
    """Run the command line; an interrupt before that is loaded ends the process without a word."""
    # A quarter of a short command's time would be spent on looking for garbage among modules: while they are
    # loaded, and once more at the end, when the system takes all of it anyway.
    gc.set_threshold(50_000)
    atexit.register(gc.freeze)
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from mockserver.command import cli

    signal.signal(signal.SIGINT, before)
    cli.main()


if __name__ == "__main__":
    main()
