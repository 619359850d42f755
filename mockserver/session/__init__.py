"""A session: everything that a caller can change, apart from everybody else's."""
