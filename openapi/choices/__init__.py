"""Choices: what a document leaves open, what else a server may do there, and a contract that follows."""

from openapi.choices.application import apply_choices
from openapi.choices.choice import (
    ABSENT,
    MALFORMED,
    Alternative,
    BadChoice,
    Choice,
    list_choices,
    list_decisions,
    list_ids,
    list_marks,
    read_choices,
)
from openapi.choices.chosen import Chosen, UnknownChoice, check_chosen, complete_chosen

__all__ = [
    "ABSENT",
    "MALFORMED",
    "Alternative",
    "BadChoice",
    "Choice",
    "Chosen",
    "UnknownChoice",
    "apply_choices",
    "check_chosen",
    "complete_chosen",
    "list_choices",
    "list_decisions",
    "list_ids",
    "list_marks",
    "read_choices",
]
