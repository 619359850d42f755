"""OnlyAutomator: the requirements of its document, the driver that they speak through, and the profile of a target."""

from __future__ import annotations

from conformance.apis.onlyautomator.driver import Driver
from conformance.apis.onlyautomator.profile import TEMPLATE, Credentials, Fixtures, Profile

__all__ = ["TEMPLATE", "Credentials", "Driver", "Fixtures", "Profile"]
