"""What is simulated on request: time, faults, forced answers and broken connections."""
