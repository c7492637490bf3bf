"""The losses that one visitor has: those of the registry, and formulas of their own."""

from dataclasses import dataclass

from lossviz.losses import registry
from lossviz.losses.base import Loss
from lossviz.losses.own import MOST, Own, own_loss

SEPARATOR = ";"
"""Between formulas in one text."""


@dataclass(frozen=True)
class Catalogue:
    """What a page lets somebody choose from; a formula is in the catalogue of who typed it, and in no other."""

    own: tuple[type[Own], ...] = ()

    @classmethod
    def of(cls, text: str, family: str) -> "Catalogue":
        """With the formulas in a text, separated by ``;``.

        Raises:
            ValueError: if one is none, or there are more than ``MOST``; the message is for the person who typed them.
        """
        formulas = [part for part in map(str.strip, text.split(SEPARATOR)) if part]
        if len(formulas) > MOST:
            raise ValueError(f"there are {len(formulas)} formulas; at most {MOST} are taken")
        return cls(tuple(own_loss(formula, family, number) for number, formula in enumerate(formulas)))

    @property
    def own_names(self) -> tuple[str, ...]:
        """Names of the formulas."""
        return tuple(cls.name for cls in self.own)

    def find(self, name: str) -> type[Loss]:
        """The class of that name.

        Raises:
            ValueError: if there is none.
        """
        return next((cls for cls in self.own if cls.name == name), None) or registry.find(name)


REGISTERED = Catalogue()
"""What everybody has."""
