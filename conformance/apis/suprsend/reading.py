"""How requirements read from a SuprSend server, and how long they wait until a write can be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from conformance.apis.suprsend.api_key import ApiKey
from conformance.apis.suprsend.place import Place, Places
from conformance.apis.suprsend.profile import Profile
from conformance.assertions.outcome import DoesNotConform, Inconclusive
from conformance.http.client import Client
from conformance.http.response import Response
from conformance.suite import driver as suite
from conformance.suite.polling import Polling
from conformance.suite.run import Run

# How long is waited after a wait in vain; or twice as long as any wait that was not in vain.
_LATER_LAG_S = 0.2

# What a GET was answered in the middle of an exchange, which has to go on whatever that was: an outcome is kept for
# those who need the answer, and where the profile promises no GET there is nothing.
Reading = Response | Inconclusive | None


class ReadingDriver(suite.Driver):
    """Reads from a SuprSend server during one run; the Driver that derives from it also writes."""

    def __init__(self, client: Client, target: Profile, run: Run) -> None:
        super().__init__(client, run)
        self.places = Places(target)
        self.api_key = ApiKey(target.credentials.api_key, client)
        self.path_style = target.path_style
        self._target = target
        self._lag_s = target.patience.read_lag_s
        self._longest_lag_s = 0.0

    @property
    def has_read_back(self) -> bool:
        """Whether the profile promises that GET reads a category."""
        return "read_back" in self._target.capabilities

    def read(
        self,
        at: Place,
        names: Sequence[str] | None = None,
        *,
        params: Mapping[str, str] | None = None,
        authorization: str | None = "",
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Ask with GET, which the document does not have but other pages of the vendor's do.

        names: the path under the object's preferences, by default the category's. authorization: as for write.
        """
        style = self.path_style
        path = at.path(style) if names is None else at.neighbour_path(style, *names)
        sent = {} if authorization is None else {"authorization": authorization or self.api_key.bearer_header}
        sent |= headers or {}
        return self.client.send("GET", path, headers=sent, params={**at.query, **(params or {})})

    def read_until(
        self,
        is_expected: Callable[[Response], bool],
        names: Sequence[str] | None = None,
        *,
        at: Place | None = None,
        params: Mapping[str, str] | None = None,
        even_if_not_promised: bool = False,
    ) -> Reading:
        """Read until the answer *is_expected*, for a moment, and return the last answer.

        A write that is answered 202 need not be carried out at once, nor need what it made be found. Once something
        has not been read in all that time, later reads wait less for theirs, unless the profile says how long.

        Nothing is read where the profile does not promise GET, unless *even_if_not_promised*.
        """
        if not self.has_read_back and not even_if_not_promised:
            return None
        now = self.client.clock.monotonic
        asked = now()
        polling = Polling(self.client, asked + self._lag_s)
        try:
            while True:
                began = now()
                answer = self.read(at or self.places.main, names, params=params)
                is_last_look = polling.is_last_look(answer)
                if answer.ok and is_expected(answer):
                    self._longest_lag_s = max(self._longest_lag_s, began - asked)
                    return answer
                # What a write makes need not be found at once; what stands around a category is missing or there,
                # whatever is written.
                may_be_found_later = answer.status == 404 and names is None and self.has_read_back
                if not (answer.ok or may_be_found_later):
                    return answer
                if is_last_look:
                    self._shorten_lag()
                    return answer
                polling.pause()
        except Inconclusive as outcome:
            return outcome
        except DoesNotConform as outcome:
            return Inconclusive(str(outcome))  # an answer that is cut: what is written is judged elsewhere

    def _shorten_lag(self) -> None:
        # A target that never shows what was written would otherwise cost three seconds each time; one whose profile
        # asks for a time of its own may.
        if "read_lag_s" not in self._target.patience.model_fields_set:
            self._lag_s = min(self._lag_s, max(_LATER_LAG_S, 2 * self._longest_lag_s))
