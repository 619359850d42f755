"""What is served: a built-in API, or a contract alone."""
