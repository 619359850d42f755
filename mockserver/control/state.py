"""The state of a session as one document: what ``GET`` and ``PUT /__admin/state`` carry, and a state file holds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from mockserver import fixtures
from mockserver.fixtures.complaint import MOST_COMPLAINTS, Complaint
from mockserver.http import exact_json
from mockserver.http.problems import Invalid, Violation, suggest_nearest
from mockserver.session.disposal import let_go_in_pieces
from mockserver.session.memory_store import Saved

# Of the document of a state: APIs, kinds of record, records.
_LEVELS_TO_RECORD = 3


class StateDocuments:
    """Renders states as documents and reads them back; each API's fixtures model gives the shape of its part.

    model_of: returns the fixtures model of an API.
    """

    def __init__(self, model_of: Callable[[str], type[fixtures.Fixtures]]) -> None:
        self._model_of = model_of

    def render_state(self, state: Mapping[str, Saved]) -> dict[str, Any]:
        """Render a saved state, one member per API."""
        return {api: self._model_of(api).render_records(base | own) for api, (base, own) in state.items()}

    def write_state(self, state: Mapping[str, Saved]) -> bytes:
        """Write a saved state as JSON, record by record."""
        return exact_json.dumps_in_pieces(self.render_state(state), _LEVELS_TO_RECORD)

    def consume_document(self, document: dict[str, Any], apis: Collection[str]) -> dict[str, Saved]:
        """Read a state as read_document() does, and empty *document*, which the caller uses no more."""
        try:
            return self.read_document(document, apis)
        finally:
            sections = [section for section in document.values() if isinstance(section, dict)]
            parts: list[Collection[Any]] = [
                part for section in sections for part in section.values() if isinstance(part, list)
            ]
            document.clear()
            del sections
            let_go_in_pieces(parts)

    def read_document(self, document: Mapping[str, Any], apis: Collection[str]) -> dict[str, Saved]:
        """Read the state of the APIs that *document* names, each of which must be one of *apis*.

        Raises Invalid naming every error.
        """
        errors: list[Violation] = []
        loaded = {}
        for api, content in document.items():
            if api not in apis:
                known = suggest_nearest(api, list(apis))
                errors.append(Violation(api, f"is not an API served here; {known}"))
                if len(errors) >= MOST_COMPLAINTS:
                    break
                continue
            try:
                part = fixtures.validate_fixtures(content, self._model_of(api))
                loaded[api] = dict(part.records())
                read: list[Collection[Any]] = [one for one in vars(part).values() if isinstance(one, list)]
                del part
                let_go_in_pieces(read)
            except fixtures.ValidationFailed as failed:
                complaints = [Complaint((api, *one.steps), one.what) for one in failed.complaints]
                errors += [Violation(one.where, one.what) for one in complaints]
        if errors:
            raise Invalid(errors)
        return {api: (records, {}) for api, records in loaded.items()}
