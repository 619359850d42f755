"""OnlyAutomator servers that lie in their answers to writes."""
