"""What the suites of all APIs share: requirements, the run they belong to, and its mode."""
