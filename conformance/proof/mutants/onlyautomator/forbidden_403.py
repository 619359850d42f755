"""OnlyAutomator servers that break a requirement of "403 Forbidden"."""

from __future__ import annotations

from conformance.proof.messages import Request
from conformance.proof.reference.onlyautomator import Caller, Record, Reference, Refusal
from conformance.proof.variants.onlyautomator import CountsSeconds


class ReadersMayWrite(Reference):
    """A token that may only read is accepted."""

    breaks = frozenset({"insufficient-permission"})

    def authorize_caller(self, caller: Caller) -> None:
        if caller.role not in ("authenticated", "reader"):
            super().authorize_caller(caller)


class ForbiddenIs401(Reference):
    """A token without permission is answered 401."""

    breaks = frozenset({"insufficient-permission"})

    def authorize_caller(self, caller: Caller) -> None:
        if caller.role != "authenticated":
            raise self.authentication_refusal()


class ForbiddenIsNotFound(Reference):
    """A token without permission is answered with the code of an unknown fan."""

    breaks = frozenset({"insufficient-permission"})

    def authorize_caller(self, caller: Caller) -> None:
        if caller.role != "authenticated":
            raise Refusal(403, "resource_not_found", "No such fan for you")


class ForbiddenIsKept(Reference):
    """A write without permission is refused, and kept all the same."""

    breaks = frozenset(
        {
            "forbidden-write-stores-nothing",
            "forbidden-write-is-not-listed",
            "refused-update-is-not-listed",
        }
    )

    def authenticate_caller(self, request: Request) -> Caller:
        caller = super().authenticate_caller(request)
        if caller.role == "reader":
            self.store_record(self.read_body(request), caller)
        return caller


class ForbiddenIsKeptInTheDark(ForbiddenIsKept):
    """A write without permission is kept, and listed when somebody with permission has written it again."""

    breaks = frozenset({"forbidden-write-stores-nothing"})

    def is_of_user(self, record: Record, caller: Caller) -> bool:
        return record["userId"] != "user-eve" and super().is_of_user(record, caller)


class ForbiddenIsKeptInSeconds(ForbiddenIsKept, CountsSeconds):
    """A write without permission is kept by a server whose clock counts whole seconds."""
