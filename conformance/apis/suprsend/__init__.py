"""SuprSend: the requirements of its document, the driver that they speak through, and the profile of a target."""

from conformance.apis.suprsend.driver import Driver
from conformance.apis.suprsend.profile import TEMPLATE, Credentials, Fixtures, Profile

__all__ = ["TEMPLATE", "Credentials", "Driver", "Fixtures", "Profile"]
