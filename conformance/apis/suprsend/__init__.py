"""SuprSend's object category preference: the profile of a target, and what requirements say about it."""

from conformance.apis.suprsend.driver import Api
from conformance.apis.suprsend.profile import TEMPLATE, Credentials, Fixtures, Profile

__all__ = ["TEMPLATE", "Api", "Credentials", "Fixtures", "Profile"]
