"""Run the stub: ``python -m mockserver``."""

from mockserver.command.cli import main

main()
