"""One package per API: its profile, its vocabulary, and a test file per heading of its document."""
