"""What ``conformance mcp`` offers to agents: the judge, as tools."""
