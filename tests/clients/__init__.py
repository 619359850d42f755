"""The clients that people have, pointed at the stub: the vendor's own, and those generated from our contracts."""
