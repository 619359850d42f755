"""Credentials that let nobody in, whatever is to be written or listed with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from conformance.apis.onlyautomator import shared_writes
from conformance.apis.onlyautomator.answers import expect_refusal
from conformance.apis.onlyautomator.driver import Body, Driver, SentWrite
from conformance.apis.onlyautomator.listed_records import request_list_with_token
from conformance.apis.onlyautomator.tokens import Token
from conformance.assertions.outcome import Inconclusive
from conformance.http.response import Response
from conformance.suite import bad_credentials as suite
from conformance.suite.bad_credentials import Carried, Kind, Place, Row, Table

NO_TOKEN = "without a token"  # noqa: S105 - a name
_CHANGED = "with a changed signature"
_UNSIGNED = "without its signature"
_TWO_PARTS = "without its signature and the dot before it"
TAMPERED, UNSIGNED, TWO_PARTS = (f"with a token {how}" for how in (_CHANGED, _UNSIGNED, _TWO_PARTS))
EXPIRED = "with an expired token"
UNSIGNED_WORDS = "with two words and an empty signature for a token"
CAPITALS = f"{TAMPERED} behind BEARER in capitals"
COOKIE = f"{TAMPERED} in the cookie alone"
QUERY = f"{TAMPERED} in the query alone"
OTHER_HEADERS = f"{TAMPERED} in other headers alone"
BASIC = "with a Basic token"
NO_SCHEME = "with a token and no scheme"
CREATE = "a create"
UPDATE = "an update"
_YEAR_2100 = 4_102_444_800  # in Unix time
_OTHER_HEADERS = ("X-API-Key", "apikey", "X-Auth-Token", "X-Access-Token")


def _kind_of_token(
    how: str, requirement: str, label: str, make_token: Callable[[Token], str]
) -> Kind[Driver]:
    """Make a kind that carries a token made of the user's, as documented.

    how: it differs from the user's, in words. label: what reports call it.
    """
    return Kind(
        f"with a token {how}",
        requirement,
        lambda driver: Carried(f"Bearer {driver.conceal_token(make_token(driver.user_token), label, how)}"),
    )


def _kind_of_words(name: str, label: str, words: str) -> Kind[Driver]:
    """Make a kind that carries *words* for a token; reports call them *label*."""
    return Kind(
        name,
        "malformed-token",
        lambda driver: Carried(f"Bearer {driver.client.conceal_made_up(words, label, words)}"),
    )


def make_tampered_token(driver: Driver) -> str:
    """Make the user's token with one character of its signature changed."""
    return driver.conceal_token(driver.user_token.with_tampered_signature(), "TAMPERED", _CHANGED)


# As the document has a token carried, or as it says that none is: these are answered 401 authentication_required.
DOCUMENTED: Sequence[Kind[Driver]] = (
    Kind(NO_TOKEN, "missing-token", lambda _: Carried()),
    _kind_of_words("with a word for a token", "ONE_WORD_FOR_A_TOKEN", "not-a-token"),
    _kind_of_words("with three words for a token", "THREE_WORDS_FOR_A_TOKEN", "not.a.token"),
    _kind_of_words(UNSIGNED_WORDS, "TWO_WORDS_FOR_A_TOKEN", "words.unsigned."),
    Kind(TAMPERED, "tampered-token", lambda driver: Carried(f"Bearer {make_tampered_token(driver)}")),
    _kind_of_token("with a cut signature", "truncated-token", "CUT", Token.with_truncated_signature),
    _kind_of_token(_UNSIGNED, "unsigned-token", "UNSIGNED", Token.without_signature),
    _kind_of_token(_TWO_PARTS, "unsigned-token", "TWO_PARTS", Token.without_third_part),
    _kind_of_token(
        "with a later expiry under its signature",
        "altered-claims",
        "LATER_EXPIRY",
        lambda token: token.with_claims(exp=_YEAR_2100),
    ),
    _kind_of_token(
        "with the algorithm none",
        "algorithm-none",
        "ALGORITHM_NONE",
        lambda token: token.without_algorithm("none"),
    ),
    _kind_of_token(
        "with the algorithm nOnE",
        "algorithm-none",
        "ALGORITHM_NONE_IN_OTHER_CASE",
        lambda token: token.without_algorithm("nOnE"),
    ),
    _kind_of_token(
        "with a stranger's signature",
        "foreign-signature",
        "SIGNED_BY_A_STRANGER",
        lambda token: token.with_signature_by("a stranger's secret"),
    ),
    _kind_of_token(
        "with a signature by an empty secret",
        "foreign-signature",
        "SIGNED_BY_AN_EMPTY_SECRET",
        lambda token: token.with_signature_by(""),
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
        f"{TAMPERED} behind bearer in lower case",
        "tampered-token",
        lambda driver: Carried(f"bearer {make_tampered_token(driver)}"),
    ),
    Kind(CAPITALS, "tampered-token", lambda driver: Carried(f"BEARER {make_tampered_token(driver)}")),
    Kind(
        f"{TAMPERED} behind another word",
        "tampered-token",
        lambda driver: Carried(f"JWT {make_tampered_token(driver)}"),
    ),
    Kind(
        COOKIE,
        "missing-token",
        lambda driver: Carried(headers={"Cookie": f"sb-access-token={make_tampered_token(driver)}"}),
    ),
    Kind(
        QUERY,
        "missing-token",
        lambda driver: Carried(params={"access_token": make_tampered_token(driver)}),
    ),
    Kind(
        OTHER_HEADERS,
        "missing-token",
        lambda driver: Carried(headers=dict.fromkeys(_OTHER_HEADERS, make_tampered_token(driver))),
    ),
)
# What makes a record may be another path than what updates one, so both are tried of most kinds of bad tokens.
_SENT_AS_UPDATES = (
    NO_TOKEN,
    "with a word for a token",
    "with a token with a cut signature",
    "with a token with a later expiry under its signature",
    "with a token with the algorithm nOnE",
    NO_SCHEME,
)
_SENT_AS_CREATES = tuple(kind.name for kind in KINDS if kind.name not in _SENT_AS_UPDATES)
# The first three have requirements of their own there, and of the right token in another form no page says anything.
_LEFT_OUT_OF_LISTS = (NO_TOKEN, TAMPERED, EXPIRED, BASIC, NO_SCHEME)
_SENT_FOR_LISTS = (UNSIGNED, TWO_PARTS, UNSIGNED_WORDS, CAPITALS, OTHER_HEADERS)


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


def _require_plain_refusals(driver: Driver) -> None:
    """Raise Inconclusive if a list is given without a token or for a bad one as documented: others judge that."""
    for token, carried in ((None, NO_TOKEN), (make_tampered_token(driver), TAMPERED)):
        if request_list_with_token(driver, token).ok:
            raise Inconclusive(f"a list is given {carried} as well")


def _request_list(driver: Driver, kind: Kind[Driver]) -> Response:
    carried = kind.make(driver)
    if kind not in DOCUMENTED:
        _require_plain_refusals(driver)
    return driver.read_list(
        carried.authorization, {"fanId": driver.fan_id, **carried.params}, carried.headers
    )


PLACES: Sequence[Place[Driver]] = (
    Place(CREATE, _write_of(make_create), _SENT_AS_CREATES),
    Place(UPDATE, _write_of(make_update), _SENT_AS_UPDATES),
    Place("a write for another fan", _write_of(_make_for_other_fan), (NO_TOKEN,)),
    Place("a write in a common category", _write_of(_make_in_common_category), (NO_TOKEN,)),
    Place("a list", _request_list, _SENT_FOR_LISTS, _LEFT_OUT_OF_LISTS, lambda _: "list-bad-token"),
)
TABLE = Table(PLACES, KINDS, drawn=3)


def kinds_of_run(driver: Driver, make_body: Callable[[Driver], Body]) -> Sequence[Kind[Driver]]:
    """List the kinds of which the run sends such a body, one of make_create and make_update."""
    place = UPDATE if make_body is make_update else CREATE
    return [row.kind for row in TABLE.draw_rows(driver.run.seed) if row.place.name == place]


def expect_kept_out(driver: Driver, requirement: str) -> None:
    """Want nobody to be let in whom *requirement* keeps out, and what is documented to be answered as documented."""
    suite.expect_kept_out(driver, TABLE, requirement, _expect_documented_refusal)


def _expect_documented_refusal(row: Row[Driver], answer: Response) -> None:
    # Elsewhere something else may be wrong with the request, or come first.
    if row == TABLE.find_home(row.kind) and row.kind in DOCUMENTED:
        expect_refusal(answer, 401, "authentication_required")
