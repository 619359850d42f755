"""What lies below a connection: its deadline, and the coding of bodies."""
