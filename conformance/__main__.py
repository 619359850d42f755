"""``python -m conformance``, and the command of that name."""

import atexit
import gc

from conformance.judge import interrupt


def main() -> None:
    """Run the command line."""
    # A quarter of a short command's time would be spent on looking for garbage among modules: while they are
    # loaded, and once more at the end, when the system takes all of it anyway.
    gc.set_threshold(50_000)
    atexit.register(gc.freeze)
    interrupt.exit_on_interrupt()
    from conformance.command import cli

    cli.main()


if __name__ == "__main__":
    main()
