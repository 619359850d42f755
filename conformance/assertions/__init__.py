"""The outcomes of a requirement, and the comparisons that raise them."""
