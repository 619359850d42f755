"""SuprSend's object category preference: the profile of a target, and what requirements say about it."""

from conformance.apis.suprsend.driver import Driver
from conformance.apis.suprsend.profile import TEMPLATE, Credentials, Fixtures, Profile

__all__ = ["TEMPLATE", "Credentials", "Driver", "Fixtures", "Profile"]
