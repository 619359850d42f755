"""SuprSend's object category preference: the profile of a target, and what requirements say about it."""

from conformance.apis.suprsend.profile import TEMPLATE, Credentials, Fixtures, Profile
from conformance.apis.suprsend.vocabulary import Api

__all__ = ["TEMPLATE", "Api", "Credentials", "Fixtures", "Profile"]
