"""What OnlyAutomator's document asks of a server, and the words to ask it with."""

from __future__ import annotations

from conformance.apis.onlyautomator.driver import Driver
from conformance.apis.onlyautomator.profile import TEMPLATE, Credentials, Fixtures, Profile

__all__ = ["TEMPLATE", "Credentials", "Driver", "Fixtures", "Profile"]
