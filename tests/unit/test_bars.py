"""What the bar fixture of the integration tests tells, records and holds."""

import importlib.machinery
import importlib.util
import pathlib
import sys

INTEGRATION = pathlib.Path(__file__).resolve().parents[1] / "integration"
sys.path.insert(0, str(INTEGRATION))

import bars  # noqa: E402


def test_a_figure_is_told_with_its_bar():
    assert bars.tell("picture is back", 0.31234, 1, "s") == "BAR picture is back: 0.3123 s (bar ≤ 1 s)"
    assert bars.tell("readers lost", 0, 0, "") == "BAR readers lost: 0 (bar ≤ 0)"


def test_figures_are_appended(tmp_path, monkeypatch):
    path = tmp_path / "bars.jsonl"
    monkeypatch.setenv(bars.FILE_VARIABLE, str(path))
    assert bars.read(path) == []
    bars.record("picture is back", 0.5, 1, "s", "test_a.py::test_b", False)
    bars.record("“frozen”", 7, 6, "", "test_a.py::test_c", True)
    assert [(figure["bar"], figure["measured"], figure["limit"], figure["is_long"]) for figure in bars.read(path)] == [
        ("picture is back", 0.5, 1, False), ("“frozen”", 7, 6, True)]


def test_nothing_is_recorded_unasked(monkeypatch):
    monkeypatch.delenv(bars.FILE_VARIABLE, raising=False)
    bars.record("picture is back", 0.5, 1, "s", "test_a.py::test_b", False)


def load_script():
    path = INTEGRATION.parents[1] / "scripts" / "measure-outages"
    loader = importlib.machinery.SourceFileLoader("measure_outages", str(path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("measure_outages", loader))
    loader.exec_module(module)
    return module


def figure(name, measured, limit, unit="", is_long=False):
    return {"bar": name, "measured": measured, "limit": limit, "unit": unit, "test": "t", "is_long": is_long}


def test_the_table_tells_the_worst_of_the_longest_form():
    lines = load_script().table([figure("back", 0.4, 1, "s"), figure("back", 0.61234, 1, "s"), figure("back", 0.2, 1, "s"),
                                 figure("lost", 3, 0), figure("lost", 0, 0, is_long=True)]).splitlines()
    assert lines[2:] == ["| back | ≤ 1 s | 0.612 s |", "| lost | ≤ 0 | 0 |"]


def test_the_table_marks_what_was_missed():
    assert load_script().table([figure("stall", 6.25, 5.5, "s")]).splitlines()[-1] == "| stall | ≤ 5.5 s | **6.25 s, missed** |"
