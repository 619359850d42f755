"""What OnlyAutomator's document asks of a server, and the words to ask it with."""

from __future__ import annotations

from conformance.apis.onlyautomator.profile import TEMPLATE, Credentials, Fixtures, Profile
from conformance.apis.onlyautomator.vocabulary import Api

__all__ = ["TEMPLATE", "Api", "Credentials", "Fixtures", "Profile"]
