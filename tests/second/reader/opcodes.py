"""The table of instructions, read from `docs/bytecode.md`."""

import pathlib
import re

PAGE = pathlib.Path(__file__).parents[3] / "docs" / "bytecode.md"
_ROW = re.compile(r"^\| `([0-9a-f]{2})` \| `([a-z.]+)` \| (.*?) \| (\w+) \| (.*?) \| (\d+) \| (.*) \|$", re.M)


class Instruction:
    def __init__(self, code, name, operands, sort, children, cost):
        self.code, self.name, self.sort, self.cost = code, name, sort, cost
        # Pairs of a name and a kind: `("field", "Field")`.
        self.operands = [tuple(part.split(": ")) for part in operands.strip("`").split(", ") if part]
        # `patterns` as many as a length says, `a pattern` exactly one.
        self.children = [part.strip() for part in children.split(",") if part.strip()]

    @property
    def is_list(self):
        return len(self.children) == 1 and not self.children[0].startswith("a ")


def read():
    rows = (Instruction(int(code, 16), name, operands, sort, children, int(cost))
            for code, name, operands, sort, children, cost, _ in _ROW.findall(PAGE.read_text()))
    return {row.code: row for row in rows}


TABLE = read()
assert len(TABLE) > 60, "the table of the page was not found"
