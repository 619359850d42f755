"""The state of a session as one document: what ``GET`` and ``PUT /__admin/state`` carry, and a state file holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mockserver import fixtures
from mockserver.fixtures.complaint import Complaint
from mockserver.http.problems import Invalid, Violation, suggest_nearest
from mockserver.session.memory_store import Saved
from mockserver.session.session import Session


class StateDocuments:
    """Renders states as documents and reads them back; each API's fixtures model gives the shape of its part.

    model_of: returns the fixtures model of an API.
    """

    def __init__(self, model_of: Callable[[str], type[fixtures.Fixtures]]) -> None:
        self._model_of = model_of

    def render_state(self, state: Mapping[str, Saved]) -> dict[str, Any]:
        """Render a saved state, one member per API."""
        return {
            api: self._model_of(api).from_records(base | own).document() for api, (base, own) in state.items()
        }

    def load_into_session(self, document: Mapping[str, Any], session: Session) -> None:
        """Replace the state of the APIs that *document* names.

        Raises Invalid naming every error, and then changes nothing.
        """
        # Everything is checked before anything is replaced, so that an error changes nothing.
        errors: list[Violation] = []
        loaded = {}
        for api, content in document.items():
            if api not in session.stores:
                known = suggest_nearest(api, list(session.stores))
                errors.append(Violation(api, f"is not an API served here; {known}"))
                continue
            try:
                loaded[api] = dict(fixtures.validate_fixtures(content, self._model_of(api)).records())
            except fixtures.ValidationFailed as failed:
                complaints = [Complaint((api, *one.steps), one.what) for one in failed.complaints]
                errors += [Violation(one.where, one.what) for one in complaints]
        if errors:
            raise Invalid(errors)
        session.load({api: (records, {}) for api, records in loaded.items()})
