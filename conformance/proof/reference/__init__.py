"""A small correct server per API."""
