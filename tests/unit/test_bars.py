"""What the bar fixture of the integration tests tells, records and holds."""

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
