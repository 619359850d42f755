"""Bodies that are forms: their fields, and the object that these make."""
