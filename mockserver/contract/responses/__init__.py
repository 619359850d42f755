"""The answers that a contract documents: its examples, or what its schemas allow, as a caller accepts it."""
