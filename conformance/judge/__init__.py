"""One run: which requirements are asked, what became of each, and the verdict."""
