"""The records of a session's state one by one, and a state as a whole, as they come and go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from itertools import islice
from typing import Any, NamedTuple

from mockserver.control.state import StateDocuments
from mockserver.http import exact_json
from mockserver.http.problems import Invalid, NotFound, Problem, suggest_nearest
from mockserver.http.reply import Reply
from mockserver.session.disposal import let_go_in_pieces, list_collections
from mockserver.session.memory_store import Saved
from mockserver.session.session import Session, collect_ids
from mockserver.session.store import Key, Record
from openapi.media_type import JSON

# To check so many takes less time than anybody notices.
_MANY = 1000


class RecordChanged(Problem):
    """The record is another one than the caller has read."""

    kind = HTTPStatus.CONFLICT


class Wanted(NamedTuple):
    """Which records are asked for, and how many of them; None where it does not matter."""

    api: str | None
    kind: str | None
    text: str | None
    offset: int
    limit: int


def find_records(documents: StateDocuments, state: Mapping[str, Saved], wanted: Wanted) -> Reply:
    """List the records of *state* that are wanted, and how many there are of each kind."""
    rendered = documents.render_state(state)
    # A kind may be a word in place of its records: everything exists.
    lists = [(api, kind, many) for api, kinds in rendered.items() for kind, many in kinds.items()]
    lists = [(api, kind, many if isinstance(many, list) else [many]) for api, kind, many in lists]
    kinds = [{"api": api, "kind": kind, "count": len(many)} for api, kind, many in lists]
    chosen = [one for one in lists if wanted.api in (None, one[0]) and wanted.kind in (None, one[1])]
    text = (wanted.text or "").lower()
    if text:
        found = [
            (api, kind, index, record)
            for api, kind, many in chosen
            for index, record in enumerate(many)
            if text in exact_json.dumps(record).decode().lower()
        ]
        count, shown = len(found), found[wanted.offset : wanted.offset + wanted.limit]
    else:
        count = sum(len(many) for _, _, many in chosen)
        every = (
            (api, kind, index, record) for api, kind, many in chosen for index, record in enumerate(many)
        )
        shown = list(islice(every, wanted.offset, wanted.offset + wanted.limit))
    records = [
        {"api": api, "kind": kind, "index": index, "record": record} for api, kind, index, record in shown
    ]
    return Reply(200, {"kinds": kinds, "found": count, "records": records})


async def state_reply(documents: StateDocuments, state: Mapping[str, Saved]) -> Reply:
    """Answer a state as one document; others are served meanwhile."""
    content = await asyncio.to_thread(documents.write_state, state)
    return Reply(200, content, {"Content-Type": JSON})


class RecordChange(NamedTuple):
    """Records to put, and keys of those to take away. former: what was there under each of these keys, if anything."""

    put: Mapping[Key, Record]
    gone: Collection[Key]
    former: Mapping[Key, Record | None]

    def fits(self, read: Callable[[Key], Record | None]) -> bool:
        """Tell whether there still is what was there."""
        return all(read(key) == record for key, record in self.former.items())


async def change_record(session: Session, documents: StateDocuments, wanted: Mapping[str, Any]) -> None:
    """Replace, add or remove the record that *wanted* names, as change_record of the contract says.

    Raises NotFound, RecordChanged, Invalid.
    """
    api = wanted["api"]
    if api not in session.stores:
        raise NotFound(f"{api!r} has no state; {suggest_nearest(api, list(session.stores))}")
    while True:
        saved = session.stores[api].save()
        change = await asyncio.to_thread(_prepare_change, documents, saved, wanted)
        # Others were served meanwhile, and one of them may have changed the same record.
        if await session.change(partial(_put_records, session, api, change)):
            return


def _prepare_change(documents: StateDocuments, saved: Saved, wanted: Mapping[str, Any]) -> RecordChange:
    """Check the change that is wanted in a saved state, and find what it puts and takes away."""
    api, kind = wanted["api"], wanted["kind"]
    document = documents.render_state({api: saved})[api]
    kept = document.get(kind, [])
    many = kept if isinstance(kept, list) else [kept]
    index = wanted.get("index", len(many))
    if "index" in wanted:
        if index >= len(many):
            raise NotFound(f"{kind} {index} not found; there are {len(many)}")
        if "former" in wanted and many[index] != wanted["former"]:
            raise RecordChanged(f"{kind} {index} has changed since it was read; read it again")
    one = [wanted["record"]] if "record" in wanted else []

    def read_records(of_kind: Any) -> dict[Key, Record]:
        return documents.read_document({api: {**document, kind: of_kind}}, (api,))[api][0]

    stored = saved[0] | saved[1]
    if len(many) > _MANY:
        # A record that nothing of another kind refers to needs no others of its kind to be checked.
        with suppress(Invalid):
            change = _compare_records(read_records(many[index : index + 1]), read_records(one))
            if change.fits(stored.get):
                return change
    # A word in place of records is replaced as a whole.
    now = [*many[:index], *one, *many[index + 1 :]] if isinstance(kept, list) else wanted.get("record", [])
    return _compare_records(stored, read_records(now))


def _compare_records(former: Mapping[Key, Record], after: Mapping[Key, Record]) -> RecordChange:
    put = {key: record for key, record in after.items() if former.get(key) != record}
    gone = former.keys() - after.keys()
    return RecordChange(put, gone, {key: former.get(key) for key in (*put, *gone)})


def _put_records(session: Session, api: str, change: RecordChange) -> bool:
    """Put some records and take others away; do nothing and return False if one of them has changed meanwhile."""
    store = session.stores[api]
    if not change.fits(store.read):
        return False
    ids = session.ids.taken | collect_ids({api: (dict(change.put), {})})
    if change.gone:
        kept = {key: record for key, record in store.all_records().items() if key not in change.gone}
        session.load({api: ({**kept, **change.put}, {})}, ids)
        return True
    for key, record in change.put.items():
        store.put(key, record)
    session.ids.avoid(ids)
    return True


async def load_state(session: Session, state: dict[str, Saved]) -> None:
    """Load *state*, which may name some of the session's APIs only; others are served meanwhile."""
    # The ids of the records that stay are taken as well.
    ids = await asyncio.to_thread(collect_ids, {**session.save(), **state})
    former = list_collections(session.save())
    await session.change(lambda: session.load(state, ids))
    await asyncio.to_thread(let_go_in_pieces, former)


def find_snapshot(session: Session, name: str) -> dict[str, Saved]:
    """Find the state in the snapshot of that name; raise NotFound."""
    if name not in session.snapshots:
        raise NotFound(f"snapshot {name!r} not found; {suggest_nearest(name, list(session.snapshots))}")
    return session.snapshots[name]


def delete_snapshot(session: Session, name: str) -> None:
    """Delete the snapshot of that name; raise NotFound."""
    find_snapshot(session, name)
    del session.snapshots[name]
