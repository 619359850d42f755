"""SuprSend servers that lie: each is the reference with one lie."""
