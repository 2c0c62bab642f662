"""The numbers of the sources that a test should notice: what tools/perturb.py perturbs, one at a time.

A coefficient is a number that takes part in arithmetic in a kernel: an operand, an exponent, a factor, an element of a table, a
constant of a module, an argument of a `math` function, a float that is assigned or returned. Of the design layer it is every number
in a constant of a module, as far as it is a value and not an argument of some function, and every unit of every dimension in
photonics/quantity/.

Not coefficients: indices, sizes, `range`, comparisons, keyword arguments, shifts and masks, whole numbers that are only assigned or
returned (status codes), enumerations, and constants of a module whose name starts like a tolerance or a limit (UNPERTURBED_NAME).
Zero stays zero.
"""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FACTOR = 1.01
QUANTITY = "photonics/quantity/"  # looked at as closely as a kernel
UNIT_TABLE = "photonics/quantity/table.py"
PRESENTATION = ("photonics/reports/", "photonics/cli/")  # sizes of figures and widths of columns: nothing to compute with
# Tolerances, limits of effort or of input, and codes: nothing is computed from them.
UNPERTURBED_NAME = re.compile(
    r"_?(TOL|TOLERANCE|MAX|MOST|LIMIT|LONGEST|LOWEST|HIGHEST|GUARD|HUGE|STATUS|EXIT)(_|$)"
)
EXEMPT = re.compile(r"#\s*exempt:\s*(\S.*)$")
SIZE_CALLS = {"range", "empty", "zeros", "ones", "full", "arange", "reshape", "min", "max", "round"}
VALUE_CALLS = {"array", "asarray", "float", "Decimal", "Fraction", "tuple", "dict", "MappingProxyType"}
BIT_OPERATORS = (ast.LShift, ast.RShift, ast.BitAnd, ast.BitOr, ast.BitXor)



@dataclass(frozen=True)
class Coefficient:
    """One number of a source file and where it stands (columns count bytes, as the parser does)."""

    path: str
    line: int
    column: int
    end_column: int
    value: float
    code: str
    exempt: str | None

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}:{self.column + 1}" if self.line else self.path

    def applied_to(self, source: str) -> str:
        """The source with this one number multiplied by FACTOR."""
        if not self.line:  # an entry of a table that is computed: `code` says which
            return source + UNIT_CHANGE.replace("ENTRY", self.code)
        lines = source.splitlines(keepends=True)
        raw = lines[self.line - 1].encode()
        changed = raw[: self.column] + repr(self.value * FACTOR).encode() + raw[self.end_column :]
        lines[self.line - 1] = changed.decode()
        return "".join(lines)


# Appended to UNIT_TABLE; ENTRY is (dimension, unit). Dimensions share tables, so this one gets a table of its own.
UNIT_CHANGE = f"""

def _perturb(dimension, unit):
    factor = dimension.units[unit]
    changed = (lambda value: factor(value * {FACTOR})) if callable(factor) else factor * type(factor)("{FACTOR}")
    object.__setattr__(dimension, "units", {{**dimension.units, unit: changed}})


_perturb(DIMENSIONS[ENTRY[0]], ENTRY[1])
"""
LIST_UNITS = """
import json
from photonics.quantity import DIMENSIONS
print(json.dumps([(name, unit) for name, dimension in DIMENSIONS.items() for unit in dimension.units]))
"""


def coefficients(source: str, path: str, only_constants: bool = False) -> list[Coefficient]:
    """The coefficients of one file, in order; `only_constants` leaves out what lies in functions and classes."""
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    lines = source.splitlines()
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or type(node.value) not in (int, float) or not node.value:
            continue
        above = [node, *_ancestors(node, parents)]
        if not _takes_part(above, type(node.value) is float, only_constants):
            continue
        code = lines[node.lineno - 1]
        exempt = EXEMPT.search(code)
        assert node.end_col_offset is not None and isinstance(node.value, int | float)
        found.append(
            Coefficient(
                path,
                node.lineno,
                node.col_offset,
                node.end_col_offset,
                float(node.value),
                code.strip(),
                exempt.group(1).strip() if exempt else None,
            )
        )
    return sorted(found, key=lambda each: (each.line, each.column))


def _ancestors(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> Iterator[ast.AST]:
    while node in parents:
        node = parents[node]
        yield node


def _takes_part(above: list[ast.AST], is_float: bool, only_constants: bool) -> bool:
    """Whether the number above[0], with its ancestors after it, is a coefficient in the sense of this file's docstring."""
    statement = next(i for i, node in enumerate(above) if isinstance(node, ast.stmt))
    at_module_level = isinstance(above[statement + 1], ast.Module)
    if only_constants and not at_module_level:
        return False
    for child, node in zip(above, above[1 : statement + 1], strict=False):
        if isinstance(node, ast.Subscript) and child is node.slice:
            return False
        if isinstance(node, ast.Compare | ast.keyword | ast.arguments | ast.FormattedValue | ast.Assert | ast.match_case):
            return False
        if isinstance(node, ast.Call) and child is not node.func and _called(node) in SIZE_CALLS:
            return False
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            return False  # a decorator or an annotation
        if isinstance(node, ast.AnnAssign) and child is node.annotation:
            return False

    start = 0  # a sign belongs to the number
    while isinstance(above[start + 1], ast.UnaryOp):
        start += 1
    parent = above[start + 1]
    whole = above[statement]
    if at_module_level:
        names = [name.id for name in ast.walk(whole) if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)]
        if any(UNPERTURBED_NAME.match(name) for name in names) or (len(names) > 1 and not is_float):
            return False  # several names at once for whole numbers: an enumeration
        calls = [node for node in above[:statement] if isinstance(node, ast.Call)]
        return isinstance(whole, ast.Assign | ast.AnnAssign) and all(_is_value(call) for call in calls)
    if isinstance(parent, ast.BinOp):
        return not isinstance(parent.op, BIT_OPERATORS)
    if isinstance(parent, ast.AugAssign):
        return not isinstance(parent.op, BIT_OPERATORS)
    if isinstance(parent, ast.Call):
        return _is_math(parent)
    if not is_float:
        return False
    if isinstance(parent, ast.Tuple | ast.List | ast.IfExp):
        parent = above[start + 2]
    return isinstance(parent, ast.Assign | ast.AnnAssign | ast.Return)


def _is_math(call: ast.Call) -> bool:
    function = call.func
    return isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "math"


def _is_value(call: ast.Call) -> bool:
    return _is_math(call) or _called(call) in VALUE_CALLS


def _called(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def all_coefficients(root: Path) -> list[Coefficient]:
    found = []
    for folder, only_constants in (("kernels/photonics_kernels", False), ("photonics", True)):
        for file in sorted((root / folder).rglob("*.py")):
            path = file.relative_to(root).as_posix()
            if not path.startswith(PRESENTATION):
                text = file.read_text(encoding="utf-8")
                found += coefficients(text, path, only_constants and not path.startswith(QUANTITY))
                if path == UNIT_TABLE:
                    found += units(root)
    return found


def units(root: Path) -> list[Coefficient]:
    """One entry for every unit of every dimension; asked of another process, so that none of ours is loaded in this one."""
    environment = {**os.environ, "PYTHONPATH": str(root)}
    answer = subprocess.run([sys.executable, "-c", LIST_UNITS], capture_output=True, text=True, env=environment, check=True)
    return [Coefficient(UNIT_TABLE, 0, 0, 0, 1.0, repr((name, unit)), None) for name, unit in json.loads(answer.stdout)]
