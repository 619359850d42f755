"""The MCP servers of both programs, met with the client of the official SDK."""
