"""scripts/check-docs.py: it finds each kind of fault where one is planted. And the manual's pages, as man shows them."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "check-docs.py"
MAN_PAGES = sorted((ROOT / "docs" / "man").glob("*.[158]"))

MAP = """\
# Architecture
### src/core
```
clock                  any    time
rtsp-depacketize-latm  pure   two words
very-long-name-of-it pure     one blank
```
### src/ctl
```
command-table          pure   commands
```
### include/camrelay
```
control-verbs.def      verbs
exit-codes.h           status
limits.h               bounds
log-fields.h           ids
metric-names.def       metrics
reasons.def            words
```
"""
OPERATIONS = """\
## Exit status
| status | means |
|---|---|
| 0 | well |

## Message ids
| name | id | when |
|---|---|---|
| `CAM_MSG_READY` | `00000000000000000000000000000001` | ready |

## Reasons
| word | means | do |
|---|---|---|
| `dns` | no such name | type it again |

## Fixed limits
| name | at most |
|---|---|
| `URI_BYTES` | 2 KiB |
| `UNIT_BYTES` | 4 MiB |
| `PACKET_BYTES` | 1452 bytes |
| `REDIRECTS` | 5 |

## Metrics by name
| name | type | labels | meaning |
|---|---|---|---|
| `it_seconds` | gauge | camera | How long it takes |

`camrelayctl status` and `crash-report`.
"""
PAGE = """\
.TP
.BR status " [" \\-\\-json ]
All.
.TP
.BR crash\\-report
Where.
"""

# A tree without a fault: every kind of file that the script looks at.
SOUND = {
    "README.md": "See [it](docs/ARCHITECTURE.md#map), [that](https://example.org/x), `src/core/*.c` and `scripts/run`; `[no](link)`.\n",
    "docs/ARCHITECTURE.md": MAP,
    "docs/operations.md": OPERATIONS,
    "docs/decisions/0001-it.md": "Of its day: `src/core/gone.c`.\n",
    "systemd/camrelay.catalog": "-- 00000000000000000000000000000001\nSubject: ready\n",
    "scripts/run": "",
    "docs/man/camrelayctl.1": PAGE,
    "completions/camrelayctl.bash": "status crash-report",
    "completions/_camrelayctl": "'status:all' 'crash-report:where'",
    "src/ctl/command-table.c": '    {"status", "[--json]", "All"},\n    {"crash-report", "", "Where"},\n',
    "src/core/clock.c": "",
    "src/core/clock.h": "",
    "src/core/rtsp-depacketize-latm.c": "",
    "src/core/very-long-name-of-it.h": "",
    "src/core/meson.build": "",
    "include/camrelay/reasons.def": 'REASON (DNS, "dns", "no such name")\n',
    "include/camrelay/control-verbs.def": 'VERB (STATUS, "status", VIEWER, "GET", "/status", "All")\n',
    "include/camrelay/metric-names.def": 'METRIC (IT, "it_seconds", GAUGE, "camera", "How long it takes")\n',
    "include/camrelay/exit-codes.h": "#define CAM_EXIT_OK 0\n",
    "include/camrelay/log-fields.h": '#define CAM_MSG_READY "00000000000000000000000000000001"\n',
    "include/camrelay/limits.h": "#define CAM_LIMIT_URI_BYTES 2048 /* of a URI */\n#define CAM_LIMIT_UNIT_BYTES (4 * 1024 * 1024)\n"
                                 "#define CAM_LIMIT_PACKET_BYTES 1452\n#define CAM_LIMIT_REDIRECTS 5\n",
}


def faults(root: Path, changes: dict[str, str]) -> list[str]:
    for name, text in (SOUND | changes).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    done = subprocess.run([SCRIPT, root], capture_output=True, text=True, timeout=60, check=False)
    lines = done.stdout.splitlines()
    assert done.stderr == ""
    assert done.returncode == (1 if lines else 0)
    return lines


def test_a_sound_tree_has_no_fault(tmp_path):
    assert faults(tmp_path, {}) == []


@pytest.mark.parametrize("changes, wanted", [
    ({"README.md": "\nSee [it](docs/GONE.md).\n"}, "README.md:2: the link to docs/GONE.md leads nowhere"),
    ({"docs/decisions/README.md": "[up](../../GONE.md)\n"}, "docs/decisions/README.md:1: the link to ../../GONE.md leads nowhere"),
    ({"README.md": "See `src/core/gone.c`.\n"}, "README.md:1: there is no src/core/gone.c;"),
    ({"src/core/new.c": ""}, 'docs/ARCHITECTURE.md:1: src/core/new is not on the map; add a line to "### src/core"'),
    ({"src/late/new.c": ""}, 'docs/ARCHITECTURE.md:1: src/late/new is not on the map; add a line to "### src/late"'),
    ({"include/camrelay/new.def": ""}, "docs/ARCHITECTURE.md:1: include/camrelay/new.def is not on the map;"),
    ({"docs/ARCHITECTURE.md": MAP.replace("clock ", "clock  any time\ngone  ")}, "docs/ARCHITECTURE.md:5: there is no src/core/gone;"),
    ({"docs/ARCHITECTURE.md": MAP + "### src/gone\n```\nit  any\n```\n"}, "docs/ARCHITECTURE.md:23: there is no src/gone/it;"),
    ({"docs/operations.md": OPERATIONS.replace("no such name", "another text")}, '"Reasons" has no row | dns | no such name |;'),
    ({"include/camrelay/reasons.def": 'REASON (TLS, "tls", "no key")\n'}, "include/camrelay/reasons.def has no | dns | no such name |;"),
    ({"include/camrelay/exit-codes.h": "#define CAM_EXIT_OK 0\n#define CAM_EXIT_USAGE 64\n"}, '"Exit status" has no row | 64 |;'),
    ({"docs/operations.md": OPERATIONS.replace("01` |", "02` |")}, '"Message ids" has no row | CAM_MSG_READY | 00000000000000000000000000000001 |;'),
    ({"systemd/camrelay.catalog": ""}, "systemd/camrelay.catalog:1: CAM_MSG_READY has no entry;"),
    ({"systemd/camrelay.catalog": "-- 00000000000000000000000000000001\n-- 00000000000000000000000000000002\n"},
     "log-fields.h has no 00000000000000000000000000000002; take its entry away"),
    ({"systemd/camrelay.catalog": "-- 00000000000000000000000000000001\nSubject: ready\n-- 00000000000000000000000000000001\n"},
     "systemd/camrelay.catalog:3: journalctl takes this for text of the entry before;"),
    ({"docs/operations.md": OPERATIONS.replace("takes |", "took |")}, '"Metrics by name" has no row | it_seconds | gauge | camera | How long it takes |;'),
    ({"include/camrelay/control-verbs.def": 'VERB (KICK, "kick", OPERATOR, "DELETE", "/x", "Ends")\n'}, 'there is no command for the verb "kick";'),
    ({"docs/man/camrelayctl.1": PAGE.replace("BR status", "BR other")}, 'docs/man/camrelayctl.1:1: nothing is said of "status";'),
    ({"docs/man/camrelayctl.1": PAGE.replace(".TP\n.BR crash", ".BR crash")}, 'docs/man/camrelayctl.1:1: nothing is said of "crash-report";'),
    ({"docs/operations.md": OPERATIONS.replace("camrelayctl status", "camrelayctl statuses")}, "docs/operations.md:1: `status` is not there;"),
    ({"completions/_camrelayctl": "'status:all' 'report:where'"}, 'completions/_camrelayctl:1: "crash-report" is not completed;'),
    ({"docs/operations.md": OPERATIONS.replace("4 MiB", "8 MiB")}, '"Fixed limits" has no row | UNIT_BYTES | 4 MiB |;'),
])
def test_each_fault_is_named(tmp_path, changes, wanted):
    lines = faults(tmp_path, changes)
    assert any(wanted in line for line in lines), lines


def test_these_documents_have_no_fault():
    done = subprocess.run([SCRIPT], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("page", MAN_PAGES, ids=lambda page: page.name)
def test_man_shows_the_page_without_a_warning(page):
    done = subprocess.run(["man", "--warnings", "-l", page], capture_output=True, text=True, timeout=60, check=True,
                          env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "80", "MANPAGER": "cat"})
    assert done.stderr == ""
    assert "SEE ALSO" in done.stdout


def test_the_manual_has_the_options_of_the_help():
    page = next(page for page in MAN_PAGES if page.name == "camrelayd.8").read_text(encoding="utf-8").replace("\\-", "-")
    source = (ROOT / "src" / "daemon" / "command-line.c").read_text(encoding="utf-8")
    options = [line.split('"')[1] for line in source.splitlines() if "G_OPTION_ARG_" in line and '{ "' in line]
    assert "config" in options
    assert [option for option in options if f"--{option}" not in page] == []


def test_the_manual_has_the_options_of_each_command():
    page = next(page for page in MAN_PAGES if page.name == "camrelayctl.1").read_text(encoding="utf-8").replace("\\-", "-")
    options = set()
    for source in (ROOT / "src" / "ctl").glob("*.c"):
        options.update(re.findall(r'\{"([a-z-]+)", (?:0|\'.\'), 0, G_OPTION_ARG_', source.read_text(encoding="utf-8")))
    assert {"json", "output", "debug-folders"} <= options
    assert [option for option in sorted(options) if f"--{option}" not in page] == []
