"""include/camrelay/metric-names.def as the tests read it, and what dashboards and rules take from it."""
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "include" / "camrelay" / "metric-names.def"
ROW = re.compile(r'^METRIC \((\w+), "(camrelay_\w+)", (GAUGE|COUNTER|HISTOGRAM), "([a-z ]*)", "(.+)"\)$', re.M)


def read_table():
    """name to (type, labels in order)"""
    return {name: (kind.lower(), tuple(labels.split())) for _, name, kind, labels, _ in ROW.findall(TABLE.read_text())}


def names_in(expression, table):
    """The table's names that an expression in PromQL has; one that is not there fails."""
    found = set()
    for name in re.findall(r"\bcamrelay_\w+", expression):
        family = name if name in table else re.sub(r"_(bucket|sum|count)$", "", name)
        assert family in table and (family == name or table[family][0] == "histogram"), f"no metric {name}: {expression}"
        found.add(family)
    return found


def check_labels(expression, table):
    """Every label that is selected, grouped by or shown is one of a metric of the expression."""
    labels = {label for name in names_in(expression, table) for label in table[name][1]} | {"le", "instance", "job"}
    used = re.findall(r"(\w+)\s*=?[=~!]~?\s*\"", expression) + [word for group in re.findall(r"\b(?:by|without|on)\s*\(([^)]*)\)", expression) for word in re.findall(r"\w+", group)]
    assert set(used) <= labels, f"{set(used) - labels} in {expression}"
