"""report.html and what it is made of."""
