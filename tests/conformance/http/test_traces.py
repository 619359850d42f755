"""A credential is found however it is written, whole or a run of twelve characters; ordinary words stay."""

import base64
import hashlib
import html
import json
import tracemalloc
from urllib.parse import quote

import httpx2
import pytest

from conformance.http.evidence import Exchange
from conformance.http.foreign_text import LONGEST_QUOTE, quote_json, quote_text
from conformance.http.redaction import Redaction

KEY = "SS.k3yAl/ha9Bravo8+harlie7Delta6&cho5Foxtrot4"
ECHOES = {
    "cut": KEY[:-1],
    "wrapped": f"{KEY[:20]}\n{KEY[20:]}",
    "partly quoted": KEY.replace("/", "%2F"),
    "quoted for a path": quote(KEY, safe="/"),
    "every byte quoted": "".join(f"%{byte:02x}" for byte in KEY.encode()),
    "quoted twice": quote(quote(KEY, safe=""), safe=""),
    "escaped slash": KEY.replace("/", "\\/"),
    "hexadecimal escapes": "".join(f"\\x{byte:02x}" for byte in KEY.encode()),
    "JSON in JSON": json.dumps(json.dumps(KEY.replace("&", "\\u0026"))),
    "named entity": html.escape(KEY),
    "decimal entities": "".join(f"&#{ord(one)};" for one in KEY),
    "hexadecimal entities": "".join(f"&#x{ord(one):X};" for one in KEY),
    "HTML in a URL": quote(html.escape(KEY)),
    "Bearer in Base64": base64.b64encode(f"Bearer {KEY}".encode()).decode(),
    "Basic": base64.b64encode(f":{KEY}".encode()).decode(),
    "Basic of a user": base64.b64encode(f"me:{KEY}".encode()).decode(),
    "Base64 for URLs": base64.urlsafe_b64encode(KEY.encode()).decode().rstrip("="),
    "Base64 of a part": base64.b64encode(KEY[:30].encode()).decode(),
    "Base64 in lines": base64.encodebytes((KEY * 3).encode()).decode(),
    "hexadecimal figures": KEY.encode().hex().upper(),
    "between zeros": "\0".join(KEY),
}


@pytest.fixture
def redaction():
    redaction = Redaction()
    redaction.conceal(KEY, "TOKEN")
    return redaction


@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES)
def test_echo_is_replaced(redaction, echo):
    shown = redaction(f'{{"message": "no {echo} no"}}')

    assert "$TOKEN" in shown
    assert len(shown.replace("$TOKEN", "")) <= len('{"message": "no  no"}') + 14
    assert shown.startswith('{"message": "no ')
    assert shown.endswith(' no"}')


def test_every_part_of_a_credential_that_repeats_itself_is_found():
    key, redaction = "0a1b2c3d4e5f6g7h8i9j" * 100, Redaction()
    redaction.conceal(key, "TOKEN")

    assert redaction(f"{key} no") == "$TOKEN no"
    assert {redaction(f"no {key[at : at + 12]}") for at in range(20)} == {"no $TOKEN"}


def test_cut_after_redaction_leaves_no_part_of_a_credential(redaction):
    """A quote is cut where its sentence is shown, and not before its credentials are replaced."""
    text = "x" * (LONGEST_QUOTE - len(KEY) + 1) + KEY
    shown = redaction.show_line(f"got {quote_text(text)}, and more")

    assert shown == f"got {text.removesuffix(KEY)}$TOKEN, and more"
    assert redaction.show(text, LONGEST_QUOTE) == text.replace(KEY, "$TOKEN")
    assert redaction.show_bytes(KEY.encode() * 999, 4096).count(KEY[:12]) == 0


def test_long_quote_is_cut_with_its_length(redaction):
    sentence = f"got {quote_text('y' * 9000)}, not {quote_text('z' * 81)}"

    assert (
        redaction.show_line(sentence) == f"got {'y' * 80}… (9000 characters), not {'z' * 80}… (81 characters)"
    )


@pytest.mark.parametrize(("size", "shown"), [(80, f'"{"z" * 80}"'), (302, f'"{"z" * 79}… (302 characters)')])
def test_length_of_a_text_of_json_is_that_of_the_text(redaction, size, shown):
    assert redaction.show_line(quote_json("z" * size)) == shown


@pytest.mark.parametrize("size", [81, 20_000, 200_000])
def test_cut_text_tells_its_length(redaction, size):
    assert redaction.show("y" * size, 80) == redaction.show_line("y" * size, 80)
    assert redaction.show("y" * size, 80) == f"{'y' * 80}… ({size - 80} characters more)"


def test_marks_of_a_quote_are_never_shown(redaction):
    hostile = "".join(map(chr, range(0xFDD0, 0xFDD4)))
    shown = redaction.show_line(f"{hostile} {quote_text(hostile)} {hostile}")

    assert not set(hostile) & set(shown)


def test_words_of_the_api_are_shown_though_a_credential_has_them():
    """Not its other characters, even beside them; and never the whole of it."""
    redaction = Redaction(
        lambda: ["PATCH /v1/object/departments/engineering: update the preference category"]
    )
    key = "live-preference-category-8f3a9c2e71"
    redaction.conceal(key, "TOKEN")

    assert redaction("the preference category is preference-category") == (
        "the preference category is preference-category"
    )
    assert redaction(f"unknown key {key}") == "unknown key $TOKEN"
    assert redaction(f"unknown key {key[5:-1]}") == "unknown key $TOKEN"


def test_words_of_a_large_document_take_little_more_memory_than_their_letters():
    redaction = Redaction(
        lambda: (f"the preference category \N{DOG FACE} {number}" for number in range(10_000))
    )
    redaction.conceal("live-preference-category-8f3a9c2e71", "TOKEN")

    tracemalloc.start()
    try:
        assert redaction("no preference-category") == "no preference-category"
        _, most_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most_bytes < 3_000_000


def test_credentials_that_begin_alike_are_each_found_whole():
    """As do the tokens that are made of the user's, of which a curl line is to name the right one."""
    redaction, head = Redaction(), "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyIn0"
    ends = [*(f".{number:02}" + "aB3" * 9 for number in range(12)), ".", ""]
    for number, end in enumerate(ends):
        redaction.conceal(f"{head}{end}", f"T{number}")

    assert [redaction(f"{head}{end}") for end in ends] == [f"$T{number}" for number in range(len(ends))]


def test_fewer_than_twelve_characters_are_shown(redaction):
    assert redaction(f"no key {KEY[:11]} here") == f"no key {KEY[:11]} here"


def show_answer(headers, content=b"{}"):
    redaction = Redaction()
    fields = httpx2.Headers(headers)
    redaction.conceal_told(fields, content)
    response = type("Answer", (), {"status": 401, "headers": fields, "content": content})()
    return Exchange(httpx2.Request("GET", "http://h/"), redaction, response)


def test_cookie_of_an_answer_is_not_shown_in_its_body():
    shown = show_answer(
        {"set-cookie": "sid=9f8e7d6c5b4a3928; HttpOnly"}, b'{"message": "9f8e7d6c5b4a3928 ended"}'
    )

    assert shown.response_body == '{"message": "[redacted] ended"}'
    assert shown.response_headers == {"set-cookie": "[redacted]"}


@pytest.mark.parametrize("name", ["access_token", "code", "id_token", "X-Amz-Signature", "api_key"])
def test_token_in_an_address_is_not_shown(name):
    shown = show_answer({"location": f"https://me:pw@login.example/cb?a=b&{name}=short#token=x"})

    assert shown.response_headers == {
        "location": f"https://[redacted]@login.example/cb?a=b&{name}=[redacted]#token=[redacted]"
    }


def test_token_in_a_body_is_not_shown():
    shown = show_answer({}, b'{"access_token": "9f8e7d6c5b4a3928", "next_token": "abcdefghijklmno"}')

    assert shown.response_body == '{"access_token": "[redacted]", "next_token": "abcdefghijklmno"}'


def test_cookies_without_end_do_not_fill_the_memory():
    redaction = Redaction()
    cookies = [hashlib.sha256(b"%d" % number).hexdigest() for number in range(1000)]
    for cookie in cookies:
        redaction.conceal_told(httpx2.Headers({"set-cookie": f"sid={cookie}"}), b"")

    assert redaction(cookies[199]) == "[redacted]"
    assert redaction(cookies[900]) == cookies[900]


def test_long_text_is_looked_through_in_parts(redaction):
    """Also where a credential stands on the edge of two of them, and with others before it."""
    for before in range(65_530 - 60, 65_540, 7):
        text = f"{'.' * before}{KEY}{'.' * 70_000}{KEY[:20]}"
        assert redaction(text) == text.replace(KEY, "$TOKEN").replace(KEY[:20], "$TOKEN")
    assert set(redaction(KEY * 6000)) <= set("$TOKEN")


def test_text_that_repeats_itself_is_looked_through_to_its_end(redaction):
    """Also where all the parts are alike, and a credential stands on the edges between them."""
    start, end = KEY[:20], KEY[20:]
    text = f"{end} {KEY} ".ljust(65_536 - len(start), ".") + start
    shown = redaction(text * 20)

    wanted = (text * 20).replace(KEY, "$TOKEN").replace(start, "$TOKEN").replace(end, "$TOKEN")
    assert shown == wanted


def test_degenerate_credential_takes_no_time(redaction):
    redaction.conceal("a" * 3000, "A")
    redaction.conceal("\\" * 40 + "%" * 40, "B")

    for text in ("a" * 100_000, "\\" * 100_000, "%25" * 30_000, "&amp;" * 20_000):
        assert len(redaction(text)) <= len(text)
