"""Faults that must not go unnoticed: each is put in, and its tests fail; in every run, that the list is not out of date."""

import dataclasses
import re

import pytest
from campaign import FULL
from mutants import FAULTS, copied, mutated, run

NAMES = [fault.name for fault in FAULTS]


@pytest.mark.parametrize("fault", FAULTS, ids=NAMES)
def test_the_place_of_a_fault_and_its_tests_are_there(root, fault):
    assert (root / fault.file).read_text(encoding="utf-8").count(fault.old) == 1
    assert fault.new != fault.old
    for test in fault.tests:
        file, _, name = test.partition("::")
        source = (root / file).read_text(encoding="utf-8")
        assert re.search(rf"^def {name}\(", source, re.MULTILINE), test


def test_no_two_faults_have_one_name():
    assert len(set(NAMES)) == len(NAMES) >= 24


@pytest.fixture(scope="module")
def copy():
    with copied() as folder:
        yield folder


full_only = pytest.mark.skipif(not FULL, reason="only in the full run")


@full_only
def test_without_a_fault_the_tests_pass(copy):
    done = run(copy, sorted({test for fault in FAULTS for test in fault.tests}))
    assert done.returncode == 0, done.stdout[-4000:]


@full_only
def test_a_change_that_alters_nothing_is_told_as_unnoticed(copy):
    harmless = dataclasses.replace(FAULTS[0], new=f"{FAULTS[0].old}  # as before")
    with pytest.raises(AssertionError, match="not noticed by"):
        mutated(copy, harmless)
    with pytest.raises(AssertionError, match="has 0 such places"):
        mutated(copy, dataclasses.replace(FAULTS[0], old="no such text"))


@pytest.mark.parametrize("fault", FAULTS if FULL else (), ids=NAMES if FULL else ())
def test_a_fault_is_noticed(copy, fault):
    assert mutated(copy, fault).startswith(tuple(fault.tests))
