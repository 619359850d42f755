"""The files that a stub keeps between runs, or reads again while it runs."""
