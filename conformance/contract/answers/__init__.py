"""Whether an answer is what the contract documents."""
