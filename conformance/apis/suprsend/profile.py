"""What a profile says about a target that implements SuprSend's object category preference."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from conformance.http.credentials.secret import Secret
from conformance.target.model import Model, must_differ, profile_error
from conformance.target.profile import TargetProfile
from conformance.target.yaml_file import render_comment

WHAT_A_RUN_WRITES = (
    "A run opts these objects in and out many times, and leaves them opted in to every channel at the end: use "
    "objects that nobody needs. The API cannot delete, so a target that creates unknown objects, categories or "
    'tenants keeps one of each whose name begins with "conformance", and some with odd names such as 2024-02-29. '
    "With the capability read_back, the run also restricts two channels of the object in all categories, one after "
    "the other, and frees them again."
)

TEMPLATE = (
    """\
# What to judge. Fill in, then: conformance run THIS-FILE
api: suprsend
base_url: https://your-server.example.com    # your own; what a run writes stays there
# name: staging                               # what reports call it
# version: ${GIT_COMMIT}                      # what reports call its version

credentials:
  api_key: ${SUPRSEND_API_KEY}     # from the environment; or {command: [program, argument]}

"""
    + render_comment(WHAT_A_RUN_WRITES)
    + """
fixtures:
  object: {type: departments, id: engineering}     # best with email and slack, or two other documented channels
  category: status-update-alert                    # one that can be opted out of
  # What needs one of these is reported as not tested if it is left out.
  other_object: {type: departments, id: sales}     # another object of the type, with the same channels
  other_type_object: {type: teams, id: design}     # an object of another type; its id may be the same
  other_category: product-newsletter               # another category that has one of the channels, too
  locked_category: security-alert                  # one that cannot be opted out of
  tenant_id: acme

path_style: no_slash               # or trailing_slash: the form of the path that the target answers

# What the target has beyond the document's one operation. read_back: GET reads a category. Then what was written is
# looked up there, and in the lists and channel preferences of the object, as far as the target has them.
# capabilities: [read_back]

# patience: {timeout_s: 10, retry_s: 30, read_lag_s: 3, rate_per_s: 5, budget_s: 300}
#           # read_lag_s until a write can be read, budget_s for the whole run
# tls: {ca: ca.pem, cert: me.pem, key: me.key}     # from this file's folder; verify: false accepts any certificate
# proxy: http://proxy.example.com:3128     # or none; by default the environment's
"""
)


class Credentials(Model):
    """api_key: a key that may write preferences."""

    api_key: Secret


class ObjectName(Model):
    """Names one object."""

    type: str = Field(min_length=1)
    id: str = Field(min_length=1)


class Fixtures(Model):
    """What has to be there; *locked_category* is one whose is_editable is false."""

    object: ObjectName
    category: str = Field(min_length=1)
    other_object: ObjectName | None = None
    other_type_object: ObjectName | None = None
    other_category: str | None = Field(default=None, min_length=1)
    locked_category: str | None = Field(default=None, min_length=1)
    tenant_id: str | None = Field(default=None, min_length=1)

    _objects_apart = must_differ("object", "other_object")
    _categories_apart = must_differ("category", "other_category")
    _locked_apart = must_differ("category", "locked_category")

    @model_validator(mode="after")
    def _want_another_type(self) -> Fixtures:
        if self.other_type_object and self.other_type_object.type == self.object.type:
            raise profile_error(
                "other_type_object has the same type as object; name an object of another type, or remove it"
            )
        return self


class Profile(TargetProfile[Credentials, Fixtures]):
    """A whole profile; *path_style* says whether paths end in a slash, *capabilities* what else the target can do."""

    path_style: Literal["no_slash", "trailing_slash"] = "no_slash"
    capabilities: list[Literal["read_back"]] = []

    def missing_keys(self) -> list[str]:
        """Name the optional keys that the profile does not give."""
        return [*super().missing_keys(), *([] if self.capabilities else ["capabilities"])]
