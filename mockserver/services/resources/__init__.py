"""State for a contract alone: what is written to a path is read again there."""
