"""Credentials that let nobody in, whatever is to be written or listed with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from conformance.apis.onlyautomator import shared_writes
from conformance.apis.onlyautomator.answers import expect_refusal
from conformance.apis.onlyautomator.driver import Body, Driver, SentWrite
from conformance.http.response import Response
from conformance.suite import bad_credentials as suite
from conformance.suite.bad_credentials import Carried, Kind, Place, Row, Table

NO_TOKEN = "without a token"  # noqa: S105 - a name
TAMPERED = "with a changed signature"
EXPIRED = "with an expired token"
UNSIGNED = "without its signature"
COOKIE = "with a changed signature in the cookie alone"
QUERY = "with a changed signature in the query alone"
BASIC = "with a Basic token"
NO_SCHEME = "with a token and no scheme"
_YEAR_2100 = 4_102_444_800  # in Unix time


def _make_bearer(make_token: Callable[[Driver], str]) -> Callable[[Driver], Carried]:
    """Make what carries a token that was made of the user's, as documented."""
    return lambda driver: Carried(f"Bearer {driver.conceal_token(make_token(driver))}")


def _tampered(driver: Driver) -> str:
    return driver.conceal_token(driver.user_token.with_tampered_signature())


# As the document has a token carried, or as it says that none is: these are answered 401 authentication_required.
DOCUMENTED: Sequence[Kind[Driver]] = (
    Kind(NO_TOKEN, "missing-token", lambda _: Carried()),
    Kind("with a word for a token", "malformed-token", lambda _: Carried("Bearer not-a-token")),
    Kind("with three words for a token", "malformed-token", lambda _: Carried("Bearer not.a.token")),
    Kind(TAMPERED, "tampered-token", lambda driver: Carried(f"Bearer {_tampered(driver)}")),
    Kind(
        "with a cut signature",
        "truncated-token",
        _make_bearer(lambda driver: driver.user_token.with_truncated_signature()),
    ),
    Kind(UNSIGNED, "unsigned-token", _make_bearer(lambda driver: driver.user_token.without_signature())),
    Kind(
        "with a later expiry under its signature",
        "altered-claims",
        _make_bearer(lambda driver: driver.user_token.with_claims(exp=_YEAR_2100)),
    ),
    Kind(
        "with the algorithm none",
        "algorithm-none",
        _make_bearer(lambda driver: driver.user_token.without_algorithm("none")),
    ),
    Kind(
        "with the algorithm nOnE",
        "algorithm-none",
        _make_bearer(lambda driver: driver.user_token.without_algorithm("nOnE")),
    ),
    Kind(
        "with a stranger's signature",
        "foreign-signature",
        _make_bearer(lambda driver: driver.user_token.with_signature_by("a stranger's secret")),
    ),
    Kind(
        "with a signature by an empty secret",
        "foreign-signature",
        _make_bearer(lambda driver: driver.user_token.with_signature_by("")),
    ),
    Kind(EXPIRED, "expired-token", lambda driver: Carried(f"Bearer {driver.reveal_credential('expired')}")),
    Kind(BASIC, "basic-scheme", lambda driver: Carried(f"Basic {driver.reveal_credential('user')}")),
    Kind(NO_SCHEME, "schemeless-token", lambda driver: Carried(driver.reveal_credential("user"))),
    Kind("with the word Bearer alone", "scheme-without-token", lambda _: Carried("Bearer")),
)
# Where a server looks for a token besides is its own matter, but it has to look at the signature there, too. The right
# token is not sent in an address, since addresses end in logs.
KINDS: Sequence[Kind[Driver]] = (
    *DOCUMENTED,
    Kind(
        "with a changed signature behind bearer in lower case",
        "tampered-token",
        lambda driver: Carried(f"bearer {_tampered(driver)}"),
    ),
    Kind(
        "with a changed signature behind another word",
        "tampered-token",
        lambda driver: Carried(f"JWT {_tampered(driver)}"),
    ),
    Kind(
        COOKIE,
        "missing-token",
        lambda driver: Carried(headers={"Cookie": f"sb-access-token={_tampered(driver)}"}),
    ),
    Kind(
        QUERY,
        "missing-token",
        lambda driver: Carried(params={"access_token": _tampered(driver)}),
    ),
)
# What makes a record may be another path than what updates one, so both are tried of most kinds of bad tokens.
_SENT_AS_UPDATES = (
    NO_TOKEN,
    "with a word for a token",
    "with a cut signature",
    "with a later expiry under its signature",
    "with the algorithm nOnE",
    NO_SCHEME,
)
_SENT_AS_CREATES = tuple(kind.name for kind in KINDS if kind.name not in _SENT_AS_UPDATES)
# The first three have requirements of their own there, the next two are like the first, and of the right token in
# another form no page says anything.
_LEFT_OUT_OF_LISTS = (NO_TOKEN, TAMPERED, EXPIRED, COOKIE, QUERY, BASIC, NO_SCHEME)


def kinds_of_every_run(make_body: Callable[[Driver], Body]) -> Sequence[Kind[Driver]]:
    """List the kinds of which every run sends such a body."""
    names = _SENT_AS_UPDATES if make_body is make_update else _SENT_AS_CREATES
    return [kind for kind in KINDS if kind.name in names]


# --- what is written -------------------------------------------------------------------------------------


def make_create(driver: Driver) -> Body:
    """Make a body that makes a record of its own."""
    return driver.make_body()


def make_update(driver: Driver) -> Body:
    """Make an update of the record that all of these are for, to a value that nobody else writes."""
    names = driver.make_body(preference=shared_writes.OTHER_RECORD)
    return {**names, "value": f"refused: {driver.make_body()['preference']}"}


def _make_for_other_fan(driver: Driver) -> Body:
    return driver.make_body(fanId=driver.other_fan_id)


def _make_in_common_category(driver: Driver) -> Body:
    body = driver.make_body(category="content")
    return {**body, "preference": f"{driver.run.prefix}_{body['preference']}"}


def write_unauthorized(
    driver: Driver, make_body: Callable[[Driver], Body], kind: Kind[Driver], *, again: bool = False
) -> SentWrite:
    """Return a write with a bad credential, sent once, or *again* once more."""

    def write() -> SentWrite:
        # First, so that a credential that the profile lacks leaves nothing half made.
        carried = kind.make(driver)
        body = make_body(driver)
        return SentWrite(body, driver.post_with_credential(carried, body))

    return driver.client.memoize(("unauthorized", make_body, kind, again), write)


def _write_of(make_body: Callable[[Driver], Body]) -> Callable[[Driver, Kind[Driver]], Response]:
    return lambda driver, kind: write_unauthorized(driver, make_body, kind).answer


def _list(driver: Driver, kind: Kind[Driver]) -> Response:
    carried = kind.make(driver)
    return driver.read_list(
        carried.authorization, {"fanId": driver.fan_id, **carried.params}, carried.headers
    )


PLACES: Sequence[Place[Driver]] = (
    Place("a create", _write_of(make_create), _SENT_AS_CREATES),
    Place("an update", _write_of(make_update), _SENT_AS_UPDATES),
    Place("a write for another fan", _write_of(_make_for_other_fan), (NO_TOKEN,)),
    Place("a write in a common category", _write_of(_make_in_common_category), (NO_TOKEN,)),
    Place("a list", _list, (UNSIGNED,), _LEFT_OUT_OF_LISTS, lambda _: "list-bad-token"),
)
TABLE = Table(PLACES, KINDS, drawn=3)


def expect_kept_out(driver: Driver, requirement: str) -> None:
    """Want nobody to be let in whom *requirement* keeps out, and what is documented to be answered as documented."""
    suite.expect_kept_out(driver, TABLE, requirement, _expect_documented_refusal)


def _expect_documented_refusal(row: Row[Driver], answer: Response) -> None:
    # Elsewhere something else may be wrong with the request, or come first.
    if row == TABLE.find_home(row.kind) and row.kind in DOCUMENTED:
        expect_refusal(answer, 401, "authentication_required")
