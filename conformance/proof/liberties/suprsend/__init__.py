"""SuprSend servers that take liberties: each differs from the reference in what the document leaves open."""
