"""Credentials that let nobody in, whatever is to be written or read with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from conformance.apis.suprsend import place
from conformance.apis.suprsend.driver import OPT_IN, Driver
from conformance.apis.suprsend.expectations import expect_refusal
from conformance.apis.suprsend.neighbours import CHANNEL_PREFERENCES, FULL_PREFERENCE, NEIGHBOUR_PATHS
from conformance.apis.suprsend.place import Places
from conformance.assertions.outcome import NotTested
from conformance.http.response import Response
from conformance.suite import bad_credentials as suite
from conformance.suite.bad_credentials import Carried, Kind, Place, Row, Table

NO_KEY = "without a key"
WRONG_KEY = "with a wrong key"
FALSE_SIGNATURE = "with a signature of nothing"
WRITE = "a write"
READ = "GET"


def _make_cookie(driver: Driver) -> Mapping[str, str]:
    return {"cookie": f"session={driver.api_key.wrong_key}"}


def _make_query(driver: Driver) -> Mapping[str, str]:
    return {"api_key": driver.api_key.wrong_key}


def _make_other_header(driver: Driver) -> Mapping[str, str]:
    return {"x-api-key": driver.api_key.wrong_key}


# Where a server looks for a key beside the documented header is its own matter; this one is nobody's anywhere. The
# right one is not sent there, since addresses and cookies end in logs.
KINDS: Sequence[Kind[Driver]] = (
    Kind(NO_KEY, "missing-key", lambda _: Carried()),
    Kind("with the word Bearer alone", "empty-key", lambda _: Carried("Bearer")),
    Kind(WRONG_KEY, "wrong-key", lambda driver: Carried(driver.api_key.wrong_key_header)),
    Kind(
        "with a key of which one letter is changed",
        "wrong-key",
        lambda driver: Carried(driver.api_key.changed_letter_header),
    ),
    Kind(
        "with a wrong key behind bearer in lower case",
        "wrong-key",
        lambda driver: Carried(f"bearer {driver.api_key.wrong_key}"),
    ),
    Kind(
        "with a wrong key behind BEARER in capitals",
        "wrong-key",
        lambda driver: Carried(f"BEARER {driver.api_key.wrong_key}"),
    ),
    Kind(
        "with a wrong key behind another word",
        "wrong-key",
        lambda driver: Carried(f"Token {driver.api_key.wrong_key}"),
    ),
    Kind(
        "with a wrong key as a Basic credential",
        "wrong-key",
        lambda driver: Carried(driver.api_key.wrong_basic_header),
    ),
    Kind(
        "with two wrong keys, one of them in a cookie",
        "wrong-key",
        lambda driver: Carried(driver.api_key.wrong_key_header, headers=_make_cookie(driver)),
    ),
    Kind(
        "with two wrong keys, one of them in the query",
        "wrong-key",
        lambda driver: Carried(driver.api_key.wrong_key_header, params=_make_query(driver)),
    ),
    Kind(
        "with two wrong keys, one of them in another header",
        "wrong-key",
        lambda driver: Carried(driver.api_key.wrong_key_header, headers=_make_other_header(driver)),
    ),
    Kind("with half a key", "cut-key", lambda driver: Carried(driver.api_key.cut_key_header)),
    Kind(
        "with a key and two digits more",
        "lengthened-key",
        lambda driver: Carried(driver.api_key.lengthened_key_header),
    ),
    Kind(
        "with a key in the other case",
        "key-in-other-case",
        lambda driver: Carried(driver.api_key.swapped_case_header),
    ),
    Kind(FALSE_SIGNATURE, "missing-key", lambda driver: Carried(driver.api_key.false_signature_header)),
    Kind(
        "with a wrong key in a cookie alone",
        "missing-key",
        lambda driver: Carried(headers=_make_cookie(driver)),
    ),
    Kind(
        "with a wrong key in the query alone",
        "missing-key",
        lambda driver: Carried(params=_make_query(driver)),
    ),
    Kind(
        "with a wrong key in another header alone",
        "missing-key",
        lambda driver: Carried(headers=_make_other_header(driver)),
    ),
)


def _write_category(
    choose: Callable[[Places], place.Place],
    driver: Driver,
    kind: Kind[Driver],
    *,
    is_other_style: bool = False,
) -> Response:
    carried = kind.make(driver)
    return driver.write(
        OPT_IN,
        choose(driver.places),
        style=driver.other_style if is_other_style else None,
        authorization=carried.authorization,
        headers=carried.headers,
        params=carried.params,
    )


def _read_preferences(
    choose: Callable[[Places], place.Place], driver: Driver, kind: Kind[Driver]
) -> Response:
    if not driver.has_read_back:
        raise NotTested("capabilities: [read_back] is not in the profile", "capabilities")
    carried = kind.make(driver)
    return driver.read(
        choose(driver.places),
        authorization=carried.authorization,
        headers=carried.headers,
        params=carried.params,
    )


def _write_restrictions(names: Sequence[str], driver: Driver, kind: Kind[Driver]) -> Response:
    if not driver.has_read_back:
        raise NotTested("capabilities: [read_back] is not in the profile", "capabilities")
    carried = kind.make(driver)
    # Of no channel, so that nothing is restricted or freed by whoever is let in.
    return driver.update_restrictions(
        {}, names, authorization=carried.authorization, headers=carried.headers, params=carried.params
    )


def _judge_restriction(kind: Kind[Driver]) -> str:
    return f"restriction-{'without-key' if _is_no_key(kind) else 'with-wrong-key'}"


def _is_no_key(kind: Kind[Driver]) -> bool:
    return kind.requirement == "missing-key" and kind.name != FALSE_SIGNATURE


def _judge_read(kind: Kind[Driver]) -> str:
    return f"read-{'without-key' if _is_no_key(kind) else 'with-wrong-key'}"


_EVERY_TIME = (NO_KEY, WRONG_KEY)
_READ_PLACES: Mapping[str, Callable[[Places], place.Place]] = {
    "GET for a tenant": lambda places: places.tenant,
    "GET for an object of another type": lambda places: places.other_type_object,
    "GET of a locked category": lambda places: places.locked_category,
}
# HEAD is none of them: no page of the vendor's has it, and whoever is let in by it sees no preference and changes none.
PLACES: Sequence[Place[Driver]] = (
    Place(WRITE, partial(_write_category, lambda places: places.main), tuple(kind.name for kind in KINDS)),
    Place(
        "a write in the other slash form",
        partial(_write_category, lambda places: places.main, is_other_style=True),
        _EVERY_TIME,
    ),
    Place("a write for a tenant", partial(_write_category, lambda places: places.tenant), _EVERY_TIME),
    Place(
        "a write for another object",
        partial(_write_category, lambda places: places.other_object),
        _EVERY_TIME,
    ),
    Place(
        "a write for an object of another type",
        partial(_write_category, lambda places: places.other_type_object),
        _EVERY_TIME,
    ),
    Place(
        "a write for an unknown type",
        partial(_write_category, lambda places: places.unknown_type),
        _EVERY_TIME,
    ),
    Place(
        "a write in another category",
        partial(_write_category, lambda places: places.other_category),
        _EVERY_TIME,
    ),
    Place(
        "a write in a locked category",
        partial(_write_category, lambda places: places.locked_category),
        _EVERY_TIME,
    ),
    Place(READ, partial(_read_preferences, lambda places: places.main), (), (NO_KEY, WRONG_KEY), _judge_read),
    *(
        Place(name, partial(_read_preferences, choose), _EVERY_TIME, (), _judge_read)
        for name, choose in _READ_PLACES.items()
    ),
    *(
        Place(
            f"PATCH of {what}",
            partial(_write_restrictions, NEIGHBOUR_PATHS[what]),
            _EVERY_TIME,
            (),
            _judge_restriction,
        )
        for what in (CHANNEL_PREFERENCES, FULL_PREFERENCE)
    ),
)
TABLE = Table(PLACES, KINDS, drawn=1)


def expect_kept_out(driver: Driver, requirement: str) -> None:
    """Want nobody to be let in whom *requirement* keeps out, and a plain write to be refused with a 4xx."""
    suite.expect_kept_out(driver, TABLE, requirement, _expect_refusal_of_plain_write)


def _expect_refusal_of_plain_write(row: Row[Driver], answer: Response) -> None:
    # Elsewhere something else may be wrong with the request, or come first.
    if row.place.name == WRITE:
        expect_refusal(answer)
