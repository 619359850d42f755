"""The contracts as pages: an interactive reference, and a plain page that needs nothing but HTML."""
