"""HTTP itself: requests, responses, connections, and problems that a response reports."""
