#!/usr/bin/python3
"""Checks that the documents say what is there: links and paths, the map of all files in docs/ARCHITECTURE.md, and the tables of
docs/operations.md, the journal's catalog and what is said of camrelayctl's commands against include/camrelay/ and src/ctl.

usage: scripts/check-docs.py [ROOT]

Prints one line a fault, "FILE:LINE: what is wrong; what to do instead", and exits with 1 if there is any.
"""

import re
import sys
from pathlib import Path
from typing import Iterator, NamedTuple

MAP = "docs/ARCHITECTURE.md"
OPERATIONS = "docs/operations.md"
CATALOG = "systemd/camrelay.catalog"
AGREEMENTS = "include/camrelay"
COMMANDS = "src/ctl/command-table.c"
COMMAND_PAGE = "docs/man/camrelayctl.1"
COMPLETIONS = ("completions/camrelayctl.bash", "completions/_camrelayctl")
RECORDS = "decisions"  # each is of its day: files that it names may be gone

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"(?:src|include|tests|docs|scripts|conf|systemd)/[\w./*-]+\Z")
ROOM_HEAD = re.compile(r"### (src/\w+|include/camrelay)\Z")
MAP_ROW = re.compile(r"([\w.-]+)(?: {2}|\s+(?:pure|any|[MLRS])\b|\Z)")
REASON = re.compile(r'^REASON \(\w+, "([^"]+)", "([^"]+)"\)', re.M)
MESSAGE = re.compile(r'^#define (CAM_MSG_\w+) "([0-9a-f]{32})"', re.M)
ENTRY = re.compile(r"^-- ([0-9a-f]{32})$", re.M)
METRIC = re.compile(r'^METRIC \(\w+, "([^"]+)", (\w+), "([^"]*)", "([^"]+)"\)', re.M)
VERB = re.compile(r'^VERB \(\w+, "([^"]+)"', re.M)
COMMAND = re.compile(r'^ +\{"([a-z-]+)", "', re.M)
EXIT = re.compile(r"^#define CAM_EXIT_\w+ (\d+)", re.M)
LIMIT = re.compile(r"^#define CAM_LIMIT_(\w+) +(\d+|\([\d *]+\))", re.M)


class Fault(NamedTuple):
    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


def read(root: Path, name: str) -> str:
    path = root / name
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def find_documents(root: Path) -> list[Path]:
    return [*sorted(root.glob("*.md")), *sorted((root / "docs").rglob("*.md"))]


def check_links(root: Path) -> Iterator[Fault]:
    for document in find_documents(root):
        name = document.relative_to(root).as_posix()
        for number, line in enumerate(document.read_text(encoding="utf-8").splitlines(), 1):
            for target in LINK.findall(CODE.sub("", line)):
                file = target.split("#")[0]
                if file and not re.match(r"[a-z]+:", target) and not (document.parent / file).exists():
                    yield Fault(name, number, f"the link to {file} leads nowhere; name the file relative to this one")
            for path in [] if document.parent.name == RECORDS else CODE.findall(line):
                if PATH.fullmatch(path) and not any(root.glob(path.rstrip("/"))):
                    yield Fault(name, number, f"there is no {path}; name what took its place")


def read_map(root: Path) -> dict[str, dict[str, int]]:
    """Folder to the names that its code block lists, each with its line."""
    folders: dict[str, dict[str, int]] = {}
    folder, is_inside = None, False
    for number, line in enumerate(read(root, MAP).splitlines(), 1):
        head = ROOM_HEAD.match(line)
        if line.startswith("#"):
            folder = folders.setdefault(head[1], {}) if head else None
        elif line.startswith("```"):
            is_inside = not is_inside
        elif folder is not None and is_inside:
            row = MAP_ROW.match(line)
            folder[row[1] if row else line] = number
    return folders


def names_in(root: Path, folder: str) -> set[str]:
    files = [path for path in (root / folder).glob("*") if path.is_file() and path.name != "meson.build"]
    return {path.name if folder == AGREEMENTS else path.stem for path in files}


def check_map(root: Path) -> Iterator[Fault]:
    listed = read_map(root)
    folders = {path.relative_to(root).as_posix() for path in (root / "src").glob("*") if path.is_dir()} | {AGREEMENTS}
    for folder in sorted(folders | set(listed)):
        there, rows = names_in(root, folder), listed.get(folder, {})
        for name in sorted(there - set(rows)):
            yield Fault(MAP, 1, f'{folder}/{name} is not on the map; add a line to "### {folder}"')
        for name in sorted(set(rows) - there):
            yield Fault(MAP, rows[name], f"there is no {folder}/{name}; take its line away")


def read_table(root: Path, title: str) -> dict[tuple[str, ...], int]:
    """The rows of the first table below "## TITLE" in operations.md, cells without back ticks, each with its line."""
    rows: dict[tuple[str, ...], int] = {}
    is_below = False
    for number, line in enumerate(read(root, OPERATIONS).splitlines(), 1):
        if line.startswith("## "):
            is_below = line == f"## {title}"
        elif is_below and line.startswith("| "):
            rows[tuple(cell.strip().replace("`", "") for cell in line.strip("|").split("|"))] = number
    return dict(list(rows.items())[1:])


def compare(root: Path, title: str, wanted: list[tuple[str, ...]], source: str) -> Iterator[Fault]:
    """The first cells of each row of a table against what @source says."""
    width = len(wanted[0]) if wanted else 1
    rows = {row[:width]: number for row, number in read_table(root, title).items()}
    for row in wanted:
        if row not in rows:
            yield Fault(OPERATIONS, 1, f'"{title}" has no row | {" | ".join(row)} |; {source} has it')
    for row, number in rows.items():
        if row not in wanted:
            yield Fault(OPERATIONS, number, f"{source} has no | {' | '.join(row)} |; make the row say what it says")


def amount(name: str, expression: str) -> str:
    number = 1
    for factor in re.findall(r"\d+", expression):
        number *= int(factor)
    if not name.endswith("BYTES"):
        return str(number)
    for size, unit in ((1 << 20, "MiB"), (1 << 10, "KiB")):
        if number % size == 0:
            return f"{number // size} {unit}"
    return f"{number} bytes"


def check_tables(root: Path) -> Iterator[Fault]:
    reasons = REASON.findall(read(root, f"{AGREEMENTS}/reasons.def"))
    yield from compare(root, "Reasons", reasons, f"{AGREEMENTS}/reasons.def")
    messages = MESSAGE.findall(read(root, f"{AGREEMENTS}/log-fields.h"))
    yield from compare(root, "Message ids", messages, f"{AGREEMENTS}/log-fields.h")
    statuses = [(status,) for status in EXIT.findall(read(root, f"{AGREEMENTS}/exit-codes.h"))]
    yield from compare(root, "Exit status", statuses, f"{AGREEMENTS}/exit-codes.h")
    limits = [(name, amount(name, value)) for name, value in LIMIT.findall(read(root, f"{AGREEMENTS}/limits.h"))]
    yield from compare(root, "Fixed limits", limits, f"{AGREEMENTS}/limits.h")
    metrics = [(name, kind.lower(), labels, text) for name, kind, labels, text in METRIC.findall(read(root, f"{AGREEMENTS}/metric-names.def"))]
    yield from compare(root, "Metrics by name", metrics, f"{AGREEMENTS}/metric-names.def")


def check_catalog(root: Path) -> Iterator[Fault]:
    """What journalctl -x says: a text for each message id, and none for others."""
    ids = {number: name for name, number in MESSAGE.findall(read(root, f"{AGREEMENTS}/log-fields.h"))}
    entries = ENTRY.findall(read(root, CATALOG))
    for number in sorted(set(ids) - set(entries)):
        yield Fault(CATALOG, 1, f"{ids[number]} has no entry; add one, -- {number}, that says what it means and what to do")
    for number in sorted(set(entries) - set(ids)):
        yield Fault(CATALOG, 1, f"{AGREEMENTS}/log-fields.h has no {number}; take its entry away")
    lines = read(root, CATALOG).splitlines()
    for number, line in enumerate(lines[1:], 2):
        if ENTRY.match(line) and lines[number - 2]:
            yield Fault(CATALOG, number, "journalctl takes this for text of the entry before; put an empty line in front of it")


def check_commands(root: Path) -> Iterator[Fault]:
    """Each command of camrelayctl and each verb of the control socket, wherever people look for them."""
    commands = set(COMMAND.findall(read(root, COMMANDS)))
    for verb in sorted(set(VERB.findall(read(root, f"{AGREEMENTS}/control-verbs.def"))) - commands - {"health"}):  # what "status" shows
        yield Fault(COMMANDS, 1, f'there is no command for the verb "{verb}"; add its row')
    page = read(root, COMMAND_PAGE).replace("\\-", "-")
    headings = "\n".join(re.findall(r"^\.TP\n(\..*)", page, re.M))
    for command in sorted(commands):
        if not re.search(rf"(?<![\w-]){command}(?![\w-])", headings):
            yield Fault(COMMAND_PAGE, 1, f'nothing is said of "{command}"; give it a paragraph of its own')
        if not re.search(rf"`(?:camrelayctl )?{command}(?![\w-])", read(root, OPERATIONS)):
            yield Fault(OPERATIONS, 1, f'`{command}` is not there; say what operators do with it')
        for completion in COMPLETIONS:
            if not re.search(rf"(?<![\w-]){command}(?![\w-])", read(root, completion)):
                yield Fault(completion, 1, f'"{command}" is not completed; add it')


def main() -> int:
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1]
    faults = [*check_links(root), *check_map(root), *check_tables(root), *check_catalog(root), *check_commands(root)]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
