"""The parameters of an operation: how their texts are read as the contract means them."""
