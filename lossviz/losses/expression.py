"""A formula in one variable, typed by a person: parsed, evaluated, differentiated and written out.

The text is read by Python's own parser and taken over node by node against a list of what is known here, so
that nothing of it is ever executed. Length, depth and the size of every derivative are bounded before anything is
computed.

A formula is built of numbers, the variable, parameters (any other name), ``+ - * / **`` (also ``^``), functions, and
``a if condition else b`` with the comparisons ``<``, ``<=``, ``>``, ``>=`` joined by ``and``, ``or``, ``not``.
"""

import ast
import difflib
import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MOST_CHARACTERS = 200
MOST_NODES = 120
DEEPEST = 25
MOST_DERIVED = 4000
"""Nodes of a derivative, counted as it is written out."""
MOST_PARAMETERS = 6
CONSTANTS = {"pi": math.pi, "e": math.e}


@dataclass(frozen=True)
class Node:
    """An operation with its operands, a number (``op`` "number") or a name (``op`` "name").

    Conditions are numbers too: 1 where they hold, 0 where they do not.
    """

    op: str
    args: tuple["Node", ...] = ()
    value: float = 0.0
    name: str = ""

    @functools.cached_property
    def size(self) -> int:
        """Number of nodes."""
        return 1 + sum(arg.size for arg in self.args)

    @functools.cached_property
    def names(self) -> frozenset[str]:
        """Names that it depends on."""
        own = frozenset({self.name} if self.op == "name" else ())
        return own.union(*(arg.names for arg in self.args))


def number(value: float) -> Node:
    return Node("number", value=float(value))


ZERO, ONE, TWO = number(0.0), number(1.0), number(2.0)


# --- building, with the simplest simplifications -----------------------------------------------------


def add(a: Node, b: Node) -> Node:
    if a == ZERO:
        return b
    if b == ZERO:
        return a
    if b.op == "neg":
        return subtract(a, b.args[0])
    return _folded("add", a, b)


def subtract(a: Node, b: Node) -> Node:
    if b == ZERO:
        return a
    if a == ZERO:
        return negate(b)
    if b.op == "neg":
        return add(a, b.args[0])
    if b.op == "number" and a.op == "sub" and a.args[1].op == "number":
        return subtract(a.args[0], add(a.args[1], b))
    return _folded("sub", a, b)


def negate(a: Node) -> Node:
    if a.op == "number":
        return number(-a.value)
    return a.args[0] if a.op == "neg" else Node("neg", (a,))


def multiply(a: Node, b: Node) -> Node:
    if ZERO in (a, b):
        return ZERO
    if a == ONE:
        return b
    if b == ONE:
        return a
    if a.op == "neg":
        return negate(multiply(a.args[0], b))
    if b.op == "neg":
        return negate(multiply(a, b.args[0]))
    if b.op == "number" and a.op != "number":
        a, b = b, a
    if a == number(-1.0):
        return negate(b)
    if a.op == "number" and b.op == "mul" and b.args[0].op == "number":
        return multiply(_folded("mul", a, b.args[0]), b.args[1])
    if a.op == "number" and b.op == "div" and b.args[1] == a:
        return b.args[0]
    if a.op == "div" and a.args[0] == ONE:
        a, b = b, a
    if b.op == "div" and b.args[0] == ONE:
        return divide(a, b.args[1])
    if a.op != "number" and b.op == "mul" and b.args[0].op == "number":
        return multiply(b.args[0], multiply(a, b.args[1]))
    return _folded("mul", a, b)


def divide(a: Node, b: Node) -> Node:
    if a == ZERO:
        return ZERO
    if b == ONE:
        return a
    if a.op == "neg":
        return negate(divide(a.args[0], b))
    if b.op == "number" and a.op == "mul" and a.args[0].op == "number":
        whole = _folded("div", a.args[0], b)
        if whole.op == "number":
            return multiply(whole, a.args[1])
    if a.op == "div" and a.args[1].op == b.op == "number":
        return divide(a.args[0], _folded("mul", a.args[1], b))
    return _folded("div", a, b)


def power(a: Node, b: Node) -> Node:
    if b == ONE:
        return a
    return ONE if b == ZERO else _folded("pow", a, b)


def choose(condition: Node, a: Node, b: Node) -> Node:
    return a if a == b else Node("where", (condition, a, b))


def call(name: str, *args: Node) -> Node:
    return Node(name, args)


def _folded(op: str, a: Node, b: Node) -> Node:
    """The operation, carried out at once where both operands are numbers and the result is one."""
    node = Node(op, (a, b))
    if a.op == b.op == "number" and not {a.value, b.value} & set(CONSTANTS.values()):
        with np.errstate(all="ignore"):
            value = float(_COMPUTE[op](np.float64(a.value), np.float64(b.value)))
        if math.isfinite(value) and (op != "div" or value * b.value == a.value):
            return number(value)
    return node


# --- what is known ------------------------------------------------------------------------------------------


def _softplus(x: Array) -> Array:
    return np.logaddexp(0.0, x)


def _sigmoid(x: Array) -> Array:
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, e) / (1.0 + e)


def _holds(compare: Callable[..., Array]) -> Callable[..., Array]:
    return lambda *args: compare(*args).astype(np.float64)


_COMPUTE: dict[str, Callable[..., Array]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "pow": np.power,
    "neg": np.negative,
    "where": lambda c, a, b: np.asarray(np.where(c != 0, a, b)),
    "lt": _holds(np.less),
    "le": _holds(np.less_equal),
    "and": np.multiply,
    "or": np.maximum,
    "not": lambda c: 1.0 - c,
    "min": np.minimum,
    "max": np.maximum,
    "softplus": _softplus,
    "sigmoid": _sigmoid,
    **{
        name: getattr(np, name)
        for name in (
            "abs", "sign", "sqrt", "exp", "expm1", "log", "log1p", "log2", "log10", "sin", "cos", "tan", "arctan",
            "sinh", "cosh", "tanh",
        )
    },
}  # fmt: skip

_DERIVATIVE: dict[str, Callable[[Node], Node]] = {
    "abs": lambda u: call("sign", u),
    "sign": lambda u: ZERO,
    "sqrt": lambda u: divide(number(0.5), call("sqrt", u)),
    "exp": lambda u: call("exp", u),
    "expm1": lambda u: call("exp", u),
    "log": lambda u: divide(ONE, u),
    "log1p": lambda u: divide(ONE, add(ONE, u)),
    "log2": lambda u: divide(number(1.0 / math.log(2.0)), u),
    "log10": lambda u: divide(number(1.0 / math.log(10.0)), u),
    "sin": lambda u: call("cos", u),
    "cos": lambda u: negate(call("sin", u)),
    "tan": lambda u: add(ONE, power(call("tan", u), TWO)),
    "arctan": lambda u: divide(ONE, add(ONE, power(u, TWO))),
    "sinh": lambda u: call("cosh", u),
    "cosh": lambda u: call("sinh", u),
    "tanh": lambda u: subtract(ONE, power(call("tanh", u), TWO)),
    "softplus": lambda u: call("sigmoid", u),
    "sigmoid": lambda u: multiply(call("sigmoid", u), call("sigmoid", negate(u))),
}
"""Derivatives of the functions of one number, with respect to it."""

FUNCTIONS = (*_DERIVATIVE, "min", "max")
"""What may be called."""
_OTHER_NAMES = {"ln": "log", "fabs": "abs", "atan": "arctan", "logistic": "sigmoid", "relu": "max"}


# --- reading ----------------------------------------------------------------------------------------------------


def parse(text: str, variable: str) -> Node:
    """The formula that a text writes in that variable.

    Raises:
        ValueError: if it is no formula, or too long; the message is a sentence for the person who typed it.
    """
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"the formula has {len(text):,} characters; at most {MOST_CHARACTERS} are read")
    if not text.strip():
        raise ValueError("there is no formula yet")
    plain = _plain(text)
    try:
        tree = ast.parse(plain, mode="eval")
    except SyntaxError as error:
        near = plain[error.offset - 1 :][:12].strip() if error.offset and error.offset > 1 else ""
        where = f" near {near!r}" if near else ""
        raise ValueError(f"the formula cannot be read{where}: is a sign or a parenthesis missing?") from None
    except (ValueError, RecursionError, MemoryError):
        raise ValueError(
            "the formula cannot be read: it is nested too deeply, or holds a sign that is none"
        ) from None
    count = sum(1 for _ in ast.walk(tree))
    if count > 3 * MOST_NODES:
        raise ValueError(f"the formula has more than {MOST_NODES} parts")
    node = _Reader(variable).read(tree.body, 0)
    if variable not in node.names:
        raise ValueError(f"the formula must depend on {variable}; it is the same number everywhere")
    others = sorted(node.names - {variable})
    if len(others) > MOST_PARAMETERS:
        raise ValueError(
            f"there are {len(others)} parameters, {', '.join(others)}; at most {MOST_PARAMETERS} are taken"
        )
    return node


_SIGNS = {
    "−": "-",
    "–": "-",
    "·": "*",
    "×": "*",
    "÷": "/",
    "^": "**",
    "²": "**2",
    "³": "**3",
    "≤": "<=",
    "≥": ">=",
    "½": "(1/2)",
    "π": "pi",
}


def _plain(text: str) -> str:
    for sign, meant in _SIGNS.items():
        text = text.replace(sign, meant)
    return " ".join(text.split())


class _Reader:
    """Takes over a tree of Python's, node by node."""

    _BINARY = {ast.Add: add, ast.Sub: subtract, ast.Mult: multiply, ast.Div: divide, ast.Pow: power}

    def __init__(self, variable: str) -> None:
        self.variable = variable

    def read(self, tree: ast.expr, depth: int, *, condition: bool = False) -> Node:
        if depth > DEEPEST:
            raise ValueError(f"the formula is nested more than {DEEPEST} deep")
        sub = functools.partial(self.read, depth=depth + 1)
        match tree:
            case ast.Compare(left=left, ops=ops, comparators=rest) if condition:
                sides = [sub(side) for side in (left, *rest)]
                pairs = [self._compare(op, a, b) for op, a, b in zip(ops, sides, sides[1:], strict=False)]
                return functools.reduce(lambda a, b: Node("and", (a, b)), pairs)
            case ast.BoolOp(op=op, values=values) if condition:
                name = "and" if isinstance(op, ast.And) else "or"
                return functools.reduce(
                    lambda a, b: Node(name, (a, b)), [sub(value, condition=True) for value in values]
                )
            case ast.UnaryOp(op=ast.Not(), operand=inner) if condition:
                return Node("not", (sub(inner, condition=True),))
            case _ if condition:
                raise ValueError("a condition compares two numbers, as in abs(r) <= 1")
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return self._number(value)
            case ast.Name(id=name):
                return self._name(name)
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return negate(sub(inner))
            case ast.UnaryOp(op=ast.UAdd(), operand=inner):
                return sub(inner)
            case ast.BinOp(op=op, left=left, right=right) if type(op) in self._BINARY:
                return self._BINARY[type(op)](sub(left), sub(right))
            case ast.IfExp(test=test, body=yes, orelse=no):
                return choose(sub(test, condition=True), sub(yes), sub(no))
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
                return self._call(name, [sub(arg) for arg in args])
            case ast.Compare() | ast.BoolOp():
                raise ValueError("a comparison stands between if and else, as in r**2 if r < 1 else r")
        raise ValueError(f"{ast.unparse(tree)[:40]!r} is nothing that a formula may hold")

    @staticmethod
    def _number(value: float) -> Node:
        try:
            found = float(value)
        except OverflowError:
            found = math.inf
        if not math.isfinite(found):
            raise ValueError("a number in the formula is too large")
        return number(found)

    def _name(self, name: str) -> Node:
        if name in CONSTANTS and name != self.variable:
            return number(CONSTANTS[name])
        if name in FUNCTIONS or name in _OTHER_NAMES:
            raise ValueError(f"{name} is a function: write {name}({self.variable})")
        if len(name) > 12 or not name.isascii() or name.startswith("_"):
            raise ValueError(f"{name[:20]!r} is no name for a parameter: at most 12 letters and digits are")
        return Node("name", name=name)

    def _call(self, name: str, args: list[Node]) -> Node:
        known = _OTHER_NAMES.get(name, name)
        if known not in FUNCTIONS:
            near = difflib.get_close_matches(name, FUNCTIONS, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(FUNCTIONS))}"
            raise ValueError(f"{name[:20]!r} is no function that is known here; {hint}")
        if name == "relu" and len(args) == 1:
            args = [ZERO, *args]
        if known in ("min", "max"):
            if not 2 <= len(args) <= 5:
                raise ValueError(f"{known} takes from 2 to 5 numbers")
            return functools.reduce(lambda a, b: Node(known, (a, b)), args)
        if len(args) != 1:
            raise ValueError(f"{name} takes one number, not {len(args)}")
        return Node(known, tuple(args))

    @staticmethod
    def _compare(op: ast.cmpop, a: Node, b: Node) -> Node:
        match op:
            case ast.Lt():
                return Node("lt", (a, b))
            case ast.LtE():
                return Node("le", (a, b))
            case ast.Gt():
                return Node("lt", (b, a))
            case ast.GtE():
                return Node("le", (b, a))
        raise ValueError("numbers are compared by <, <=, > or >=")


# --- evaluating -------------------------------------------------------------------------------------------------


def evaluate(node: Node, values: Mapping[str, Array | float]) -> Array:
    """The formula at these values of its names, broadcast; what occurs several times is computed once."""
    known: dict[Node, Array] = {}

    def at(node: Node) -> Array:
        if node not in known:
            if node.op == "number":
                known[node] = np.asarray(node.value)
            elif node.op == "name":
                known[node] = np.asarray(values[node.name], dtype=np.float64)
            else:
                known[node] = _COMPUTE[node.op](*(at(arg) for arg in node.args))
        return known[node]

    with np.errstate(all="ignore"):
        return np.asarray(at(node), dtype=np.float64)


# --- differentiating --------------------------------------------------------------------------------------------


def derivative(node: Node, name: str) -> Node:
    """The derivative with respect to a name, from the right where there are two.

    Raises:
        ValueError: if it has more than ``MOST_DERIVED`` nodes.
    """
    known: dict[Node, Node] = {}

    def of(node: Node) -> Node:
        if name not in node.names:
            return ZERO
        if node not in known:
            known[node] = _of_operation(node, of, name)
            if known[node].size > MOST_DERIVED:
                raise ValueError(
                    "the formula's derivative is too long to be computed; take a simpler formula"
                )
        return known[node]

    return of(node)


def _of_operation(node: Node, of: Callable[[Node], Node], name: str) -> Node:
    match node.op, node.args:
        case "name", ():
            return ONE
        case "neg", (u,):
            return negate(of(u))
        case "add", (u, v):
            return add(of(u), of(v))
        case "sub", (u, v):
            return subtract(of(u), of(v))
        case "mul", (u, v):
            return add(multiply(of(u), v), multiply(u, of(v)))
        case "div", (u, v):
            if name not in v.names:
                return divide(of(u), v)
            return divide(subtract(multiply(of(u), v), multiply(u, of(v))), power(v, TWO))
        case "pow", (u, v):
            return _of_power(u, v, of, name)
        case "where", (condition, u, v):
            return choose(condition, of(u), of(v))
        case "max", (u, v):
            return (
                choose(Node("le", (v, u)), of(u), of(v))
                if of(u) != ZERO
                else choose(Node("lt", (u, v)), of(v), ZERO)
            )
        case "min", (u, v):
            return choose(Node("lt", (u, v)), of(u), of(v))
        case op, (u,) if op in _DERIVATIVE:
            return multiply(of(u), _DERIVATIVE[op](u))
    raise ValueError(f"{node.op} has no derivative")


def _of_power(u: Node, v: Node, of: Callable[[Node], Node], name: str) -> Node:
    by_base = multiply(multiply(v, power(u, _less_one(v))), of(u)) if name in u.names else ZERO
    if name not in v.names:
        return by_base
    return add(by_base, multiply(multiply(power(u, v), call("log", u)), of(v)))


def _less_one(v: Node) -> Node:
    return subtract(v, ONE)


def switches(node: Node) -> tuple[Node, ...]:
    """Expressions at whose zeros the formula may have a corner or a jump: |u|, the sides that are compared."""
    found: dict[Node, None] = {}

    def look(node: Node) -> None:
        if node.op in ("abs", "sign"):
            found[node.args[0]] = None
        elif node.op in ("min", "max", "lt", "le"):
            found[subtract(*node.args)] = None
        for arg in node.args:
            look(arg)

    look(node)
    return tuple(found)


# --- writing ----------------------------------------------------------------------------------------------------

_INFIX = {"add": ("+", 1), "sub": ("-", 1), "mul": ("*", 2), "div": ("/", 2), "pow": ("**", 4)}
_NAMED = {"lt": "<", "le": "<=", "and": "&", "or": "|"}


def python(node: Node) -> str:
    """As Python on NumPy arrays, ``np``."""
    return _python(node)[0]


def _python(node: Node) -> tuple[str, int]:
    """The text and how tightly it binds."""
    match node.op, node.args:
        case "number", ():
            text = repr(node.value)
            text = text.removesuffix(".0") if node.value.is_integer() and abs(node.value) < 1e15 else text
            return (text, 9) if node.value >= 0 else (text, 3)
        case "name", ():
            return node.name, 9
        case "neg", (u,):
            return f"-{_within(u, 3)}", 3
        case op, (u, v) if op in _INFIX:
            sign, rank = _INFIX[op]
            left = _within(u, rank + (op == "pow"))
            right = _within(v, rank + (op in ("sub", "div")) - (op == "pow"))
            return (f"{left}**{right}" if op == "pow" else f"{left} {sign} {right}"), rank
        case "where", (c, u, v):
            return f"np.where({python(c)}, {python(u)}, {python(v)})", 9
        case op, (u, v) if op in ("lt", "le"):
            return f"({python(u)} {_NAMED[op]} {python(v)})", 9
        case op, (u, v) if op in ("and", "or"):
            return f"({python(u)} {_NAMED[op]} {python(v)})", 9
        case "not", (u,):
            return f"~{python(u)}", 9
        case op, (u, v) if op in ("min", "max"):
            return f"np.{op}imum({python(u)}, {python(v)})", 9
        case "softplus", (u,):
            return f"np.logaddexp(0, {python(u)})", 9
        case "sigmoid", (u,):
            return f"(0.5 + 0.5 * np.tanh(0.5 * {_within(u, 3)}))", 9
    return f"np.{node.op}({python(node.args[0])})", 9


def _within(node: Node, rank: int) -> str:
    text, own = _python(node)
    return text if own >= rank else f"({text})"


_LATEX_NAMES = {
    "arctan": r"\arctan",
    "log2": r"\log_2",
    "log10": r"\log_{10}",
    "sign": r"\operatorname{sign}",
}
_GREEK = frozenset(
    [
        "alpha",
        "beta",
        "gamma",
        "delta",
        "epsilon",
        "zeta",
        "eta",
        "theta",
        "kappa",
        "lambda",
        "mu",
        "nu",
        "xi",
        "rho",
        "sigma",
        "tau",
        "phi",
        "chi",
        "psi",
        "omega",
    ]
)


def latex(node: Node) -> str:
    """As LaTeX."""
    return _latex(node)[0]


def _latex(node: Node) -> tuple[str, int]:
    match node.op, node.args:
        case "number", ():
            return _latex_number(node.value)
        case "name", ():
            return symbol(node.name), 9
        case "neg", (u,):
            return f"-{_latex_within(u, 2)}", 1
        case "add", (u, v):
            return f"{_latex_within(u, 1)} + {_latex_within(v, 1)}", 1
        case "sub", (u, v):
            return f"{_latex_within(u, 1)} - {_latex_within(v, 2)}", 1
        case "mul", (u, v):
            dot = (
                r"\cdot "
                if (v.op == "number" and v.value not in CONSTANTS.values())
                or (v.op in ("pow", "div") and v.args[0].op == "number")
                else r"\,"
            )
            return f"{_latex_within(u, 2)}{dot}{_latex_within(v, 2)}", 2
        case "div", (u, v):
            return rf"\frac{{{latex(u)}}}{{{latex(v)}}}", 2
        case "pow", (u, v):
            return f"{_latex_within(u, 5)}^{{{latex(v)}}}", 4
        case "where", (c, u, v):
            return (
                rf"\begin{{cases}} {latex(u)} & {latex(c)} \\ {latex(v)} & \text{{otherwise}} \end{{cases}}",
                0,
            )
        case "lt", (u, v):
            return rf"{latex(u)} < {latex(v)}", 0
        case "le", (u, v):
            return rf"{latex(u)} \le {latex(v)}", 0
        case "and", (u, v):
            return rf"{latex(u)} \text{{ and }} {latex(v)}", 0
        case "or", (u, v):
            return rf"{latex(u)} \text{{ or }} {latex(v)}", 0
        case "not", (u,):
            return rf"\text{{not }} {_latex_within(u, 1)}", 0
        case "abs", (u,):
            return rf"\left|{latex(u)}\right|", 9
        case "sqrt", (u,):
            return rf"\sqrt{{{latex(u)}}}", 9
        case "exp", (u,):
            return f"e^{{{latex(u)}}}", 4
        case "sigmoid", (u,):
            return rf"\sigma\left({latex(u)}\right)", 9
        case op, (u, v) if op in ("min", "max"):
            return rf"\{op}\left({latex(u)}, {latex(v)}\right)", 9
    name = node.op
    title = _LATEX_NAMES.get(name) or (
        rf"\{name}"
        if name in ("log", "sin", "cos", "tan", "sinh", "cosh", "tanh")
        else rf"\operatorname{{{name}}}"
    )
    return rf"{title}\left({latex(node.args[0])}\right)", 9


def substitute(node: Node, values: Mapping[str, Node]) -> Node:
    """The formula with some of its names replaced."""
    if node.op == "name":
        return values.get(node.name, node)
    return Node(node.op, tuple(substitute(arg, values) for arg in node.args), node.value)


def symbol(name: str) -> str:
    """A name as LaTeX: Greek letters as themselves, what follows the first letter as an index."""
    if name in _GREEK:
        return f"\\{name}"
    letter, index = name[:1], name[1:].strip("_").replace("_", " ")
    if not index:
        return letter
    return f"{letter}_{{{index}}}" if index.isdigit() else rf"\mathrm{{{name.replace('_', ' ')}}}"


def _latex_number(value: float) -> tuple[str, int]:
    for known, text in ((math.pi, r"\pi"), (math.e, r"\mathrm{e}")):
        if value == known:
            return text, 9
    text = f"{value:.12g}"
    if "e" in text:
        digits, power = text.split("e")
        text = rf"{digits} \cdot 10^{{{int(power)}}}"
    return (text, 9) if value >= 0 and "cdot" not in text else (text, 1)


def _latex_within(node: Node, rank: int) -> str:
    text, own = _latex(node)
    return text if own >= rank else rf"\left({text}\right)"
