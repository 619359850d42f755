"""The command line: ``conformance``."""
