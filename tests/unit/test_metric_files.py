"""The reader of Prometheus's format finds what is wrong where it is planted; the dashboard and the rules name what there is."""

import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "integration"))

import exposition  # noqa: E402
from metric_table import check_labels, names_in, read_table  # noqa: E402

GOOD = """\
# HELP a_total so many
# TYPE a_total counter
a_total 1
# HELP b what it is
# TYPE b gauge
b{x="1",y="a\\\\b\\"c\\nd"} -1.5e-3
b{x="2",y=""} +Inf
# HELP h times
# TYPE h histogram
h_bucket{x="1",le="0.5"} 1
h_bucket{x="1",le="+Inf"} 3
h_sum{x="1"} 4.5
h_count{x="1"} 3
"""

FAULTS = {
    "no line feed": (GOOD, GOOD[:-1]),
    "type twice": ("# TYPE b gauge\n", "# TYPE b gauge\n# TYPE b gauge\n"),
    "family twice": ("# HELP h times", "# HELP b times"),
    "no type": ("# TYPE b gauge\n", ""),
    "no help": ("# HELP b what it is\n", ""),
    "odd type": ("b gauge", "b meter"),
    "name": ("a_total 1", "a-total 1"),
    "other family": ("a_total 1", "b 1"),
    "sample twice": ("a_total 1\n", "a_total 1\na_total 2\n"),
    "counter below 0": ("a_total 1", "a_total -1"),
    "number": ("a_total 1", "a_total 1,5"),
    "no number": ("a_total 1", "a_total"),
    "quote": ('\\"c', '"c'),
    "escape": ("a\\\\b", "a\\b"),
    "label twice": ('y=""', 'x=""'),
    "comma": ('y=""', 'y="",'),
    "empty braces": ("a_total 1", "a_total{} 1"),
    "no samples": ("a_total 1\n", ""),
    "bounds fall": ('le="0.5"', 'le="+Inf"'),
    "no +Inf": ('le="+Inf"', 'le="9"'),
    "counts fall": ('le="0.5"} 1', 'le="0.5"} 4'),
    "count": ('h_count{x="1"} 3', 'h_count{x="1"} 2'),
    "no sum": ('h_sum{x="1"} 4.5\n', ""),
    "le on a sum": ('h_sum{x="1"}', 'h_sum{x="1",le="1"}'),
    "plain sample of a histogram": ('h_count{x="1"} 3', 'h{x="1"} 3'),
}


def test_good_text():
    families = exposition.read(GOOD)
    assert families["b"].samples["b", (("x", "1"), ("y", 'a\\b"c\nd'))] == -0.0015
    assert families["h"].type == "histogram" and len(families["h"].samples) == 4


@pytest.mark.parametrize("old, new", FAULTS.values(), ids=FAULTS)
def test_faults(old, new):
    assert old in GOOD
    with pytest.raises(exposition.Fault):
        exposition.read(GOOD.replace(old, new, 1))


TABLE = read_table()


def test_table():
    rows = [line for line in (ROOT / "include/camrelay/metric-names.def").read_text().splitlines() if line.startswith("METRIC (")]
    assert len(TABLE) == len(rows) > 50


def expressions(value):
    """All values of the members "expr" and "query", wherever they are."""
    if isinstance(value, dict):
        found = [text for name, text in value.items() if name in ("expr", "query") and isinstance(text, str)]
        return found + [text for member in value.values() for text in expressions(member)]
    return [text for member in value for text in expressions(member)] if isinstance(value, list) else []


def test_dashboard():
    dashboard = json.loads((ROOT / "docs" / "grafana-dashboard.json").read_text())
    texts = expressions(dashboard)
    named = set().union(*(names_in(text, TABLE) for text in texts))
    assert len(texts) > 20 and len(named) > 25
    for text in texts:
        check_labels(text, TABLE)
    panels = [panel for panel in dashboard["panels"] if panel["type"] != "row"]
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
    assert all(panel["title"] and panel["description"] and panel["datasource"]["uid"] == "${datasource}" for panel in panels)


def test_rules():
    lines = (ROOT / "docs" / "alert-rules.yml").read_text().splitlines()
    texts = [line.split("expr:", 1)[1] for line in lines if "expr:" in line]
    assert len(texts) >= 8 and sum("alert:" in line for line in lines) == len(texts)
    for text in texts:
        assert names_in(text, TABLE)
        check_labels(text, TABLE)


def test_unknown_names_are_found():
    with pytest.raises(AssertionError):
        names_in("rate(camrelay_nothing_total[5m])", TABLE)
    with pytest.raises(AssertionError):
        names_in("camrelay_threads_bucket", TABLE)
    with pytest.raises(AssertionError):
        check_labels('camrelay_threads{camera="x"}', TABLE)
