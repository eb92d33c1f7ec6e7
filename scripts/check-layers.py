#!/usr/bin/python3
"""Checks the shape of the tree: rooms and who may include whom, sizes, names, banners, assertions, configuration keys that nobody reads.

usage: scripts/check-layers.py [ROOT]

Prints one line a fault, "FILE:LINE: what is wrong; what to do instead", and exits with 1 if there is any.
The rules are those of docs/ARCHITECTURE.md, "Rooms" and "Checks"; a new room begins with a row here.
"""

import re
import sys
from pathlib import Path
from typing import Iterator, NamedTuple

RANKS = {"core": 0, "config": 1, "media": 1, "wire": 2, "srt": 3, "sound": 3, "ingest": 4, "serve": 4, "supervise": 5, "control": 6, "daemon": 7}

# Programs of their own, outside the ranks: the rooms they see.
PROGRAMS = {"ctl": {"core"}, "picture": {"core", "media", "wire"}}

PURE_ROOMS = {"core", "config", "media", "wire"}
LIBRARIES_OF_THE_IMPURE = ("gst/", "libsoup/")
AGREEMENTS = "camrelay"  # include/camrelay/
GENERATED_HEADERS = {"version.h"}
LIKE_OURS = {"srt/srt.h", "srt/access_control.h"}  # a library whose folder is called as a room is
MAX_LINES = 500
SAYS_NOTHING = {"util", "utils", "common", "misc", "helper", "helpers", "manager"}
BANNER_WORDS = ("Thread:", "Owner:")
CODE_SUFFIXES = {".c", ".h", ".py", ".def"}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
QUOTED_FORM = re.compile(r"^([a-z]+)/([a-z0-9][a-z0-9.-]*)$")
BANNER = re.compile(r"\s*/\*.*?\*/", re.DOTALL)
ASSERTIONS = {".c": re.compile(r"\bg_assert\w*\s*\(|\bg_test_trap_assert\w*\s*\("), ".py": re.compile(r"^\s*assert\b|\bpytest\.raises\b", re.M)}
KEY_ROW = re.compile(r"^(?:SERVER|CAMERA|USER|TOKEN)\s*\(\s*(\w+)\s*,\s*(\w+)\s*,\s*(\w+)\s*,")
CONFIG_HOLDERS = r"(?:camera|config|server|stream|user|token|limits|main|sub|streams\s*\[[^\]]*\])"
COMMENT_OR_TEXT = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', re.DOTALL)


class Fault(NamedTuple):
    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


class Include(NamedTuple):
    line: int
    is_quoted: bool
    target: str


class Source:
    """One file of ours, by its path under the root."""

    def __init__(self, root: Path, path: Path):
        self.path = path.relative_to(root).as_posix()
        self.parts = path.relative_to(root).parts
        self.folder = path.parent
        self.name = path.name
        self.suffix = path.suffix
        self.text = path.read_text(encoding="utf-8", errors="replace")
        self.lines = self.text.splitlines()

    @property
    def room(self) -> str | None:
        """The room it belongs to, or, as a unit test, may include from."""
        if self.parts[0] == "src" and len(self.parts) > 2:
            return self.parts[1]
        if self.parts[:2] == ("tests", "unit") and len(self.parts) > 3:
            return self.parts[2]
        return None

    @property
    def includes(self) -> Iterator[Include]:
        for number, line in enumerate(self.lines, 1):
            match = INCLUDE.match(line)
            if match:
                yield Include(number, match[1] == '"', match[2])

    def fault(self, line: int, text: str) -> Fault:
        return Fault(self.path, line, text)


def find_sources(root: Path) -> list[Source]:
    paths = [path for top in ("src", "include", "tests") for path in (root / top).rglob("*")]
    return [Source(root, path) for path in sorted(paths) if path.suffix in CODE_SUFFIXES and path.is_file()]


def is_known(room: str) -> bool:
    return room in RANKS or room in PROGRAMS


def may_include(room: str, target: str) -> bool:
    if room == target:
        return True
    if room in PROGRAMS:
        return target in PROGRAMS[room]
    return target in RANKS and RANKS[target] < RANKS[room]


def check_rooms(sources: list[Source]) -> Iterator[Fault]:
    seen = set()
    for source in sources:
        if source.parts[0] != "src" or source.room in seen:
            continue
        if source.room is None:
            yield source.fault(1, "a source outside every room; move it into a room of src/")
        elif not is_known(source.room):
            seen.add(source.room)
            yield source.fault(1, f'unknown room "{source.room}"; use one of {", ".join(RANKS)}, or give it a rank in scripts/check-layers.py and docs/ARCHITECTURE.md')


def is_beside(source: Source, include: Include) -> bool:
    """Tests share headers within a folder; src/ never does."""
    return source.parts[0] == "tests" and "/" not in include.target and (source.folder / include.target).is_file()


def check_include(source: Source, include: Include) -> str | None:
    """What is wrong with one include, or None."""
    form = QUOTED_FORM.match(include.target)
    if not include.is_quoted:
        if source.room in PURE_ROOMS and source.parts[0] == "src" and include.target.startswith(LIBRARIES_OF_THE_IMPURE):
            return f'<{include.target}> in the pure room "{source.room}"; hand plain values down, or move the code to ingest, serve or control'
        if form and (is_known(form[1]) or form[1] == AGREEMENTS) and include.target not in LIKE_OURS:
            return f'<{include.target}> is ours; write "{include.target}"'
        return None
    if include.target in GENERATED_HEADERS or is_beside(source, include):
        return None
    if not form:
        return f'"{include.target}" does not name its room; write "room/file.h", and <…> for what is not ours'
    if form[1] == AGREEMENTS:
        return None
    if not is_known(form[1]):
        return f'"{include.target}": unknown room "{form[1]}"; write <…> for what is not ours'
    if source.parts[0] == "include":
        return f'"{include.target}" in an agreement with the outside; these include nothing but <stdint.h>'
    if source.room is None or not is_known(source.room) or may_include(source.room, form[1]):
        return None
    way = "sideways" if RANKS.get(form[1]) == RANKS.get(source.room) else "upward"
    return f'"{include.target}" is an include {way} from "{source.room}"; pass a callback down, or move what both need to a lower room'


def check_includes(sources: list[Source]) -> Iterator[Fault]:
    for source in sources:
        for include in source.includes:
            text = check_include(source, include)
            if text:
                yield source.fault(include.line, text)


def header_graph(sources: list[Source]) -> dict[str, list[tuple[str, Include]]]:
    headers = {source.path: source for source in sources if source.suffix == ".h" and source.parts[0] in ("src", "include")}
    graph = {}
    for path, source in headers.items():
        targets = [(f"{top}/{include.target}", include) for include in source.includes for top in ("src", "include")]
        graph[path] = [(target, include) for target, include in targets if target in headers]
    return graph


def check_cycles(sources: list[Source]) -> Iterator[Fault]:
    """Each header in a ring is reported where it closes one, found by walking depth first without recursion."""
    graph = header_graph(sources)
    finished: set[str] = set()
    for start in graph:
        path, walks = [start], [iter(graph[start])]
        while walks:
            target, include = next(walks[-1], (None, None))
            if target is None:
                finished.add(path.pop())
                walks.pop()
            elif target in path:
                ring = " → ".join(Path(step).name for step in path[path.index(target):] + [target])
                yield Fault(path[-1], include.line, f"headers include each other: {ring}; declare the type in one of them instead")
            elif target not in finished:
                path.append(target)
                walks.append(iter(graph[target]))


def check_sizes(sources: list[Source]) -> Iterator[Fault]:
    for source in sources:
        if source.suffix != ".def" and len(source.lines) > MAX_LINES:
            yield source.fault(MAX_LINES + 1, f"{len(source.lines)} lines, at most {MAX_LINES}; find the second noun in it and give that a file")


def check_names(sources: list[Source]) -> Iterator[Fault]:
    for source in sources:
        for part in source.parts:
            empty = SAYS_NOTHING.intersection(re.split(r"[-_.]", part.lower()))
            if empty:
                yield source.fault(1, f'"{empty.pop()}" in a name says nothing; name the noun that the file holds')
                break


def check_banners(sources: list[Source]) -> Iterator[Fault]:
    for source in sources:
        if source.suffix != ".h" or source.parts[0] != "src":
            continue
        banner = BANNER.match(source.text)
        for word in BANNER_WORDS:
            if banner is None or word not in banner[0]:
                yield source.fault(1, f'no "{word}" in the banner; begin the header with its purpose, which threads may call it and who owns it')


def check_assertions(sources: list[Source]) -> Iterator[Fault]:
    for source in sources:
        is_test = source.parts[0] == "tests" and re.match(r"test[-_]", source.name) and source.suffix in ASSERTIONS
        if is_test and not ASSERTIONS[source.suffix].search(source.text):
            yield source.fault(1, "a test without an assertion; assert what must be true, or remove it")


def is_read(section: str, key: str, field: str, code: list[str]) -> bool:
    """Someone takes the field's value out of a configuration (no assignment, no release), or asks the reader for the key by its id."""
    use = re.compile(rf"\b{CONFIG_HOLDERS}\s*(?:->|\.)\s*{field}\b(?!\s*=[^=])|\bCAM_KEY_{section}_{key}\b")
    release = re.compile(r"\b(?:g_free|g_strfreev|\w+_unref|\w+_free|g_clear_\w+)\s*\(")
    return any(use.search(line) and not release.search(line) for line in code)


def check_keys(root: Path, sources: list[Source]) -> Iterator[Fault]:
    table = root / "include" / AGREEMENTS / "config-keys.def"
    if not table.is_file():
        return
    code = [line for source in sources if source.suffix == ".c" and source.parts[0] == "src" for line in COMMENT_OR_TEXT.sub("", source.text).splitlines()]
    path = table.relative_to(root).as_posix()
    for number, line in enumerate(table.read_text(encoding="utf-8").splitlines(), 1):
        row = KEY_ROW.match(line)
        if row and not is_read(row[1], row[2], row[3], code):
            yield Fault(path, number, f'no code reads the key {row[1]}.{row[2]} (field "{row[3]}"); a key stands here only once it works: read it, or remove the row')


def check(root: Path) -> list[Fault]:
    sources = find_sources(root)
    faults = []
    for look in (check_rooms, check_includes, check_cycles, check_sizes, check_names, check_banners, check_assertions):
        faults += look(sources)
    faults += check_keys(root, sources)
    return sorted(faults)


def main(arguments: list[str]) -> int:
    if len(arguments) > 1 or arguments[:1] in (["-h"], ["--help"]):
        print(__doc__, file=sys.stderr)
        return 64
    root = Path(arguments[0] if arguments else Path(__file__).parent.parent).resolve()
    faults = check(root)
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
