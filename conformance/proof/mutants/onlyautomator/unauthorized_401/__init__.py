"""OnlyAutomator servers that break a requirement of "401 Unauthorized"."""
