"""What a verdict is written to: a folder of files, and the terminal."""
