"""What is promised in figures: each is measured by a test, held by it, and told to whoever prints the table (scripts/measure-outages)."""

import json
import os
import pathlib

# Names a file that gets one JSON object a line for each figure.
FILE_VARIABLE = "CAMRELAY_BARS"


def tell(name, measured, limit, unit):
    """The line a human reads: BAR name: 0.31 s (bar ≤ 1 s)."""
    def with_unit(value):
        return f"{value:.4g} {unit}".rstrip()
    return f"BAR {name}: {with_unit(measured)} (bar ≤ {with_unit(limit)})"


def record(name, measured, limit, unit, test, is_long):
    """Appends the figure to the file of FILE_VARIABLE, if there is one. One write a line, so that runs beside each other may share the file."""
    path = os.environ.get(FILE_VARIABLE)
    if path:
        line = json.dumps({"bar": name, "measured": measured, "limit": limit, "unit": unit, "test": test, "is_long": is_long}, ensure_ascii=False)
        with open(path, "a", encoding="utf-8") as file:
            file.write(line + "\n")


def read(path):
    """The figures of a file, in the order in which they were taken."""
    path = pathlib.Path(path)
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
