"""One package per API: its profile, its driver, and one or more test modules per heading of its document."""
