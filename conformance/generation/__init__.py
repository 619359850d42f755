"""Generated requests: cases drawn from a contract, and sequences of operations."""
