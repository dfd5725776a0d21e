"""jmespath expressions as nested functions: they say what jmespath's own interpreter says, several times as fast.

jmespath walks the tree of an expression anew for every row; here it is walked once.
"""

from collections.abc import Callable, Iterable
from typing import Any

from jmespath import functions, parser
from jmespath.visitor import Options, TreeInterpreter

Evaluate = Callable[[Any], Any]
# A mapping whose shape depends on its `type`; jmespath names no type for it.
Node = Any

REMEMBERED = 2048
"""How many answers a function remembers at one place of an expression."""
_COMPARE = TreeInterpreter.COMPARATOR_FUNC


def compiled(expression: str, options: Options) -> Evaluate:
    """Return an expression as a function of a document. Raises jmespath.exceptions.JMESPathError."""
    return _Compiler(options).of(parser.Parser().parse(expression).parsed)


def false(value: Any) -> bool:
    """Whether jmespath takes a value for false."""
    return value is None or value is False or value in ("", [], {})


class _Expression:
    """An expression that is handed to a function; jmespath knows one by the name of its class."""

    def __init__(self, expression: Evaluate) -> None:
        self.expression = expression

    def visit(self, expression: Evaluate, value: Any) -> Any:
        """Return what the expression says of a value."""
        return expression(value)


class _Compiler:
    """Turns nodes into functions; a kind of node that is not here is left to jmespath."""

    def __init__(self, options: Options) -> None:
        self._functions = options.custom_functions or functions.Functions()
        self._interpreter = TreeInterpreter(options)

    def of(self, node: Node) -> Evaluate:
        """Return the function of a node."""
        make = getattr(self, f"_{node['type']}", None)
        if make is None:
            return lambda value: self._interpreter.visit(node, value)
        function: Evaluate = make(node)
        return function

    def _each(self, node: Node) -> list[Evaluate]:
        return [self.of(child) for child in node["children"]]

    def _identity(self, _: Node) -> Evaluate:
        return lambda value: value

    _current = _identity

    def _literal(self, node: Node) -> Evaluate:
        literal = node["value"]
        return lambda _: literal

    def _field(self, node: Node) -> Evaluate:
        name = node["value"]
        return lambda value: value.get(name) if isinstance(value, dict) else None

    def _subexpression(self, node: Node) -> Evaluate:
        steps = self._each(node)

        def evaluate(value: Any) -> Any:
            for step in steps:
                value = step(value)
            return value

        return evaluate

    _pipe = _index_expression = _subexpression

    def _key_val_pair(self, node: Node) -> Evaluate:
        return self.of(node["children"][0])

    def _multi_select_dict(self, node: Node) -> Evaluate:
        pairs = [(child["value"], self.of(child)) for child in node["children"]]
        return lambda value: None if value is None else {name: part(value) for name, part in pairs}

    def _multi_select_list(self, node: Node) -> Evaluate:
        parts = self._each(node)
        return lambda value: None if value is None else [part(value) for part in parts]

    def _or_expression(self, node: Node) -> Evaluate:
        one, other = self._each(node)

        def evaluate(value: Any) -> Any:
            found = one(value)
            return other(value) if false(found) else found

        return evaluate

    def _and_expression(self, node: Node) -> Evaluate:
        one, other = self._each(node)

        def evaluate(value: Any) -> Any:
            found = one(value)
            return found if false(found) else other(value)

        return evaluate

    def _comparator(self, node: Node) -> Evaluate:
        one, other = self._each(node)
        literal = node["children"][1]
        compare = _COMPARE[node["value"]]
        if node["value"] not in ("eq", "ne"):
            return lambda value: _ordered(compare, one(value), other(value))
        if literal["type"] == "literal" and isinstance(literal["value"], str):
            text = literal["value"]
            return (lambda value: one(value) == text) if node["value"] == "eq" else (lambda value: one(value) != text)
        return lambda value: compare(one(value), other(value))

    def _projection(self, node: Node) -> Evaluate:
        base, part = self._each(node)
        return lambda value: _collected(base(value), part)

    def _filter_projection(self, node: Node) -> Evaluate:
        base, part, holds = self._each(node)

        def evaluate(value: Any) -> Any:
            found = base(value)
            if not isinstance(found, list):
                return None
            return _collected([element for element in found if not false(holds(element))], part)

        return evaluate

    def _flatten(self, node: Node) -> Evaluate:
        base = self.of(node["children"][0])

        def evaluate(value: Any) -> Any:
            found = base(value)
            if not isinstance(found, list):
                return None
            return [part for element in found for part in (element if isinstance(element, list) else [element])]

        return evaluate

    def _expref(self, node: Node) -> Evaluate:
        handed = _Expression(self.of(node["children"][0]))
        return lambda _: handed

    def _function_expression(self, node: Node) -> Evaluate:
        name, parts = node["value"], self._each(node)
        call = self._functions.call_function
        known: dict[tuple[str, ...], Any] = {}

        def evaluate(value: Any) -> Any:
            words = [part(value) for part in parts]
            if not _texts(words):
                return call(name, words)
            key = tuple(words)
            said = known.get(key)
            if said is None:
                said = call(name, words)
                if len(known) >= REMEMBERED:
                    known.clear()
                if not isinstance(said, list):
                    known[key] = said
            return said

        return evaluate


def _texts(words: Iterable[Any]) -> bool:
    """Whether all arguments of a function are texts, of which it says the same each time."""
    return all(type(word) is str for word in words)


def _ordered(compare: Callable[[Any, Any], bool], one: Any, other: Any) -> bool | None:
    """Compare numbers or texts by size; anything else is neither more nor less."""
    fit = all(isinstance(value, int | float | str) and not isinstance(value, bool) for value in (one, other))
    return compare(one, other) if fit else None


def _collected(found: Any, part: Evaluate) -> list[Any] | None:
    """Return what an expression says of each element, nothing left out but what is nothing."""
    if not isinstance(found, list):
        return None
    return [said for element in found if (said := part(element)) is not None]
