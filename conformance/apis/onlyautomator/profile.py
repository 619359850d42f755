"""What a profile says about an OnlyAutomator server: tokens, fans, and how the server is made unavailable."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import field_validator

from conformance.http.credentials.secret import Secret
from conformance.target.model import Model, must_differ, profile_error
from conformance.target.profile import TargetProfile
from conformance.target.yaml_file import render_comment


class Credentials(Model):
    """Access tokens of user sessions; all but the first may be missing."""

    user: Secret
    other_user: Secret | None = None
    forbidden: Secret | None = None
    expired: Secret | None = None

    _users_apart = must_differ("user", "other_user")
    _forbidden_apart = must_differ("user", "forbidden")
    _expired_apart = must_differ("user", "expired")


class Fixtures(Model):
    """Fans that the target knows, and one that it does not."""

    fan_id: str
    other_fan_id: str | None = None
    unknown_fan_id: str | None = None

    _apart = must_differ("fan_id", "other_fan_id")
    _unknown_apart = must_differ("fan_id", "unknown_fan_id")


class Trigger(Model):
    """Request headers that make the target misbehave."""

    headers: dict[str, str]


class Triggers(Model):
    """How the target is made to answer what it answers on bad days only."""

    service_unavailable: Trigger | None = None


CAPABILITIES = ("read_back",)


class Profile(TargetProfile[Credentials, Fixtures]):
    """A whole profile; *capabilities* names what the target has beyond the documented operation."""

    triggers: Triggers = Triggers()

    def trigger_headers(self) -> Mapping[str, str]:
        """Return the headers that make this target, and no other server, unavailable."""
        return self.triggers.service_unavailable.headers if self.triggers.service_unavailable else {}

    capabilities: list[str] = []

    @field_validator("capabilities")
    @classmethod
    def _refuse_unknown(cls, given: list[str]) -> list[str]:
        for one in given:
            if one not in CAPABILITIES:
                raise profile_error(f"unknown capability {one!r}; known: {', '.join(CAPABILITIES)}")
        return given

    def lasting_secrets(self) -> list[Secret]:
        """List the credentials that have to be valid for the whole of a run: all but the one that has expired."""
        return [one for one in self.secrets() if one is not self.credentials.expired]

    def missing_keys(self) -> list[str]:
        """Name the optional keys that the profile does not give."""
        missing = [one for one in CAPABILITIES if one not in self.capabilities]
        return [*super().missing_keys(), *(f"capabilities.{one}" for one in missing)]


WHAT_A_RUN_WRITES = (
    "A run writes about 170 preferences for fan_id and one for other_fan_id. One of them has a value of a megabyte, "
    "which is replaced at the end of the run. Their category begins with conformance_; in the common categories the "
    "preference contains conformance_ instead. The API cannot delete, so they stay: name fans of a test account. A few "
    "writes are sent with tokens that have to be refused, and a few for a fan that does not exist. "
    "`conformance doctor` writes a single preference."
)

TEMPLATE = (
    """\
# A target for `conformance run`: an OnlyAutomator server, real or not.
#
"""
    + render_comment(WHAT_A_RUN_WRITES)
    + """

api: onlyautomator
base_url: https://your-server.example.com     # /api/v2/update-preference is appended
# name: staging                               # what reports call it
# version: ${GIT_COMMIT}                      # what reports call its version

credentials:                              # access tokens of user sessions, from the environment or
  user: ${OA_USER_TOKEN}                  # from a command: user: {command: [./token, ada]}; it is run
                                          # again when the token expires during a run
  # What is missing below is reported as not tested.
  # other_user: ${OA_OTHER_TOKEN}         # of another user who may write for the same fan
  # forbidden: ${OA_READONLY_TOKEN}       # valid, but without the permission to write
  # expired: ${OA_EXPIRED_TOKEN}          # expired

fixtures:
  fan_id: "12345"                         # a fan that the user may write for
  # other_fan_id: "67890"                 # another one
  # unknown_fan_id: "2147000000"          # one that does not exist; by default made up from fan_id

# triggers:                               # request headers that make the target answer service_unavailable
#   service_unavailable: {headers: {X-Trigger: outage}}

# capabilities: [read_back]               # the target also answers GET /api/v2/get-preferences; then
#                                         # what was written is looked up there

# patience: {timeout_s: 10, retry_s: 30, read_lag_s: 3, rate_per_s: 5, budget_s: 300}
#           # read_lag_s until a write can be read, budget_s for the whole run
# tls: {ca: ca.pem, cert: me.pem, key: me.key}     # from this file's folder; verify: false accepts any certificate
# proxy: http://proxy.example.com:3128     # or none; by default the environment's
"""
)
