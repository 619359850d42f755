"""A judge for any server that claims to implement one of the APIs."""
