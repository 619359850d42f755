"""What there is to know about requirements, for a terminal and as a page."""
