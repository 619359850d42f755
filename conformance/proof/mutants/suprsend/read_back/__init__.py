"""SuprSend servers that lie when they are read."""
