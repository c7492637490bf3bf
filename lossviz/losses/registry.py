"""The one list of losses, by name."""

import difflib
import itertools
from collections.abc import Iterator
from typing import Any, TypeVar

from lossviz.losses.base import Loss

LossClass = TypeVar("LossClass", bound=type[Loss])
_REGISTRY: dict[str, type[Loss]] = {}


def register(cls: LossClass) -> LossClass:
    """Class decorator that adds a loss, under its ``name`` and aliases, to the registry.

    Raises:
        ValueError: if a name is taken.
    """
    for key in (cls.name, *cls.aliases):
        if key in _known():
            raise ValueError(f"a loss named {key!r} is registered already")
    _REGISTRY[cls.name] = cls
    return cls


def unregister(name: str) -> None:
    """Take a loss out again (for tests and typed formulas)."""
    _REGISTRY.pop(name, None)


def _known() -> dict[str, type[Loss]]:
    aliases = {alias: cls for cls in _REGISTRY.values() for alias in cls.aliases}
    return aliases | _REGISTRY


def names(family: str | None = None) -> tuple[str, ...]:
    """Registry names in order of registration, of one family or of all."""
    return tuple(name for name, cls in _REGISTRY.items() if family in (None, cls.family))


def find(name: str) -> type[Loss]:
    """The class registered under a name or alias.

    Raises:
        ValueError: if there is none; the message offers the nearest names.
    """
    known = _known()
    if name in known:
        return known[name]
    near = difflib.get_close_matches(str(name)[:80], known, n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(_REGISTRY)}"
    raise ValueError(f"no loss is named {str(name)[:80]!r}; {hint}")


def get(name: str, **settings: float | None) -> Any:
    """The loss of that name with the given parameter values, defaults for the others.

    Raises:
        ValueError: if the loss or a parameter is unknown, or a value is out of its range.
    """
    cls = find(name)
    settings = {cls.synonyms.get(key, key): value for key, value in settings.items()}
    known = [p.name for p in cls.parameters()]
    for key in settings:
        if key not in known:
            raise ValueError(f"{cls.name} has no parameter {key!r}; it has {', '.join(known) or 'none'}")
    return cls(**settings)


def every() -> Iterator[Loss]:
    """All registered losses at their defaults, in order of registration."""
    return (cls() for cls in tuple(_REGISTRY.values()))


def extremes(cls: type[Loss]) -> Iterator[Loss]:
    """A loss at every corner of its slider ranges, optional parameters also off."""
    ranges = [(p.low, p.high, None) if p.optional else (p.low, p.high) for p in cls.parameters()]
    for corner in itertools.product(*ranges):
        yield get(cls.name, **dict(zip([p.name for p in cls.parameters()], corner, strict=True)))
