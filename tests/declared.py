"""Addresses at which every field of every page is declared, and the fields that are declared there."""

from urllib.parse import urlencode

import pytest
from visiting import visit

from lossviz import losses, optimizers
from lossviz.app.kit.address import Address, Field
from lossviz.descent import surfaces
from lossviz.optimizers import schedules

_RULES = list(optimizers.OPTIMIZERS)
ADDRESSES = (
    ("app.py", {}),
    *(("pages/loss_curves.py", {"family": f, "loss": ",".join(losses.names(f))}) for f in ("regression", "multiclass")),
    ("pages/loss_curves.py", {"family": "binary", "loss": ",".join(losses.names("binary")), "focal.alpha.on": "1"}),
    *(
        ("pages/outliers.py", {"data": data, "view": view, "loss": loss, "guess": "reveal"})
        for data, view, loss in (
            ("gaussian", "fit", "huber,hampel,quantile,barron,epsilon_insensitive"),
            ("gaussian", "breakdown", "fair"),
            ("gaussian", "sensitivity", "cauchy"),
            ("stackloss", "constant", "welsch"),
            ("own", "bars", "andrews"),
        )
    ),
    ("pages/gradient_descent.py", {"race": "optimizers", "opt": ",".join(_RULES[:6]), "loss": "huber"}),
    ("pages/gradient_descent.py", {"race": "optimizers", "opt": ",".join(_RULES[6:]), "loss": "tukey_biweight"}),
    ("pages/gradient_descent.py", {"task": "classes", "race": "rates", "data": "own", "features": "quadratic"}),
    ("pages/gradient_descent.py", {"task": "many", "data": "own", "race": "rates", "features": "quadratic"}),
    ("pages/gradient_descent.py", {"task": "network", "data": "xor", "race": "losses"}),
    *(("pages/gradient_descent.py", {"task": "surface", "surface": name}) for name in surfaces.SURFACES),
    *(("pages/gradient_descent.py", {"schedule": name}) for name in schedules.SCHEDULES),
)  # fmt: skip


def fields(file: str, query: dict[str, str]) -> dict[tuple[str, str], Field]:
    """The fields that a page declares at an address, by its key and their names."""
    found: dict[tuple[str, str], Field] = {}
    declare = Address.field

    def field(self: Address, field: Field) -> object:
        found[self.page, field.name] = field
        return declare(self, field)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Address, "field", field)
        at = visit(file, urlencode(query))
    assert [e.message for e in at.exception] == [], query
    return found
