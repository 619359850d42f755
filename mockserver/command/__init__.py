"""The command line: ``mockserver``."""
