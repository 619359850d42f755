"""A judge for any server that claims to implement one of the APIs."""

DISTRIBUTION = "preference-api-testbench"
EXTRA = "conformance"
