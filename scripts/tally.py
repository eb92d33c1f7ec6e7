#!/usr/bin/python3
"""Counts the tests of a result file: prints "PASSED FAILED SKIPPED".

usage: tally.py meson meson-logs/testlog.json
       tally.py pytest junit.xml

A meson test that speaks TAP counts as many as it has lines; one that ended badly without a failed line counts as one
failure more. A file that is not there or cannot be read is one failure: the stage that should have written it crashed.
"""

import json
import re
import sys
import xml.etree.ElementTree

TAP_LINE = re.compile(r"^(not )?ok\b(?:.*(# SKIP\b))?", re.IGNORECASE | re.MULTILINE)
GOOD = {"OK": (1, 0, 0), "EXPECTEDFAIL": (1, 0, 0), "SKIP": (0, 0, 1)}


def tally_tap(output):
    passed = failed = skipped = 0
    for bad, skip in TAP_LINE.findall(output):
        if skip:
            skipped += 1
        elif bad:
            failed += 1
        else:
            passed += 1
    return passed, failed, skipped


def tally_meson(path):
    total = (0, 0, 0)
    with open(path, encoding="utf-8") as file:
        for line in file:
            test = json.loads(line)
            output = test.get("stdout") or ""
            counts = tally_tap(output) if re.search(r"^1\.\.\d+|^TAP version", output, re.MULTILINE) else (0, 0, 0)
            if counts == (0, 0, 0):
                counts = GOOD.get(test["result"], (0, 1, 0))
            elif test["result"] not in GOOD and counts[1] == 0:
                counts = (counts[0], 1, counts[2])
            total = tuple(map(sum, zip(total, counts)))
    return total


def tally_pytest(path):
    total = failed = skipped = 0
    for suite in xml.etree.ElementTree.parse(path).getroot().iter("testsuite"):
        total += int(suite.get("tests", 0))
        failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped += int(suite.get("skipped", 0))
    return max(total - failed - skipped, 0), failed, skipped


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ("meson", "pytest"):
        sys.exit(__doc__)
    try:
        counts = (tally_meson if sys.argv[1] == "meson" else tally_pytest)(sys.argv[2])
    except (OSError, ValueError, KeyError, xml.etree.ElementTree.ParseError) as error:
        print(f"tally: {sys.argv[2]}: {error}", file=sys.stderr)
        counts = (0, 1, 0)
    print(*counts)


if __name__ == "__main__":
    main()
