"""The reference with one lie each, per API."""
