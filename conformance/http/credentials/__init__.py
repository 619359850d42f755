"""Credentials: their values, how these stay fresh, and whether they are still accepted."""
