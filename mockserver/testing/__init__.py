"""The stub from Python tests: a client, and fixtures for pytest."""
