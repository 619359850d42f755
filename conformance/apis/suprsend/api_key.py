"""The API key as requests carry it: as documented, in other forms, and changed so that it has to be refused."""

from __future__ import annotations

import base64

from conformance.assertions.outcome import NotTested
from conformance.http.client import Client
from conformance.http.credentials.secret import Secret
from conformance.suite.made_up_credential import (
    HOW_CHANGED,
    HOW_CHANGED_ONCE,
    HOW_LENGTHENED,
    change_last_letter,
    change_second_half,
    is_hexadecimal,
    lengthen,
)

_SHORTEST_KEY = 8  # of which half a key is still no other key
_FALSE_SIGNATURE = "conformance:dGhpcyBpcyBub3QgYSBzaWduYXR1cmUgb2YgeW91cnM="  # as long as a real one


class ApiKey:
    """The values of the Authorization header that are made of a profile's key.

    NotTested is raised where none can be made. What is made up is reported by a name, and how it is made.
    """

    def __init__(self, secret: Secret, client: Client) -> None:
        self._secret = secret
        self._client = client

    @property
    def bare_key(self) -> str:
        """The key alone."""
        return self._secret.reveal()

    @property
    def bearer_header(self) -> str:
        """The credential as documented."""
        return f"Bearer {self.bare_key}"

    @property
    def basic_header(self) -> str:
        """The key as a Basic credential, where a user name without a password would stand."""
        # As curl -u KEY: sends it.
        encoded = base64.b64encode(f"{self.bare_key}:".encode()).decode()
        return f"Basic {self._conceal_key('basic', encoded, '{} and a colon in Base64')}"

    @property
    def wrong_key(self) -> str:
        """A key of the same shape that nobody was given."""
        return self._make_up_key("wrong", change_second_half(self.bare_key), f"{{}} {HOW_CHANGED}")

    @property
    def wrong_key_header(self) -> str:
        """That key as documented."""
        return f"Bearer {self.wrong_key}"

    @property
    def wrong_basic_header(self) -> str:
        """That key as a Basic credential."""
        encoded = base64.b64encode(f"{self.wrong_key}:".encode()).decode()
        how = f"{{}} {HOW_CHANGED}, and a colon, in Base64"
        return f"Basic {self._conceal_key('wrong_basic', encoded, how)}"

    @property
    def changed_letter_header(self) -> str:
        """The key with another letter or digit at its end."""
        return self._made_up_bearer("changed", change_last_letter(self.bare_key), f"{{}} {HOW_CHANGED_ONCE}")

    @property
    def false_signature_header(self) -> str:
        """The signed form that older clients send, with a signature of nothing."""
        return self._conceal_key("unsigned", _FALSE_SIGNATURE, _FALSE_SIGNATURE)

    @property
    def cut_key_header(self) -> str:
        """The first half of the key."""
        key = self.bare_key
        if len(key) < _SHORTEST_KEY:
            raise NotTested("credentials.api_key is too short to be cut")
        return self._made_up_bearer("cut", key[: (len(key) + 1) // 2], "the first half of {}")

    @property
    def lengthened_key_header(self) -> str:
        """The key with two digits more."""
        return self._made_up_bearer("lengthened", lengthen(self.bare_key), f"{{}} {HOW_LENGTHENED}")

    @property
    def swapped_case_header(self) -> str:
        """The key with small letters for capitals and capitals for small letters."""
        if is_hexadecimal(self.bare_key):
            raise NotTested("credentials.api_key is a hexadecimal number, which is the same in either case")
        how = "{} with small letters for capitals and capitals for small letters"
        return self._made_up_bearer("swapped", self.bare_key.swapcase(), how)

    def is_bearer_of_another_key(self, authorization: str) -> bool:
        """Tell whether a header has the documented scheme, in any case, and another key than the profile's."""
        scheme, _, key = authorization.partition(" ")
        return scheme.lower() == "bearer" and key != self.bare_key

    def _made_up_bearer(self, name: str, key: str, how: str) -> str:
        return f"Bearer {self._make_up_key(name, key, how)}"

    def _make_up_key(self, name: str, key: str, how: str) -> str:
        if key == self.bare_key:
            raise NotTested("no other key can be made from credentials.api_key")
        return self._conceal_key(name, key, how)

    def _conceal_key(self, name: str, credential: str, how: str) -> str:
        """Return *credential*, which is reported by a name. how: it is made, with {} for the name of the key."""
        key = self._secret.name
        return self._client.conceal_made_up(credential, f"{key}_{name}".upper(), how.format(key))
