"""Classical small tables of robust statistics, by name: ``load("belgian_phones")``.

The numbers are measurements printed in the sources cited, as CSV files in ``tables/``.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lossviz.data.dataset import Array, Dataset

FOLDER = Path(__file__).parent / "tables"


@dataclass(frozen=True)
class Column:
    """A column of a file, its label with unit, and whether it is shown as its logarithm."""

    key: str
    label: str
    log10: bool = False


@dataclass(frozen=True)
class Table:
    """A table: one response and one predictor or several, of which a line takes one.

    A table without predictors is a sample of one quantity; its x is the order of observation.
    """

    name: str
    title: str
    question: str
    """What the table is there to show."""
    citation: str
    response: Column
    predictors: tuple[Column, ...] = ()
    file: str = ""
    """The CSV file, where it is not called ``name``.csv."""

    @property
    def one_dimensional(self) -> bool:
        """Whether it is a sample of one quantity."""
        return not self.predictors

    def column(self, column: Column) -> Array:
        """The numbers of one column, (n,)."""
        with (FOLDER / f"{self.file or self.name}.csv").open(encoding="utf-8", newline="") as lines:
            values = np.array([float(row[column.key]) for row in csv.DictReader(lines)])
        return np.log10(values) if column.log10 else values


_ROUSSEEUW = "Rousseeuw & Leroy (1987), Robust Regression and Outlier Detection"


def _anscombe(k: int, question: str) -> Table:
    return Table(
        f"anscombe{k}",
        f"Anscombe's quartet, {('first', 'second', 'third', 'fourth')[k - 1]}",
        question,
        "Anscombe (1973), Graphs in statistical analysis, The American Statistician 27(1), 17–21",
        Column(f"y{k}", "y"),
        (Column(f"x{k}", "x"),),
        file="anscombe",
    )


TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        Table(
            "belgian_phones",
            "Belgian phone calls",
            "What if six years were recorded in minutes instead of calls?",
            f"{_ROUSSEEUW}, p. 26, from the Belgian Statistical Survey",
            Column("calls_millions", "calls (millions)"),
            (Column("year", "year (19..)"),),
        ),
        Table(
            "stars_cyg_ob1",
            "Star cluster CYG OB1",
            "Can four giant stars turn a line round?",
            f"{_ROUSSEEUW}, p. 27, from C. Doom",
            Column("log_light", "log light intensity"),
            (Column("log_te", "log surface temperature"),),
        ),
        Table(
            "stackloss",
            "Stack loss",
            "Which days was the plant not running as usual?",
            "Brownlee (1965), Statistical Theory and Methodology in Science and Engineering",
            Column("stack_loss", "ammonia lost (‰)"),
            (
                Column("air_flow", "air flow"),
                Column("water_temp", "cooling water (°C)"),
                Column("acid_conc", "acid concentration (‰ − 500)"),
            ),
        ),
        Table(
            "engel",
            "Engel's food expenditure",
            "What do quantiles say that the mean does not?",
            "Engel (1857), in Koenker & Bassett (1982), Econometrica 50, 43–61",
            Column("foodexp", "food expenditure (francs a year)"),
            (Column("income", "household income (francs a year)"),),
        ),
        _anscombe(1, "The same line, for data that deserve it?"),
        _anscombe(2, "The same line, for a curve?"),
        _anscombe(3, "The same line, for one point off a perfect one?"),
        _anscombe(4, "The same line, for a slope made by one point?"),
        Table(
            "delivery",
            "Delivery times",
            "Is one long delivery a mistake or the rule?",
            "Montgomery & Peck (1982), Introduction to Linear Regression Analysis, p. 116",
            Column("del_time", "delivery time (min)"),
            (Column("n_prod", "products delivered"), Column("distance", "distance walked (ft)")),
        ),
        Table(
            "animals2",
            "Brains and bodies",
            "Where do dinosaurs leave the line of the mammals?",
            f"{_ROUSSEEUW}, p. 57, and Weisberg (1985), Applied Linear Regression, p. 144",
            Column("brain_g", "log₁₀ brain mass (g)", log10=True),
            (Column("body_kg", "log₁₀ body mass (kg)", log10=True),),
        ),
        Table(
            "hbk",
            "Hawkins, Bradu & Kass",
            "Which of the two groups far out is wrong?",
            "Hawkins, Bradu & Kass (1984), Technometrics 26, 197–208; artificial",
            Column("y", "y"),
            (Column("x1", "x₁"), Column("x2", "x₂"), Column("x3", "x₃")),
        ),
        Table(
            "siegel",
            "Siegel's nine points",
            "How far can a flat line be led astray?",
            f"Siegel, in {_ROUSSEEUW}, p. 60; artificial",
            Column("y", "y"),
            (Column("x", "x"),),
        ),
        Table(
            "chem",
            "Copper in flour",
            "How much copper, when one laboratory is ten times out?",
            "Analytical Methods Committee (1989), The Analyst 114, 1693–1702",
            Column("x", "copper in wholemeal flour (µg/g)"),
        ),
        Table(
            "abbey",
            "Nickel in syenite",
            "What is typical, when a few values run off?",
            "Abbey (1988), Geostandards Newsletter 12, 241–248",
            Column("x", "nickel in syenite rock (µg/g)"),
        ),
        Table(
            "newcomb",
            "Newcomb's speed of light",
            "Should two wild readings of 1882 count?",
            "Newcomb (1882), in Stigler (1977), Annals of Statistics 5, 1055–1098",
            Column("x", "passage time − 24,800 (ns)"),
        ),
    )
}
"""Every table by name, in the order of a menu."""


def load(name: str, predictor: str | None = None) -> Dataset:
    """The table as a data set: its response against one predictor, by default the first.

    Raises:
        ValueError: if the table is unknown or has no such predictor.
    """
    if name not in TABLES:
        raise ValueError(f"no table is named {name!r:.60}; known: {', '.join(TABLES)}")
    table = TABLES[name]
    y = table.column(table.response)
    if table.one_dimensional:
        if predictor is not None:
            raise ValueError(f"{name} has one column and no predictor {predictor!r:.60}")
        return Dataset(np.arange(1.0, len(y) + 1.0), y, ("observation", table.response.label), table.citation)
    by_key = {column.key: column for column in table.predictors}
    if predictor is not None and predictor not in by_key:
        raise ValueError(f"{name} has no predictor {predictor!r:.60}; it has {', '.join(by_key)}")
    chosen = by_key[predictor] if predictor is not None else table.predictors[0]
    return Dataset(table.column(chosen), y, (chosen.label, table.response.label), table.citation)
