"""How requests reach the target and come back as evidence."""
