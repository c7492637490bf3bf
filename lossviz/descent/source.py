"""The source of an object, complete: its methods, what they call, and nothing else.

A downloaded script shows the code that ran, not a second version of it: the methods are read with
``inspect``, followed to the helpers they use, and written without annotations and docstrings.
"""

import ast
import builtins
import inspect
import textwrap
import types
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np


class Standalone:
    """Collects classes, helpers and imports until the script is whole."""

    def __init__(self) -> None:
        self._imports: set[str] = set()
        self._helpers: dict[str, tuple[Any, str]] = {}
        self._classes: list[str] = []

    def add_object(self, name: str, instance: object, *methods: str) -> None:
        """Write the class of an instance as far as these methods need it, and ``name = Class()``.

        Its fields, which are parameters, become class attributes.

        Raises:
            ValueError: if a method uses something that cannot be written down.
        """
        wanted, bodies, values = list(methods), dict[type, list[str]](), dict[str, object]()
        for attribute in wanted:  # grows as the methods are read
            found = list(_definitions(type(instance), attribute))
            if not found:
                values[attribute] = getattr(instance, attribute)
            for owner, function in found:
                tree = _clean(function)
                bodies.setdefault(owner, []).append(ast.unparse(tree))
                self._add_globals(function, tree)
                wanted += sorted(set(_own_attributes(tree)) - set(wanted))
        parent = ""
        owners = [owner for owner in type(instance).__mro__ if owner in bodies]
        for owner in reversed(owners):
            block = "\n\n".join(bodies[owner])
            self._classes.append(f"class {owner.__name__}{parent}:\n{textwrap.indent(block, '    ')}")
            parent = f"({owner.__name__})"
        settings = "".join(f"\n{name}.{key} = {_literal(key, value)}" for key, value in values.items())
        self._classes.append(f"{name} = {owners[0].__name__}(){settings}")

    def add_text(self, text: str) -> None:
        """Write a class as given; ``np`` is NumPy."""
        self._imports.add("import numpy as np")
        self._classes.append(text)

    def add_function(self, function: Callable[..., Any]) -> str:
        """Write a function and what it calls; returns its name. A function of NumPy is there already."""
        name: str = function.__name__
        if isinstance(function, np.ufunc):
            self._imports.add("import numpy as np")
            return f"np.{name}"
        self._add_helper(name, function)
        return name

    def source(self) -> str:
        """Imports, helpers, then classes, in an order that runs."""
        helpers = [text for _, text in self._helpers.values()]
        return "\n\n\n".join(["\n".join(sorted(self._imports)), *helpers, *self._classes])

    def _add_globals(self, function: types.FunctionType, tree: ast.AST) -> None:
        scope = inspect.unwrap(function).__globals__
        local = set(inspect.unwrap(function).__code__.co_varnames)
        for node in ast.walk(tree):
            if not isinstance(node, ast.Name) or node.id in local or node.id not in scope:
                continue
            if hasattr(builtins, node.id) and scope[node.id] is getattr(builtins, node.id):
                continue
            value = scope[node.id]
            if isinstance(value, types.ModuleType):
                alias = "" if value.__name__ == node.id else f" as {node.id}"
                self._imports.add(f"import {value.__name__}{alias}")
            else:
                self._add_helper(node.id, value)

    def _add_helper(self, name: str, value: Any) -> None:
        if name in self._helpers:
            if self._helpers[name][0] is not value:
                raise ValueError(f"two different helpers are named {name}")
            return
        if isinstance(value, types.FunctionType):
            tree = _clean(value)
            self._helpers[name] = (value, "")  # before its own helpers, so that recursion ends
            self._add_globals(value, tree)
            self._helpers[name] = (value, ast.unparse(tree))
        elif isinstance(value, type) and issubclass(value, tuple) and hasattr(value, "_fields"):
            self._imports.add("from collections import namedtuple")
            self._helpers[name] = (value, f"{name} = namedtuple({name!r}, {list(value._fields)})")
        else:
            self._helpers[name] = (value, f"{name} = {_literal(name, value)}")


def _definitions(cls: type, attribute: str) -> Iterator[tuple[type, types.FunctionType]]:
    """The methods and properties that a look-up of the attribute runs, as far as super() leads."""
    for owner in cls.__mro__:
        found = vars(owner).get(attribute)
        if isinstance(found, property):
            found = found.fget
        elif isinstance(found, staticmethod):
            found = found.__func__
        if isinstance(found, types.FunctionType):
            yield owner, found
            if "super()" not in inspect.getsource(found):
                return
        elif found is not None:
            return


def _clean(function: types.FunctionType) -> ast.FunctionDef:
    """The definition without docstring, annotations and foreign decorators."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    if not isinstance(tree, ast.FunctionDef):
        raise ValueError(f"{function.__qualname__} is not a plain function")
    kept = ("property", "staticmethod")
    tree.decorator_list = [d for d in tree.decorator_list if isinstance(d, ast.Name) and d.id in kept]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
            if ast.get_docstring(node) and len(node.body) > 1:
                node.body = node.body[1:]
        elif isinstance(node, ast.arg):
            node.annotation = None
    return _PlainAssignments().visit(tree)


class _PlainAssignments(ast.NodeTransformer):
    """x: T = value -> x = value."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if node.value is None:
            return None
        return ast.copy_location(ast.Assign([node.target], node.value), node)


def _own_attributes(tree: ast.AST) -> Iterator[str]:
    """Names X of ``self.X`` and ``super().X``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("self", "super()"):
            yield node.attr


def _literal(name: str, value: object) -> str:
    if isinstance(value, np.ndarray):
        return f"np.array({value.tolist()})"
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return f'float("{value}")'
    if value is None or isinstance(value, bool | int | float | str | tuple | list | dict):
        return repr(value)
    raise ValueError(f"{name} cannot be written down: {type(value).__name__}")
