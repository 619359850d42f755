"""Builds values that a schema allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from itertools import chain, islice
from typing import Any

from mockserver.contract.samples.budget import Budget
from mockserver.contract.samples.fit_check import FitCheck, member_schemas
from mockserver.contract.samples.json_equality import is_same
from mockserver.contract.samples.member_names import choose_names, list_more_names, wanted_count
from mockserver.contract.samples.merged_schema import PREFERRED, Choice, Node, SchemaMerger
from mockserver.contract.samples.numbers import list_numbers
from mockserver.contract.samples.plan import Place, Plan
from mockserver.contract.samples.texts import list_texts

# Optional members share this many values, so that a sample stays readable.
_OPTIONAL_VALUES = 1000
_MOST_ITEMS = 1000
_DEEPEST = 60
_MOST_VARIANTS = 6
_MOST_VARIED_BRANCHES = 4
_STEPS_OF_BRANCH = 3
# Marks what is left out of a node though its schema describes it.
_LEFT_OUT = "x-left-out"


class Unbuildable(Exception):
    """No value was found that a schema allows."""


class Sampler:
    """Builds values of the schemas of one contract, as *plan* says.

    left_out: the mark of members that are not there: writeOnly in an answer, readOnly in a request.
    """

    def __init__(self, merger: SchemaMerger, left_out: str, budget: Budget, plan: Plan) -> None:
        self._merger = merger
        self._left_out = left_out
        self._plan = plan
        self._budget = budget
        self._hidden: set[str] = set()
        self._check = FitCheck(merger, self._hidden, budget)
        self._builders: dict[str, Callable[[Node, Place], Any]] = {
            "object": self._build_object,
            "array": self._build_array,
            "string": self._build_text,
            "integer": lambda node, place: self._build_number(node, place, "integer"),
            "number": lambda node, place: self._build_number(node, place, "number"),
            "boolean": lambda _, place: place.variant % 2 == 0,
            "null": lambda _, __: None,
        }

    def build(self, schema: Any) -> Any:
        """Build a value of *schema*; raises Unbuildable, or BudgetSpent."""
        allowance = _OPTIONAL_VALUES if self._plan.has_optional else 0
        return self._build(schema, Place(frozenset(), allowance, self._plan.variant))

    def _build(self, schema: Any, place: Place) -> Any:
        self._budget.spend()
        node = self._merger.merge(schema)
        for shown in self._list_shown(node, place):
            if self._check.fits(node, shown):
                return shown
        followed = self._merger.follow_reference(schema)
        if id(followed) in place.within or len(place.within) > _DEEPEST:
            if "null" in node.get("type", ()):
                return None
            raise Unbuildable
        return self._build_node(node, place.enter(followed))

    def _list_shown(self, node: Node, place: Place) -> Iterator[Any]:
        """List the values that a schema itself shows; where another one is wanted, only what it must be."""
        if PREFERRED in node:
            yield node[PREFERRED]
        if not self._plan.shows_examples or place.variant != self._plan.variant:
            return
        shown = [node[keyword] for keyword in ("example", "default") if keyword in node]
        for one in [*shown, *node.get("examples", ())]:
            yield self._without_left_out(node, one)

    def _without_left_out(self, node: Node, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        hidden = {name for name in value if self._is_left_out(node.get("properties", {}).get(name, True))}
        self._hidden.update(hidden)
        return {name: one for name, one in value.items() if name not in hidden} if hidden else value

    def _is_left_out(self, schema: Any) -> bool:
        return self._merger.merge(schema).get(self._left_out) is True

    def _build_node(self, node: Node, place: Place) -> Any:
        """Build a value of a merged schema; first of all what leaves several ways."""
        if node.get("choices"):
            return self._build_choice(node, place)
        if node.get("conditions"):
            return self._build_condition(node, place)
        if node.get("nots"):
            return self._build_otherwise(node, place)
        if "enum" in node:
            fitting = [one for one in node["enum"] if self._check.fits(node, one)]
            if fitting:
                return fitting[place.variant % len(fitting)]
            self._give_up(None)
            # What comes near keeps the rest of what is asked.
            node = {keyword: asked for keyword, asked in node.items() if keyword != "enum"}
        kinds = node.get("type") or _infer_types(node)
        if not kinds:
            return self._build_anything(node, place)
        for kind in sorted(kinds, key=lambda kind: kind == "null"):
            try:
                return self._builders[kind](node, place)
            except Unbuildable:
                continue
        raise Unbuildable

    def _give_up(self, nearest: Any) -> Any:
        if self._plan.is_strict:
            raise Unbuildable
        return nearest

    def _build_anything(self, node: Node, place: Place) -> Any:
        if node.get("type") == []:
            return self._give_up(None)
        values: list[Any] = [{}, "text", 0, True, [], None]
        return values[place.variant % len(values)]

    # What leaves several ways.

    def _build_choice(self, node: Node, place: Place) -> Any:
        choice: Choice = node["choices"][0]
        base = {**node, "choices": node["choices"][1:]}
        nearest: list[Any] = []
        for index, (branch, asked) in enumerate(self._merger.read_branches(choice)):
            followed = self._merger.follow_reference(branch)
            if id(followed) in place.within:
                continue
            inner = place.enter(followed)
            for shown in self._list_shown(asked, place):
                if self._check.fits(node, shown):
                    return shown
            attempts = self._list_attempts(self._merger.join(base, asked), choice, asked, inner)
            for demand, varied in islice(attempts, None if index < _MOST_VARIED_BRANCHES else 1):
                self._budget.spend(_STEPS_OF_BRANCH)
                try:
                    value = self._build_node(demand, varied)
                except Unbuildable:
                    break
                if self._check.keeps_choice(choice, value):
                    return value
                nearest.append(value)
        if not nearest:
            raise Unbuildable
        return self._give_up(nearest[0])

    def _list_attempts(
        self, demand: Node, choice: Choice, asked: Node, place: Place
    ) -> Iterator[tuple[Node, Place]]:
        """List ways to fit one branch and no other: without what other branches ask for, or with other values."""
        yield demand, place
        if not choice.is_one_of:
            return
        others = {name for one in choice.branches for name in self._merger.merge(one).get("required", ())}
        unwanted = others - {*asked.get("required", ())}
        if unwanted:
            yield {**demand, _LEFT_OUT: unwanted}, place
        optional = {*demand.get("properties", {})} - {*demand.get("required", ())}
        if optional:
            yield {**demand, _LEFT_OUT: optional}, place
        for steps in (1, 2):
            yield demand, place.vary(steps)

    def _build_condition(self, node: Node, place: Place) -> Any:
        first, *others = node["conditions"]
        base = {**node, "conditions": others}
        merge, join = self._merger.merge, self._merger.join
        then = join(base, merge(first.then))
        otherwise = {**join(base, merge(first.otherwise)), "nots": [*base.get("nots", ()), first.test]}
        for demand in (base, then, join(then, merge(first.test)), otherwise):
            try:
                value = self._build_node(demand, place)
            except Unbuildable:
                continue
            if self._check.keeps_condition(first, value):
                return value
        return self._give_up({})

    def _build_otherwise(self, node: Node, place: Place) -> Any:
        """Build what fits no schema under ``not``: without its members, of another type, or with other values."""
        base = {key: value for key, value in node.items() if key != "nots"}
        forbidden = [self._merger.merge(one) for one in node["nots"]]
        names = {name for one in forbidden for name in (*one.get("required", ()), *one.get("properties", ()))}
        taken = {kind for one in forbidden for kind in one.get("type", ())}
        kinds = [kind for kind in node.get("type") or _ALL_TYPES if kind not in taken]
        attempts = [(base, place)]
        attempts += [({**base, _LEFT_OUT: names}, place)] if names else []
        attempts += [({**base, "type": kinds}, place)] if kinds else []
        for one in forbidden:
            beyond = {opposite: one[bound] for bound, opposite in _OPPOSITES.items() if bound in one}
            attempts += [(self._merger.join(base, {key: bound}), place) for key, bound in beyond.items()]
        attempts += [(base, place.vary(steps)) for steps in range(1, _MOST_VARIANTS)]
        value: Any = None
        for demand, varied in attempts:
            try:
                value = self._build_node(demand, varied)
            except Unbuildable:
                continue
            if not any(self._check.fits(one, value) for one in forbidden):
                return value
        return self._give_up(value)

    # Scalars.

    def _build_text(self, node: Node, place: Place) -> str:
        nearest = None
        # Of a pattern that says what must not be there, another text may do.
        for steps in range(_MOST_VARIANTS if "patterns" in node else 1):
            for text in list_texts(node, place.variant + steps):
                self._budget.spend()
                nearest = text if nearest is None else nearest
                if self._check.fits(node, text):
                    return text
        return str(self._give_up(nearest or ""))

    def _build_number(self, node: Node, place: Place, kind: str) -> float:
        nearest: float = 0
        for nearest in list_numbers(node, kind, place.variant):
            if self._check.fits(node, nearest):
                return nearest
        self._give_up(None)
        return nearest

    # Objects and arrays.

    def _build_object(self, node: Node, place: Place) -> dict[str, Any]:
        # Most objects of a large graph are at its edge, where nothing more is shown.
        is_empty = not place.allowance and not node.get("required")
        properties = {} if is_empty else node.get("properties", {})
        hidden = {name for name in properties if self._is_left_out(properties[name])}
        self._hidden.update(hidden)
        left_out = node.get(_LEFT_OUT, ())
        names, needed = ([], set()) if is_empty else choose_names(node, hidden, left_out, place.allowance)
        inner = place.share(len(names))
        value: dict[str, Any] = {}
        for name in names:
            try:
                value[name] = self._build_member(node, name, inner)
            except Unbuildable:
                if name in needed and self._plan.is_strict:
                    raise
        self._add_members(node, value, {*hidden, *left_out}, place)
        return self._follow_dependents(node, value, place)

    def _build_member(self, node: Node, name: str, place: Place) -> Any:
        schemas = member_schemas(node, name)
        return self._build(reduce(self._merger.join_schemas, schemas), place)

    def _add_members(self, node: Node, value: dict[str, Any], unwanted: set[str], place: Place) -> None:
        """Add members until there are as many as the schema wants."""
        if node.get("minProperties", 0) > _MOST_ITEMS:
            self._give_up(None)
        wanted = wanted_count(node, place.allowance)
        if len(value) >= wanted:
            return
        asked = node.get("propertyNames", True)
        made = self._list_names(asked) if asked is not True else iter(())
        inner = place.share(wanted)
        for name in chain(made, list_more_names(node)):
            self._budget.spend()
            if name in value or name in unwanted or not self._check.allows(asked, name):
                continue
            try:
                value[name] = self._build_member(node, name, inner)
            except Unbuildable:
                continue
            if len(value) >= wanted:
                return
        if len(value) < node.get("minProperties", 0):
            self._give_up(None)

    def _list_names(self, schema: Any) -> Iterator[str]:
        node = self._merger.join({"type": ["string"]}, self._merger.merge(schema))
        for variant in range(_MOST_ITEMS):
            try:
                yield self._build_node(node, Place(frozenset(), 0, variant))
            except Unbuildable:
                return

    def _follow_dependents(self, node: Node, value: dict[str, Any], place: Place) -> dict[str, Any]:
        """Build it anew where a member that is there asks for more."""
        dependents = node.get("dependentSchemas", {})
        for name, schema in dependents.items():
            if name in value and not self._check.allows(schema, value):
                others = {one: other for one, other in dependents.items() if one != name}
                demand = self._merger.join({**node, "dependentSchemas": others}, self._merger.merge(schema))
                built: dict[str, Any] = self._build_node(demand, place)
                return built
        return value

    def _build_array(self, node: Node, place: Place) -> list[Any]:
        first, rest = node.get("prefixItems", []), node.get("items", True)
        most = node.get("maxItems", _MOST_ITEMS)
        contained = [
            one for one, least, _ in node.get("contained", ()) for _ in range(min(least, _MOST_ITEMS))
        ]
        least = max(node.get("minItems", 0), len(contained))
        if least > min(most, _MOST_ITEMS):
            least = len(self._give_up([])) or 1
        is_shown = place.allowance > 0 or least > 0
        wanted = min(max(least, (len(first) or 1) if is_shown else 0), most)
        if rest is False:
            wanted = min(wanted, len(first))
        rest_schema = self._without_more_contained(node, rest)
        inner = place.share(wanted)
        value: list[Any] = []
        for index in range(wanted):
            schema = first[index] if index < len(first) else rest
            if index < len(contained):
                schema = self._merger.join_schemas(contained[index], schema)
            elif rest_schema is not rest and index >= len(first):
                schema = rest_schema
            if index > max(len(first), len(contained)) and not node.get("uniqueItems"):
                return self._repeat_last(value, wanted)
            try:
                value.append(self._build_item(schema, inner, value if node.get("uniqueItems") else []))
            except Unbuildable:
                if index < least and self._plan.is_strict:
                    raise
                break
        return value

    def _without_more_contained(self, node: Node, rest: Any) -> Any:
        """Give the schema of the items that must not be among those of which only so many may be there."""
        for schema, _, most in node.get("contained", ()):
            if most is not None:
                rest = self._merger.join_schemas({"not": schema}, rest)
        return rest

    def _repeat_last(self, value: list[Any], wanted: int) -> list[Any]:
        """Repeat what needs no other item, which costs nothing to build."""
        missing = wanted - len(value)
        self._budget.spend(missing * _count_values(value[-1]) // 10)
        return value + [value[-1]] * missing

    def _build_item(self, schema: Any, place: Place, others: list[Any]) -> Any:
        count = len(others)
        self._budget.spend(count // 10)
        # Most often the next value is another one than all before.
        for steps in chain(range(count, count + _MOST_VARIANTS), range(count)):
            item = self._build(schema, place.vary(steps))
            if not any(is_same(item, other) for other in others):
                return item
        raise Unbuildable


def _count_values(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + sum(map(_count_values, value.values()))
    return 1 + sum(map(_count_values, value)) if isinstance(value, list) else 1


_OPPOSITES = {
    "minimum": "exclusiveMaximum",
    "maximum": "exclusiveMinimum",
    "exclusiveMinimum": "maximum",
    "exclusiveMaximum": "minimum",
}
_ALL_TYPES = ("object", "string", "integer", "boolean", "array", "null")
_TYPE_OF_KEYWORD = {
    **dict.fromkeys(
        ("properties", "required", "additionalProperties", "patternProperties", "minProperties", "propertyNames",
         "dependentRequired", "dependentSchemas"), "object"
    ),
    **dict.fromkeys(("items", "prefixItems", "minItems", "contained", "uniqueItems"), "array"),
    **dict.fromkeys(("patterns", "minLength", "maxLength", "format"), "string"),
    **dict.fromkeys(
        ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), "number"
    ),
}  # fmt: skip


def _infer_types(node: Node) -> list[str]:
    """Infer the type of a schema that names none from its other keywords."""
    if "type" in node:
        return []
    return next(([kind] for keyword, kind in _TYPE_OF_KEYWORD.items() if keyword in node), [])
