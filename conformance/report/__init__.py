"""What a verdict is written to."""
