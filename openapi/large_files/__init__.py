"""How a contract of many megabytes is read in little time and memory."""
