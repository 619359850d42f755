"""Parameters of any style and type, of contracts written in the tests."""
