"""The vendor kit: a contract as files for those who work without a stub that runs."""
