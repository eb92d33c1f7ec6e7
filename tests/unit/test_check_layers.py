"""Plants each fault that scripts/check-layers.py looks for in a small tree, and sees its message."""

import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "check-layers.py"
BANNER = "/* A thing.\n * Thread: any. Owner: its maker. */\n#pragma once\n"
KEYS = 'CAMERA (Retry, Backoff, backoff, DURATION_RANGE, "1s 60s", "100ms 1h", LIVE, "Pauses")\n'

# A tree without a fault: every kind of file that the script looks at.
SOUND = {
    "src/core/clock.h": BANNER,
    "src/core/clock.c": '#include "core/clock.h"\n\n#include <glib.h>\n',
    "src/media/track.h": BANNER + '#include "core/clock.h"\n',
    "src/wire/rtp.c": '#include "camrelay/limits.h"\n#include "media/track.h"\n',
    "src/ingest/dial.c": '#include <gst/gst.h>\n\n#include "wire/rtp.h"\nint x = camera->backoff.shortest_us;\n',
    "src/daemon/main.c": '#include "ingest/dial.h"\n#include "version.h"\n',
    "src/ctl/main.c": '#include "core/clock.h"\n',
    "include/camrelay/limits.h": "/* Bounds. */\n#pragma once\n",
    "include/camrelay/config-keys.def": KEYS,
    "tests/unit/core/test-clock.c": '#include "core/clock.h"\n#include "loop-fixture.h"\ng_assert_true (x);\n',
    "tests/unit/core/loop-fixture.h": BANNER,
    "tests/unit/test_script.py": "def test_it():\n    assert True\n",
}


def check(root: Path) -> subprocess.CompletedProcess:
    return subprocess.run([SCRIPT, root], capture_output=True, text=True, timeout=60, check=False)


def plant(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def faults(root: Path, files: dict[str, str]) -> list[str]:
    plant(root, SOUND | files)
    result = check(root)
    lines = result.stdout.splitlines()
    assert result.stderr == ""
    assert result.returncode == (1 if lines else 0)
    return lines


def test_a_sound_tree_has_no_fault(tmp_path):
    assert faults(tmp_path, {}) == []


def test_this_tree_is_readable():
    result = check(SCRIPT.parents[1])
    assert result.stderr == ""
    assert result.returncode in (0, 1)


PLANTED = {
    "unknown room": (
        {"src/video/frame.c": "\n"},
        "src/video/frame.c:1:",
        'unknown room "video"',
        "give it a rank",
    ),
    "outside a room": ({"src/main.c": "\n"}, "src/main.c:1:", "a source outside every room", "move it into a room"),
    "include of an unknown room": (
        {"src/core/clock.c": '#include "video/frame.h"\n'},
        "src/core/clock.c:1:",
        'unknown room "video"',
        "write <…>",
    ),
    "upward": (
        {"src/core/clock.c": '#include "core/clock.h"\n\n#include "wire/rtp.h"\n'},
        "src/core/clock.c:3:",
        '"wire/rtp.h" is an include upward from "core"',
        "pass a callback down",
    ),
    "upward in a header": (
        {"src/media/track.h": BANNER + '#include "ingest/dial.h"\n'},
        "src/media/track.h:4:",
        'upward from "media"',
        "move what both need to a lower room",
    ),
    "upward in a unit test": (
        {"tests/unit/media/test-track.c": '#include "serve/reader.h"\ng_assert_true (x);\n'},
        "tests/unit/media/test-track.c:1:",
        'upward from "media"',
        "lower room",
    ),
    "sideways": (
        {"src/serve/reader.c": '#include "ingest/dial.h"\n'},
        "src/serve/reader.c:1:",
        'sideways from "serve"',
        "lower room",
    ),
    "a program beyond what it sees": (
        {"src/ctl/main.c": '#include "wire/rtp.h"\n'},
        "src/ctl/main.c:1:",
        'upward from "ctl"',
        "lower room",
    ),
    "an agreement that includes a room": (
        {"include/camrelay/limits.h": '#include "core/clock.h"\n'},
        "include/camrelay/limits.h:1:",
        "an agreement with the outside",
        "nothing but <stdint.h>",
    ),
    "gst in a pure room": (
        {"src/wire/rtp.c": "#include <gst/gst.h>\n"},
        "src/wire/rtp.c:1:",
        '<gst/gst.h> in the pure room "wire"',
        "hand plain values down",
    ),
    "libsoup in a pure room": (
        {"src/config/read.c": "#  include <libsoup/soup.h>\n"},
        "src/config/read.c:1:",
        'in the pure room "config"',
        "move the code",
    ),
    "a room in angle brackets": (
        {"src/wire/rtp.c": "#include <core/clock.h>\n"},
        "src/wire/rtp.c:1:",
        "<core/clock.h> is ours",
        'write "core/clock.h"',
    ),
    "no room named": (
        {"src/core/clock.c": '#include "clock.h"\n'},
        "src/core/clock.c:1:",
        '"clock.h" does not name its room',
        'write "room/file.h"',
    ),
    "a way up": (
        {"tests/unit/core/test-clock.c": '#include "../../../src/core/clock.h"\ng_assert_true (x);\n'},
        "tests/unit/core/test-clock.c:1:",
        "does not name its room",
        'write "room/file.h"',
    ),
    "too long": (
        {"src/core/long.c": "\n" * 501},
        "src/core/long.c:501:",
        "501 lines, at most 500",
        "find the second noun",
    ),
    "a test too long": (
        {"tests/integration/test_long.py": "assert True\n" * 600},
        "tests/integration/test_long.py:501:",
        "600 lines, at most 500",
        "find the second noun",
    ),
    "a name that says nothing": (
        {"src/wire/rtp-utils.c": "\n"},
        "src/wire/rtp-utils.c:1:",
        '"utils" in a name says nothing',
        "name the noun",
    ),
    "a folder that says nothing": (
        {"tests/common/server.py": "\n"},
        "tests/common/server.py:1:",
        '"common" in a name',
        "name the noun",
    ),
    "no thread": (
        {"src/core/clock.h": "/* A thing. Owner: its maker. */\n"},
        "src/core/clock.h:1:",
        'no "Thread:" in the banner',
        "which threads may call it",
    ),
    "no owner": (
        {"src/core/clock.h": "/* A thing. Thread: any. */\n"},
        "src/core/clock.h:1:",
        'no "Owner:" in the banner',
        "who owns it",
    ),
    "a unit test without an assertion": (
        {"tests/unit/core/test-clock.c": "int main (void) { return 0; }\n"},
        "tests/unit/core/test-clock.c:1:",
        "a test without an assertion",
        "assert what must be true",
    ),
    "a python test without an assertion": (
        {"tests/integration/test_play.py": "def test_play():\n    pass\n"},
        "tests/integration/test_play.py:1:",
        "a test without an assertion",
        "assert what must be true",
    ),
    "a key that nobody reads": (
        {"src/ingest/dial.c": "#include <gst/gst.h>\n/* camera->backoff */\n"},
        "include/camrelay/config-keys.def:1:",
        "no code reads the key Retry.Backoff",
        "read it, or remove the row",
    ),
    "a key that is only set and freed": (
        {"src/ingest/dial.c": "camera->backoff = 1;\ng_free (camera->backoff);\n"},
        "include/camrelay/config-keys.def:1:",
        'field "backoff"',
        "only once it works",
    ),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_named(tmp_path, fault):
    files, place, what, instead = PLANTED[fault]
    lines = faults(tmp_path, files)
    assert len(lines) == 1
    assert lines[0].startswith(place + " ")
    assert what in lines[0]
    assert instead in lines[0].split(";", 1)[1]


def test_a_header_without_a_banner_lacks_both_words(tmp_path):
    lines = faults(tmp_path, {"src/core/clock.h": '#pragma once\n/* Thread: any. Owner: nobody. */\n'})
    assert len(lines) == 2
    assert all(line.startswith("src/core/clock.h:1: ") for line in lines)


def test_a_cycle_of_headers(tmp_path):
    lines = faults(
        tmp_path,
        {
            "src/core/a.h": BANNER + '#include "core/b.h"\n',
            "src/core/b.h": BANNER + '\n#include "core/c.h"\n',
            "src/core/c.h": BANNER + '#include "core/a.h"\n',
        },
    )
    assert len(lines) == 1
    assert lines[0].startswith("src/core/c.h:4: headers include each other: a.h → b.h → c.h → a.h; declare")


def test_a_header_that_includes_itself(tmp_path):
    lines = faults(tmp_path, {"src/core/clock.h": BANNER + '#include "core/clock.h"\n'})
    assert lines == ["src/core/clock.h:4: headers include each other: clock.h → clock.h; declare the type in one of them instead"]


def test_a_key_read_by_its_id(tmp_path):
    assert faults(tmp_path, {"src/ingest/dial.c": "x = keys[CAM_KEY_Retry_Backoff];\n"}) == []


def test_every_fault_is_told_at_once(tmp_path):
    lines = faults(tmp_path, {"src/core/clock.c": '#include "clock.h"\n#include "wire/rtp.h"\n', "src/core/misc.c": "\n"})
    assert [line.split(" ")[0] for line in lines] == ["src/core/clock.c:1:", "src/core/clock.c:2:", "src/core/misc.c:1:"]


def test_usage():
    result = subprocess.run([SCRIPT, "a", "b"], capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 64
    assert "usage:" in result.stderr
    assert result.stdout == ""
