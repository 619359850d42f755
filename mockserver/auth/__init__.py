"""Who calls: the credentials that a contract asks for, read, checked and issued."""
