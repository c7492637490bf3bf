"""Tables as people have them: separators, decimal commas, headers, gaps, and what is no table at all."""

import re
from fractions import Fraction

import hostile
import numpy as np
import pytest
from campaign import cases
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from lossviz.app.kit.plainly import ours
from lossviz.data.dataset import MAX_ROWS
from lossviz.data.reading import MAX_COLUMNS, read


@pytest.mark.parametrize(
    ("content", "names", "values"),
    [
        ("a,b\n1,2\n3,4.5", ("a", "b"), [[1, 2], [3, 4.5]]),
        ("a\tb\n1\t2\n3\t4,5", ("a", "b"), [[1, 2], [3, 4.5]]),
        ("a;b\n1,5;2\n-3,25;1.234,5", ("a", "b"), [[1.5, 2], [-3.25, 1234.5]]),
        ("a|b\n1|2\n3|4", ("a", "b"), [[1, 2], [3, 4]]),
        ("a b\n1  2 \n 3 4", ("a", "b"), [[1, 2], [3, 4]]),
        ("1 234,5;2\n3,5;4", ("column 1", "column 2"), [[1234.5, 2], [3.5, 4]]),
        ('"width, in m",b\n1,"2"\n3,"1,234.5"', ("width, in m", "b"), [[1, 2], [3, 1234.5]]),
        ("x\n1\n\n2\r\n3\r", ("x",), [[1], [2], [3]]),
        ("1\n2\n3", ("column 1",), [[1], [2], [3]]),
        ("year,1990\nx,1\n5,2\n6,3", ("year", "1990"), [[np.nan, 1], [5, 2], [6, 3]]),
        ("a,a,\n1,2,3\n4,5,6", ("a", "a (2)", "column 3"), [[1, 2, 3], [4, 5, 6]]),
        ("name,v\nfoo,1e3\nbar,−2", ("v",), [[1000], [-2]]),
        (b"\xef\xbb\xbfa,b\n1,2\n3,4", ("a", "b"), [[1, 2], [3, 4]]),
        ("a,b\n1,2\n3,4".encode("utf-16"), ("a", "b"), [[1, 2], [3, 4]]),
        ("größe,b\n1,2\n3,4".encode("latin-1"), ("größe", "b"), [[1, 2], [3, 4]]),
        ("a,b,\n1,2,\n3,4,", ("a", "b"), [[1, 2], [3, 4]]),
        ("Größe;Preis €\n1,5;2\n3;4".encode("cp1252"), ("Größe", "Preis €"), [[1.5, 2], [3, 4]]),
        ('a,b\n"1,5","2,25"\n"3,125",4', ("a", "b"), [[1.5, 2.25], [3.125, 4]]),
        ('a,b\n"1,500",2\n3,"4,000"', ("a", "b"), [[1500, 2], [3, 4000]]),
        ("a\tb\n1,234.5\t2\n1,234\t3", ("a", "b"), [[1234.5, 2], [1234, 3]]),
        ("a\tb\n1,234\t0.5\n5,678\t3", ("a", "b"), [[1234, 0.5], [5678, 3]]),
        ("a;b\n1.234,50;2\n2.000;3", ("a", "b"), [[1234.5, 2], [2000, 3]]),
        ("a;b\n1.234.567;2\n2;3", ("a", "b"), [[1234567, 2], [2, 3]]),
        ("1,5 2,5\n3,5 4,5", ("column 1", "column 2"), [[1.5, 2.5], [3.5, 4.5]]),
        ("a\n1,5\n2\n3,5", ("a",), [[1.5], [2], [3.5]]),
        ("sep=;\na;b\n1,5;2\n3;4", ("a", "b"), [[1.5, 2], [3, 4]]),
        ("My table\n# of 2020\na,b\n1,2\n3,4", ("a", "b"), [[1, 2], [3, 4]]),
    ],
)
def test_columns_and_numbers(content, names, values):
    sheet = read(content)
    assert sheet.names == names
    np.testing.assert_array_equal(sheet.values, values)


@pytest.mark.parametrize(
    ("content", "note"),
    [
        ("1,2\n3,4", "no header"),
        ("a;b\n1,5;2\n2;3", "decimal mark"),
        ("a\tb\n1\t2", "separated by tabs"),
        ("name,v\nfoo,1\nbar,2", "Column “name” left out: it holds text, the first on line 2 (“foo”)."),
        ("a,a\n1,2\n3,4", "Two columns are named “a”"),
        ("a,b\n1,2\n3,4,5\n6,7", "1 row (line 3) left out: more than 2 cells."),
        ("My table\na,b\n1,2\n3,4", "1 row (line 1) left out: a single cell above the table."),
        ("größe,b\n1,2\n3,4".encode("cp1252"), "read as Windows-1252"),
        (",".join("abcdefgh") + "\n" + "1,x,x,x,x,x,x,2\n" * 3, "The same is true of 2 more columns."),
        ("a,b\n1,2\n3,oops\n6,7", "Column “b”: 1 cell is not a number, on line 3 (“oops”)."),
    ],
)
def test_what_was_done_is_said(content, note):
    assert note in " ".join(read(content).notes)


def test_rows_with_gaps_are_left_out_of_the_columns_chosen_and_counted():
    sheet = read("a,b,c\n1,2,3\n4,,6\n7,8,NA\n9,inf,1\n10,11,12\n13,1e300,15\n16\n")
    data, notes = sheet.dataset("b", "a")
    np.testing.assert_array_equal(data.x, [1, 7, 10])
    np.testing.assert_array_equal(data.y, [2, 8, 11])
    assert data.names == ("a", "b")
    assert notes == ("4 rows (lines 3, 5, 7, 8) left out: no finite number in both “a” and “b”.",)
    other, notes = sheet.dataset("c", "a")
    np.testing.assert_array_equal(other.x, [1, 4, 9, 10, 13])
    assert "lines 4, 8" in notes[0]


def test_line_numbers_count_blank_lines_and_quoted_line_breaks():
    sheet = read('a,b\n\n1,2\n"3\n",4\n,5\n6,7\n')
    assert sheet.lines == (3, 4, 6, 7)
    assert "line 6" in sheet.dataset("b", "a")[1][0]


def test_one_column_is_a_sample():
    data, notes = read("copper\n2.9\n3.1\n").dataset("copper")
    np.testing.assert_array_equal(data.x, [1, 2])
    np.testing.assert_array_equal(data.y, [2.9, 3.1])
    assert data.names == ("row", "copper")
    assert notes == ()


def test_of_more_rows_than_are_fitted_some_are_drawn_at_random_and_it_is_said():
    sheet = read("a,b\n" + "\n".join(f"{i},{2 * i}" for i in range(MAX_ROWS + 30_000)))
    assert sheet.notes == ("100,000 of 130,000 rows are used, drawn at random: that is the most.",)
    data, _ = sheet.dataset("b", "a")
    assert data.x.shape == (MAX_ROWS,)
    assert (np.diff(data.x) > 0).all()
    assert len(set(np.diff(data.x))) > 5  # not every so manieth
    some, notes = sheet.dataset("b", "a", most=500)
    assert some.x.shape == (500,)
    assert notes == ("500 of 100,000 rows are used, drawn at random: that is the most.",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "empty"),
        (b"", "empty"),
        (" \n\n ", "empty"),
        (",,\n,,\n", "every line is empty"),
        ("a,b\n", "no row of data"),
        ("a,b\nx,y\nz,w", "line 2, column “a” is “x”"),
        (b"a,b\n1,2\n\x00\x01\x02,3", "line 3 holds bytes"),
        (b"PK\x03\x04rest of a workbook", "spreadsheet"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not text"),
        (b"1," * 5_000_001, "10 MB"),
        (",".join(["1"] * 1000), f"line 1 has 1,000 columns; the most is {MAX_COLUMNS}"),
        ('a,b\n1,2\n3,"4\n5,6', "line 3: a quotation mark"),
        *(
            (sign.join(["1"] * 200_000) + "\n2", "line 1 has 200,000 columns; the most is 100")
            for sign in ",;\t|"
        ),
        ("1 " * 200_000, "line 1 has 200,000 columns; the most is 100"),
        ("a,b\n1,2\n3," + "x" * 200_000, "line 3: a cell has more than 131,072 characters"),
        ("1" * 200_000, "line 1: a cell has more than 131,072 characters"),
        ('a,b\n1,2\n"3,4\n' + "5,6\n" * 50_000, "line 3: a cell has more than 131,072 .* quotation mark"),
        ('a,b\n1,2\n"3"x,4\n5,6', "line 3: a quotation mark is never closed, or something follows"),
        ("a,b\n1,2,3\n4,5,6\n7,8", "line 2 has 3 cells where 2 columns are named"),
        ("a\n" + "1\n" * 1_000_001, "1,000,000 rows"),
    ],
)
def test_what_cannot_be_read_says_where_and_why(content, message):
    with pytest.raises(ValueError, match=message) as refused:
        read(content)
    assert ours(refused.value)


def test_columns_that_are_not_there_and_too_few_rows_are_named():
    sheet = read("a,b\n1,\n2,3\n,4")
    with pytest.raises(ValueError, match="1 row with a number in every chosen column"):
        sheet.dataset("b", "a")
    with pytest.raises(ValueError, match="there is no column “c”; there are “a”, “b”"):
        sheet.dataset("c")


@pytest.mark.parametrize(
    ("numbers", "apart"),
    [
        ("1000000000000.001,1000000000000.002", False),
        ("1e17,1.00000000000000016e17", False),
        ("1e-200,2e-200", False),
        ("1000000000.25,1000000000.5", True),
        ("1e-12,2e-12", True),
        ("7e17,7e17", True),
    ],
)
def test_numbers_too_close_to_be_drawn_apart_are_refused_by_name(numbers, apart):
    sheet = read("y,x\n" + "\n".join(f"{k},{number}" for k, number in enumerate(numbers.split(","))))
    if apart:
        assert len(sheet.dataset("y", "x")[0].x) == 2
    else:
        with pytest.raises(ValueError, match=r"the numbers in “x” run from .* cannot be told apart"):
            sheet.dataset("y", "x")


def test_whole_columns_of_text_are_named_by_line_and_the_rest_is_counted():
    header = ",".join(f"c{k}" for k in range(60))
    sheet = read(f"{header}\n" + ",".join(["1", *["x"] * 58, "2"]) + "\n" + ",".join(["3"] * 60))
    assert sheet.names == ("c0", *(f"c{k}" for k in range(1, 59)), "c59")
    assert len(sheet.notes) == 5
    assert "line 2 (“x”)" in sheet.notes[0]


@given(
    st.one_of(
        st.text(alphabet="0123456789.,;\t \n\"'-eExyNA|=\x00é€", max_size=60),
        st.binary(max_size=80),
        st.lists(
            st.sampled_from([*hostile.STRINGS, "1", "2,5", '"', "\n", ",", ";", "\t", "x" * 140_000]),
            max_size=12,
        ).map("".join),
    )
)
@seed(5)
@settings(max_examples=cases(150, 5000), deadline=None)
def test_anything_is_read_or_refused_in_a_sentence_of_ours(content):
    try:
        sheet = read(content)
    except ValueError as problem:
        refused: ValueError | None = problem
    else:
        refused = None
        assert sheet.values.shape == (len(sheet.lines), len(sheet.names))
    assert refused is None or (ours(refused) and "131072" not in str(refused))


# --- numbers that are not what they were written as --------------------------------------------------


def test_identifiers_that_became_equal_are_named_as_that():
    sheet = read("id,y\n" + "".join(f"1234567890123456789{k},{k}\n" for k in range(5)))
    said = (
        "Column “id”: 5 different numbers of more than 15 digits became 1 when they were read, since a number here "
        "holds about 16 digits"
    )
    assert f"{said}." in sheet.notes
    with pytest.raises(ValueError, match=f"{said}; subtract what they share"):
        sheet.dataset("y", "id")
    sheet.dataset("y")  # the column is not in the way of others


@pytest.mark.parametrize("seed", range(cases(60, 2000)))
def test_how_many_numbers_became_equal_is_what_exact_arithmetic_counts(seed):
    """Reference: the numbers as fractions."""
    rng = np.random.default_rng([15, seed])
    digits, fractional = int(rng.integers(12, 26)), int(rng.integers(0, 8))
    head = "".join(map(str, rng.integers(1, 10, digits - 2)))
    cells = [f"{head}{k:02d}" for k in rng.integers(0, 100, 20)]
    cells = [f"{cell[: digits - fractional]}.{cell[digits - fractional :]}".rstrip(".") for cell in cells]
    cells += [cells[0], "7", "−3.5"]
    sheet = read("id;y\n" + "".join(f"{cell};{k}\n" for k, cell in enumerate(cells)))
    different = {Fraction(cell.replace("−", "-")) for cell in cells}
    left = {float(fraction) for fraction in different}
    assert len(set(sheet.values[:, 0])) == len(left)
    noted = [note for note in sheet.notes if "when they were read" in note]
    assert len(noted) == (len(left) < len(different))
    if noted:
        became = re.search(
            r"“id”: ([\d,]+) different numbers of more than 15 digits became ([\d,]+) when", noted[0]
        )
        assert int(became[1]) - int(became[2]) == len(different) - len(left)


def test_numbers_too_large_to_be_fitted_are_counted_and_not_called_infinite():
    sheet = read("x,y\n1,2\n2,1e91\n3,-1e300\n4,5\n5,inf\n")
    assert (
        "Column “y”: 2 numbers beyond 1e90, the most that can be fitted in every view, count as missing."
        in sheet.notes
    )
    assert np.isnan(sheet.values[1:3, 1]).all()


def test_columns_of_text_are_kept_as_classes():
    sheet = read("a,b,kind\n1,2,no\n3,4,yes\n5,6,NA\n7,8,no\n")
    found, notes = sheet.classes("a", "b", "kind", most=10)
    assert found.classes == ("no", "yes")
    assert found.y.tolist() == [0, 1, 0]
    assert "1 row (line 4) left out" in notes[0]
    with pytest.raises(ValueError, match="the same column is chosen twice"):
        sheet.classes("a", "a", "kind", most=10)


@pytest.mark.parametrize(
    ("header", "likely"),
    [(",x,y", ("x", "y")), ("y,x", ("x", "y")), ("index,height,weight", ("height", "weight")), ("id,y", ("y",)), ("area,price", ("area", "price"))],
)  # fmt: skip
def test_the_columns_that_are_likely_meant(header, likely):
    width = header.count(",") + 1
    rows = "\n".join(",".join(str(v) for v in (k, 7 * k % 5, k * k)[:width]) for k in range(5))
    assert read(f"{header}\n{rows}").likely() == likely


@pytest.mark.parametrize(
    ("table", "label"),
    [
        ("x,kind,y\n1,a,5\n2,b,6\n3,a,7\n", "kind"),
        ("x,größe,b\n0,1.5,2\n1,2.5,3\n1,3.5,4\n", "x"),
        ("a,b,c\n0,1.5,0\n1,2.5,1\n1,3.5,1\n", "c"),
        ("a,b,c\n0,1.5,0\n1,2.5,1\n1,3.5,NA\n", "c"),
        ("a,b,Label\n1,0,3\n4,1,6\n7,1,9\n", "Label"),
        ("a,b,y\n1,2,3\n4,5,6\n7,8,9\n", "y"),
    ],
)
def test_the_class_is_likely_told_by_text_or_by_two_numbers(table, label):
    assert read(table).likely_label() == label
