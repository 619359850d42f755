"""Reports of several implementations or versions, side by side."""
