"""The target profile: where the server under judgement is, and what the judge may use there."""
