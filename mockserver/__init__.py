"""A stub that keeps the contracts: stateful, in the APIs' own voice, for frontend teams and CI."""
