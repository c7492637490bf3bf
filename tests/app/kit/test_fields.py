"""Every field of every page: what it writes it reads back, and what it refuses it refuses in our words."""

import random
import re

import declared
import hostile
import numpy as np
import pytest
from campaign import cases

from lossviz import losses
from lossviz.app.descent import rules
from lossviz.app.kit import address, plainly
from lossviz.app.kit.address import Bad
from lossviz.app.outliers import desk
from lossviz.data import reading
from lossviz.data.numerals import shortest


@pytest.fixture(scope="module")
def fields():
    """Every field that any page declares, by page and name; of fields of one name, some of those that differ."""
    found = {}
    for file, query in declared.ADDRESSES:
        for key, field in declared.fields(file, query).items():
            found.setdefault(key, []).append(field)
    return {key: alike[:: max(1, len(alike) // 3)] for key, alike in found.items()}


def number(draw):
    kind = draw.randrange(6)
    if kind == 0:
        return repr(draw.uniform(-10, 10))
    if kind == 1:
        return repr(draw.uniform(0, 1))
    if kind == 2:
        return repr(draw.choice([-1, 1]) * 10 ** draw.uniform(-320, 308))
    if kind == 3:
        return str(draw.randrange(-3, 600))
    if kind == 4:
        return draw.choice(["5.062830837233912e-266", "0.1", "0.30000000000000004", "1e22", "-0.0", "5e-324"])
    return f"{draw.uniform(-1e4, 1e4):.3g}"


def test_what_is_written_is_read_back_as_the_same_value(fields):
    draw = random.Random(9)
    for (page, name), alike in fields.items():
        for field in alike:
            texts = [field.write(field.default), *(number(draw) for _ in range(cases(40, 2000)))]
            texts += [f"{number(draw)},{number(draw)}" for _ in range(cases(40, 2000))]
            for text in texts:
                try:
                    value = field.read(text)
                except Bad:
                    continue
                written = field.write(value)
                assert field.read(written) == value, (page, name, text)
                assert field.write(field.read(written)) == written, (page, name, text)
            if field.default != "":
                assert field.read(texts[0]) == field.default, (page, name)


def test_numbers_are_written_without_a_digit_too_many(fields):
    """What a slider's step or a hand makes is as short as it is said."""
    probe = fields["curves", "probe"][0]
    assert [probe.write(v) for v in (0.5, -20.0, 1e-07, 0.1, 1e22)] == ["0.5", "-20", "1e-07", "0.1", "1e22"]


PYTHONS = re.compile(
    r"invalid literal|values to unpack|could not convert|codec|padding|NoneType|index out of|math domain|not iterable"
    r"|unexpected|positional|object has no|Traceback|Error\b|zero-size|broadcast|cannot reshape|must be str",
)


def malformed(draw, written):
    """Text that is nearly right, or not at all."""
    kind = draw.randrange(5)
    if kind == 0:
        return draw.choice(hostile.STRINGS)
    if kind == 1:
        return hostile.mixtures(1, draw.randrange(10**9))[0]
    if kind == 2:
        return "".join(draw.choices("0123456789.,:;~-+_eEaAZ= \x00é٣％", k=draw.randint(0, 30)))
    if kind == 3:
        return draw.choice("~:.,").join(
            draw.choices(["", "a", "0", "1", "0,4,1", "AAAA", ":zqx:", "-1e400", "_1"], k=5)
        )
    signs = list(written or "0,9,1")
    for _ in range(draw.randint(1, 3)):
        at = draw.randrange(len(signs) + 1)
        signs[at : at + draw.randint(0, 2)] = draw.choices("0123456789.,:~-eAZ_xé", k=draw.randint(0, 2))
    return "".join(signs)


def test_what_is_refused_is_refused_in_our_words(fields, monkeypatch):
    draw, refused, said = random.Random(5), [], []
    for module in (address, desk, rules):
        monkeypatch.setattr(module, "give_notice", said.append)
    for key, alike in fields.items():
        for field in alike:
            written = field.write(field.default)
            for _ in range(cases(60, 5000)):
                text = malformed(draw, written)
                try:
                    field.read(text)
                except Bad as problem:
                    refused.append((*key, text, problem))
    assert len(refused) > 1000
    for page, name, text, problem in refused:
        assert plainly.ours(problem)
        assert not PYTHONS.search(str(problem)), (page, name, text, str(problem))
        cause = problem.__context__
        if cause is not None and str(cause) in str(problem):
            assert plainly.ours(cause), (page, name, text, str(problem))
    assert said
    assert not [sentence for sentence in said if PYTHONS.search(sentence)]


def test_python_s_own_words_are_told_from_ours():
    for work, is_ours in (
        (lambda: reading.read(""), True),
        (lambda: losses.get("huber", delta=-1), True),
        (lambda: shortest("zqx"), False),
        (lambda: np.zeros(0).max(), False),
    ):
        with pytest.raises(ValueError, match=r".") as caught:
            work()
        assert plainly.ours(caught.value) is is_ours
