"""OnlyAutomator servers that lie in what they list of preferences."""
