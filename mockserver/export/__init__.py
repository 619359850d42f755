"""The kit: a contract as files, for people who work without a running stub."""
