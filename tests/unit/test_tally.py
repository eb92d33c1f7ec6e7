"""scripts/tally.py: what counts as passed, failed and skipped."""

import json
import pathlib
import subprocess

import pytest

TALLY = pathlib.Path(__file__).parents[2] / "scripts" / "tally.py"


def tally(kind, path):
    return subprocess.run([TALLY, kind, path], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("result, stdout, counts", [
    ("OK", "1..2\nok 1 /a\nok 2 /b\n", "2 0 0"),
    ("OK", "1..2\nok 1 /a\nok 2 /b # SKIP no IPv6\n", "1 0 1"),
    ("FAIL", "1..2\nok 1 /a\nnot ok 2 /b\n", "1 1 0"),
    ("ERROR", "1..2\nok 1 /a\nok 2 /b\n", "2 1 0"),
    ("TIMEOUT", "1..2\nok 1 /a\n", "1 1 0"),
    ("ERROR", "", "0 1 0"),
    ("OK", "a plain program says what it wants, ok\n", "1 0 0"),
    ("FAIL", "", "0 1 0"),
    ("SKIP", "", "0 0 1"),
])
def test_meson_log(tmp_path, result, stdout, counts):
    log = tmp_path / "testlog.json"
    log.write_text(json.dumps({"name": "a", "result": result, "stdout": stdout}) + "\n")
    assert tally("meson", log) == counts


def test_meson_log_adds_up(tmp_path):
    log = tmp_path / "testlog.json"
    log.write_text("".join(json.dumps({"name": "a", "result": result}) + "\n" for result in ("OK", "OK", "FAIL", "SKIP")))
    assert tally("meson", log) == "2 1 1"


def test_pytest_report(tmp_path):
    report = tmp_path / "junit.xml"
    report.write_text('<testsuites><testsuite tests="9" failures="2" errors="1" skipped="3"/></testsuites>')
    assert tally("pytest", report) == "3 3 3"


@pytest.mark.parametrize("kind, content", [("meson", "no json"), ("pytest", "<testsuites>"), ("meson", None), ("pytest", None)])
def test_what_cannot_be_read_is_a_failure(tmp_path, kind, content):
    path = tmp_path / "report"
    if content is not None:
        path.write_text(content)
    assert tally(kind, path) == "0 1 0"
