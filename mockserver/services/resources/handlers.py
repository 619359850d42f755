"""The handlers of a contract alone whose items are kept: created, listed, read, replaced, changed and removed."""

from __future__ import annotations

from collections.abc import Collection as Sized
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from mockserver.contract.handler import Handler
from mockserver.contract.responses.example_handler import ASKED
from mockserver.contract.schema import Schema
from mockserver.http.problems import PROBLEM_HEADER, Invalid, NotFound, Problem
from mockserver.http.reply import Reply, Stream
from mockserver.services.resources.collection import Action, Collection, find_collections
from mockserver.services.resources.item_store import Item, ItemStore
from mockserver.services.resources.json_patch import MEDIA_TYPE as JSON_PATCH
from mockserver.services.resources.making import ItemMaker
from mockserver.services.resources.page import choose_page, find_first_page
from mockserver.services.resources.shape import read_sample
from mockserver.session.session import Session
from openapi import Spec
from openapi.document.operations import find_server, list_parameters, read_base_path

_TOTAL_HEADER, _LOCATION = "x-total-count", "location"
_LONGEST_ID = 40
_MERGE_PATCH = "application/merge-patch+json"


class AlreadyExists(Problem):
    """An item is to be created whose id another one has."""

    kind = HTTPStatus.CONFLICT


class ResourceHandlers(Mapping[str, Handler]):
    """The handlers of a contract by operationId: of collections with a state, and of all others by example.

    examples: those that answer by example, which give the answers of the others their form. api: the API's name.
    """

    def __init__(self, spec: Spec, examples: Mapping[str, Handler], api: str) -> None:
        self._spec = spec
        self._examples = examples
        self._api = api
        self._found = {
            name: (collection, action)
            for collection in find_collections(spec)
            for name, action in collection.actions.items()
        }

    def __getitem__(self, name: str) -> Handler:
        """Make the handler of one operation."""
        example = self._examples[name]
        if name not in self._found:
            return example
        collection, action = self._found[name]
        base_path = read_base_path(find_server(self._spec, action.operation))
        first_page = find_first_page(list_parameters(self._spec, action.operation))
        maker = ItemMaker(collection, partial(self._find_sample, collection, action))
        id_schema = Schema(collection.id_schema, self._spec)
        return ResourceHandler(
            self._api, collection, action, example, maker, base_path, first_page, id_schema
        )

    def _find_sample(self, collection: Collection, action: Action) -> Any:
        """Find an example of an item in what reading one answers, or else in what *action* does."""
        reads = (one for one in collection.actions.values() if one.name == "read")
        return collection.shape.find_in(read_sample(self._spec, next(reads, action).operation.document))

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names of all operations."""
        return iter(self._examples)

    def __len__(self) -> int:
        """Count all operations."""
        return len(self._examples)


@dataclass(frozen=True)
class _Call:
    """A call of one operation; reply: the answer by example."""

    collection: Collection
    session: Session
    store: ItemStore
    arguments: dict[str, Any]
    reply: Reply
    maker: ItemMaker

    @property
    def id_(self) -> Any:
        """What the path names."""
        return self.arguments[self.collection.variable]

    @cached_property
    def sent(self) -> dict[str, Any]:
        return self.maker.read_body(self.arguments.get("body"))

    async def require_item(self) -> Item:
        item = await self.store.read_item(self.id_)
        if item is None:
            raise self.not_found()
        return item

    def not_found(self) -> NotFound:
        path = self.collection.fill_path(self.arguments)
        return NotFound(
            f"There is no {self.collection.variable} {str(self.id_)[:_LONGEST_ID]} in {path}; "
            "it was not written, or was removed"
        )

    def find_header(self, name: str) -> str | None:
        """Find how the answer by example writes the name of a header, in lower case; None if it has none."""
        return next((one for one in self.reply.headers if one.lower() == name), None)


class ResourceHandler:
    """Does what one operation does to a collection.

    example: answers by example, which is the form of the answer. maker: makes the items.
    base_path: what stands before the path of the contract. first_page: the number of the first page of a list.
    id_schema: of an id that a caller may choose.
    needs_item: whether the answer is 404 where nothing was written before.
    """

    answers_by_contract = True

    def __init__(
        self,
        api: str,
        collection: Collection,
        action: Action,
        example: Handler,
        maker: ItemMaker,
        base_path: str,
        first_page: int,
        id_schema: Schema,
    ) -> None:
        self._api = api
        self._collection = collection
        self._shape = action.shape
        self._creates = action.name == "replace" and "201" in action.operation.document["responses"]
        self.needs_item = action.name in ("read", "replace", "change", "remove") and not self._creates
        self._example = example
        self._maker = maker
        self._base_path = base_path
        self._first_page = first_page
        self._id_schema = id_schema
        acts = {
            "list": self._list_items,
            "create": self._create_item,
            "read": self._read_item,
            "replace": self._replace_item,
            "change": self._change_item,
            "remove": self._remove_item,
        }
        self._act = acts[action.name]

    async def handle(self, session: Session, arguments: dict[str, Any]) -> Reply | Stream:
        """Answer from the items of the session, in the form of the answer by example."""
        reply = await self._example.handle(session, arguments)
        if isinstance(reply, Stream):
            return reply
        # A list, an upload: what becomes of an item then, the contract does not say.
        is_patch = self._act == self._change_item and arguments[ASKED].media_type == JSON_PATCH
        if not isinstance(arguments.get("body"), list if is_patch else dict | None):
            return reply.with_headers(
                {PROBLEM_HEADER: "the body is no object, so nothing was kept or changed"}
            )
        path = self._collection.fill_path(arguments)
        store = ItemStore(session, self._api, self._collection, path)
        return await self._act(_Call(self._collection, session, store, arguments, reply, self._maker))

    async def look_up(self, session: Session, body: Any) -> None:
        """Do nothing: an invalid body is refused first."""

    def argument_mismatch(self, given: Sized[str]) -> None:
        """Accept the arguments of every contract."""

    async def _list_items(self, call: _Call) -> Reply:
        shape, reply = self._shape, call.reply
        if shape is None or isinstance(reply.body, bytes):
            return reply
        in_path = self._collection.template
        asked = {
            name: value
            for name, value in call.arguments.items()
            if name not in ("caller", "body", ASKED) and f"{{{name}}}" not in in_path
        }
        items = await call.store.list_items()
        page = choose_page(items, asked, shape.members, self._collection.id_member, self._first_page)
        shown = shape.find_in(reply.body)
        sample = shown[0] if isinstance(shown, list) and shown else None
        fitted = [shape.fit_item(item, sample) for item in page.items]
        total = call.find_header(_TOTAL_HEADER)
        if total is not None:
            reply = reply.with_headers({total: str(page.total)})
        return reply._replace(body=shape.put_into(page.describe(reply.body), fitted))

    async def _create_item(self, call: _Call) -> Reply:
        collection = self._collection
        id_ = call.sent.get(collection.id_member)
        if id_ is None:
            id_ = await call.store.draw_id()
        elif violations := self._id_schema.find_violations(id_, collection.id_member):
            raise Invalid(violations)
        path = collection.fill_path(call.arguments)
        if await call.store.read_item(id_) is not None:
            raise AlreadyExists(
                f"An item with {collection.id_member} {str(id_)[:_LONGEST_ID]} is in {path} already"
            )
        item = call.maker.create_item(call.sent, id_, call.session.clock)
        await call.store.write_item(id_, item)
        reply = self._show_item(item, call.reply)
        location = call.find_header(_LOCATION)
        if location is None:
            return reply
        address = quote(f"{path}/", safe="/") + quote(str(id_), safe="")
        return reply.with_headers({location: f"{self._base_path}{address}"})

    async def _read_item(self, call: _Call) -> Reply:
        return self._show_item(await call.require_item(), call.reply)

    async def _replace_item(self, call: _Call) -> Reply:
        clock, reply = call.session.clock, call.reply
        old = await call.store.read_item(call.id_)
        if old is not None:
            item = call.maker.replace_item(old, call.sent, call.id_, clock)
        elif self._creates:
            item = call.maker.create_item(call.sent, call.id_, clock)
            reply = reply._replace(status=HTTPStatus.CREATED)
        else:
            raise call.not_found()
        await call.store.write_item(call.id_, item)
        return self._show_item(item, reply)

    async def _change_item(self, call: _Call) -> Reply:
        old = await call.require_item()
        media_type = call.arguments[ASKED].media_type
        if media_type == JSON_PATCH:
            patch = call.arguments["body"]
            item = call.maker.patch_item(old, patch, call.id_, call.session.clock)
        else:
            change = call.maker.merge_item if media_type == _MERGE_PATCH else call.maker.change_item
            item = change(old, call.sent, call.id_, call.session.clock)
        await call.store.write_item(call.id_, item)
        return self._show_item(item, call.reply)

    async def _remove_item(self, call: _Call) -> Reply:
        item = await call.require_item()
        await call.store.remove_item(call.id_)
        return self._show_item(item, call.reply)

    def _show_item(self, item: Item, reply: Reply) -> Reply:
        """Put *item* into the answer, in its place there; an answer without a place for one stays as it is."""
        shape = self._shape
        if shape is None or reply.body is None or isinstance(reply.body, bytes):
            return reply
        shown = shape.fit_item(item, shape.find_in(reply.body))
        return reply._replace(body=shape.put_into(reply.body, shown))
