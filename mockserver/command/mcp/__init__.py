"""What ``mockserver mcp`` offers to agents: the control plane of a stub, as tools."""
