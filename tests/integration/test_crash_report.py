"""Crashes, wherever they happen: what the dying process leaves behind, and what camrelayctl crash-report makes of it."""

import functools
import http.server
import json
import pathlib
import re
import resource
import shutil
import signal
import struct
import subprocess
import threading
import time

import pytest

import crashes
from relay import binary

pytestmark = pytest.mark.skipif(crashes.is_sanitized(), reason="sanitizers have handlers of their own")

NT_PRSTATUS, NT_SIGINFO = 1, 0x53494749


def last_report(relay):
    report, = crashes.find_reports(relay)
    text = report.read_text()
    assert text.startswith("camrelay crash report, format 1\n") and text.endswith("\nend of report\n")
    return text


def test_trap_works():
    """What watches over the handler sees what it watches for."""
    done = subprocess.run(["/bin/true"], env={"LD_PRELOAD": str(crashes.BAIT), "CRASH_BAIT": "trap"}, capture_output=True, timeout=10, check=False)
    assert done.returncode == 99 and done.stderr == b"TRAPPED malloc\n"


@pytest.fixture
def start_doomed(make_relay, write_config):
    """start_doomed(config="", NAME=value…): a daemon with a test camera that may be gone before it is ready."""
    def start(config="", **environment):
        return make_relay("--config", write_config("[RTSP]\nListen=127.0.0.1:0\n" + config), "cam=test:", **environment)
    return start


def crash_in_daemon(start_doomed, folder, environment):
    name, offset = crashes.find_symbol(binary(), "cam_memory_watch_look")
    relay = start_doomed(**crashes.lay_bait("camrelayd", offset))
    crashes.wait_for_crash(relay, signal.SIGILL)
    return relay, rf"{name} at \S*src/daemon/memory-watch\.c:\d+ in camrelayd", "camrelayd"


def crash_in_room(start_doomed, folder, environment):
    name, offset = crashes.find_symbol(binary(), "cam_rtsp_head_parse")
    relay = start_doomed(**crashes.lay_bait("camrelayd", offset))
    crashes.wait_for_crash(relay, signal.SIGILL)
    return relay, rf"{name} at \S*src/wire/rtsp-head\.c:\d+ in camrelayd", r"media\d"


def crash_in_plugin(start_doomed, folder, environment):
    relay = start_doomed(**crashes.trace("read", folder, environment))
    crashes.wait_for_crash(relay)
    line = crashes.find_line(crashes.TRACER, "mark: read")
    return relay, rf"read_in_plugin at \S*tests/support/crash-tracer\.c:{line} in libgstcrashtracer\.so", r"\S+:s\w*"


def crash_in_srt(start_doomed, folder, environment):
    library = crashes.find_library("libsrt-gnutls.so")
    _, offset = crashes.find_symbol(library, r"_ZN3srt9CRcvQueue19worker_RetrieveUnit\w+", "-D")
    relay = start_doomed("[SRT]\nListen=127.0.0.1:0\n", **crashes.lay_bait("libsrt-gnutls.so", offset))
    crashes.wait_for_crash(relay, signal.SIGILL)
    return relay, r"srt::CRcvQueue::worker_RetrieveUnit\(.*\)(\+0x0)? (at \S+ )?in libsrt-gnutls\.so.*", "SRT:RcvQ.*"


def crash_by_overflow(start_doomed, folder, environment):
    relay = start_doomed(**crashes.trace("overflow", folder, environment))
    crashes.wait_for_crash(relay)
    assert "The thread's stack was used up." in crashes.explain("--state", relay.folder / "state")
    return relay, r"recurse_in_plugin at \S*tests/support/crash-tracer\.c:\d+ in libgstcrashtracer\.so", r"\S+:s\w*"


WAYS = [crash_in_daemon, crash_in_room, crash_in_plugin, crash_in_srt, crash_by_overflow]


def test_names_the_function(start_doomed, tmp_path, environment, bar):
    """Our code, a room's, a plug-in of GStreamer's, a thread of libsrt's, no stack left: without memory, locks or the list of modules."""
    missed = []
    for way in WAYS:
        relay, pattern, thread = way(start_doomed, tmp_path, environment)
        told = crashes.explain("--state", relay.folder / "state")
        first = crashes.read_frames(told)[0]
        assert "TRAPPED" not in relay.log
        assert re.search(rf"^ERROR crashed: SIG\w+ .* in thread {thread}: ", relay.log, re.M), relay.log
        if not re.fullmatch(pattern, first):
            missed.append(f"{way.__name__}: {first}")
    print("\n".join(missed))
    bar("crashes whose report names another function than the right one, of 5", len(missed), 0)


def test_takes_no_time(start_relay, bar):
    """From the fault to the end of the process, with some two hundred modules."""
    relay = start_relay("cam=test:", LD_PRELOAD=str(crashes.BAIT))
    relay.wait_for_connected("cam")
    began = time.monotonic()
    relay.process.send_signal(signal.SIGSEGV)
    crashes.wait_for_crash(relay)
    bar("a crash is reported", time.monotonic() - began, 1, "s")
    text = last_report(relay)
    modules = text.partition("\nmodules:\n")[2].partition("\nmaps:\n")[0].splitlines()
    assert len(modules) > 50 and all(re.fullmatch(r"0x[0-9a-f]{16}-0x[0-9a-f]{16} ([0-9a-f]{16,}|-) .+", line) for line in modules)


def test_through_a_null_pointer(start_doomed, tmp_path, environment):
    relay = start_doomed(**crashes.trace("call", tmp_path, environment))
    crashes.wait_for_crash(relay)
    frames = crashes.read_frames(crashes.explain("--state", relay.folder / "state"))
    assert frames[0] == "0x0000000000000000, which is in no program or library"
    line = crashes.find_line(crashes.TRACER, "mark: call")
    assert re.fullmatch(rf"call_in_plugin at \S+:{line} in libgstcrashtracer\.so", frames[1])
    assert any(re.match(r"gst_pad_push\b", frame) for frame in frames[2:5]), frames


def test_abort(start_doomed, tmp_path, environment):
    relay = start_doomed(**crashes.trace("abort", tmp_path, environment))
    crashes.wait_for_crash(relay, signal.SIGABRT)
    frames = crashes.read_frames(crashes.explain("--state", relay.folder / "state"))
    line = crashes.find_line(crashes.TRACER, "mark: abort")
    assert any(re.fullmatch(rf"abort_in_plugin at \S+:{line} in libgstcrashtracer\.so", frame) for frame in frames[:6]), frames


def read_core(path):
    """(siginfo: number and code, registers of the first thread) of a core dump, elf(5)."""
    data = path.read_bytes()
    offset, count = struct.unpack_from("<Q", data, 32)[0], struct.unpack_from("<H", data, 56)[0]
    headers = [struct.unpack_from("<IIQQQQ", data, offset + 56 * i) for i in range(count)]
    start, size = next((header[2], header[5]) for header in headers if header[0] == 4)
    notes, at = {}, start
    while at < start + size:
        name_size, content_size, kind = struct.unpack_from("<III", data, at)
        content = at + 12 + (name_size + 3) // 4 * 4
        notes.setdefault(kind, data[content:content + content_size])
        at = content + (content_size + 3) // 4 * 4
    number, _, code = struct.unpack_from("<iii", notes[NT_SIGINFO])
    return (number, code), struct.unpack_from("<27Q", notes[NT_PRSTATUS], 112)


@pytest.mark.skipif(pathlib.Path("/proc/sys/kernel/core_pattern").read_text() != "core\n", reason="core dumps go elsewhere")
def test_core_shows_the_fault(start_relay):
    """The handler leaves no trace in the core dump: signal, cause and registers are those of the fault."""
    relay = start_relay("cam=test:")
    crashes.allow_core(relay)
    relay.process.send_signal(signal.SIGSEGV)
    crashes.wait_for_crash(relay)
    core, = relay.folder.glob("core*")
    (number, code), registers = read_core(core)
    assert (number, code) == (signal.SIGSEGV, 0)
    assert f"rip 0x{registers[16]:016x}\n" in last_report(relay)


def test_said_at_the_next_start(make_relay, write_config):
    """Once, in one line; and nobody's work depends on it."""
    config = write_config()

    def start(**environment):
        relay = make_relay("--config", config, "cam=test:", STATE_DIRECTORY=str(config.parent / "state"), **environment)
        relay.wait_until_ready()
        return relay

    first = start()
    assert "the last run crashed" not in first.log
    first.process.send_signal(signal.SIGBUS)
    crashes.wait_for_crash(first, signal.SIGBUS)
    second = start()
    assert re.search(r"^WARNING the last run crashed: SIGBUS in \S+\+0x[0-9a-f]+, thread \S+; see camrelayctl crash-report$", second.log, re.M)
    second.stop()
    third = start()
    assert "the last run crashed" not in third.log
    command = [binary().parent / "camrelayctl", "--socket", third.folder / "run" / "control.sock", "status", "--json"]
    status = json.loads(subprocess.run(command, capture_output=True, timeout=30, check=True).stdout)
    assert status["crashes"] == 1


def test_nowhere_to_write(make_relay, write_config):
    """The line alone, and everything else as ever."""
    config = write_config()
    state = config.parent / "state"
    state.mkdir()
    (state / "crashes").write_text("not a folder\n")
    relay = make_relay("--config", config, "cam=test:", STATE_DIRECTORY=str(state))
    relay.wait_until_ready()
    relay.process.send_signal(signal.SIGSEGV)
    crashes.wait_for_crash(relay)
    assert re.search(r"^ERROR crashed: SIGSEGV \(SI_USER\) in thread \S+: \S+\+0x[0-9a-f]+ [^;]+$", relay.log, re.M)


class Copy:
    """A daemon installed under a path with spaces, and its debug information elsewhere."""

    def __init__(self, folder):
        self.path = folder / "my relay" / "camrelayd"
        self.path.parent.mkdir()
        shutil.copy(binary(), self.path)
        notes = subprocess.run(["readelf", "-n", self.path], capture_output=True, text=True, check=True).stdout
        self.build_id = re.search(r"Build ID: ([0-9a-f]+)", notes)[1]
        self.debug_file = folder / "debug" / ".build-id" / self.build_id[:2] / f"{self.build_id[2:]}.debug"
        self.debug_file.parent.mkdir(parents=True)
        subprocess.run(["objcopy", "--only-keep-debug", self.path, self.debug_file], check=True)

    @property
    def debug_folder(self):
        return self.debug_file.parents[2]

    def upgrade(self):
        """Another version with the same code, so that only its build-id says that it is none."""
        data = self.path.read_bytes()
        self.path.unlink()
        self.path.write_bytes(data.replace(bytes.fromhex(self.build_id), bytes(len(self.build_id) // 2)))


@pytest.fixture
def crashed_copy(tmp_path, environment, write_config):
    """(a Copy, the report of its crash)"""
    copy = Copy(tmp_path)
    _, offset = crashes.find_symbol(copy.path, "cam_memory_watch_look")
    state = tmp_path / "state"
    done = subprocess.run([copy.path, "--config", write_config(), "--state", state, "cam=test:"], capture_output=True, timeout=30, check=False,
                          env={**environment, "RUNTIME_DIRECTORY": str(tmp_path / "run"), **crashes.lay_bait("camrelayd", offset)},
                          preexec_fn=functools.partial(resource.setrlimit, resource.RLIMIT_CORE, (0, 0)))
    assert done.returncode == -signal.SIGILL, done.stdout
    report, = (state / "crashes").glob("crash-*.txt")
    return copy, report


RIGHT = r"cam_memory_watch_look at \S*src/daemon/memory-watch\.c:\d+ in camrelayd"


def test_upgraded_since(crashed_copy):
    """Never looked up in what is under the path by now, but in the debug file of what crashed."""
    copy, report = crashed_copy
    assert re.fullmatch(RIGHT, crashes.read_frames(crashes.explain(report))[0]), "a path with spaces"
    copy.upgrade()
    told = crashes.explain(report)
    assert re.fullmatch(rf"camrelayd\+0x[0-9a-f]+ \(build-id {copy.build_id}\)", crashes.read_frames(told)[0])
    assert f"{copy.path} is another version by now; debug symbols of build-id {copy.build_id} would name its functions\n" in told
    told = crashes.explain("--debug-folders", copy.debug_folder, report)
    assert re.fullmatch(RIGHT, crashes.read_frames(told)[0])
    assert f"{copy.path} is another version by now; looked up in {copy.debug_file}\n" in told


def test_deleted_since(crashed_copy):
    copy, report = crashed_copy
    copy.path.unlink()
    told = crashes.explain(report)
    assert re.fullmatch(rf"camrelayd\+0x[0-9a-f]+ \(build-id {copy.build_id}\)", crashes.read_frames(told)[0])
    assert f"{copy.path} is gone; " in told
    assert re.fullmatch(RIGHT, crashes.read_frames(crashes.explain("--debug-folders", copy.debug_folder, report))[0])


def test_stripped(crashed_copy):
    """As a distribution installs it: the program without debug information, that in a file of its own."""
    copy, report = crashed_copy
    subprocess.run(["strip", copy.path], check=True)
    assert not re.fullmatch(RIGHT, crashes.read_frames(crashes.explain(report))[0])
    assert re.fullmatch(RIGHT, crashes.read_frames(crashes.explain("--debug-folders", copy.debug_folder, report))[0])


def test_from_a_server(crashed_copy, tmp_path):
    """debuginfod(8): of a file that is gone, only its build-id is known."""
    copy, report = crashed_copy
    copy.path.unlink()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            is_known = self.path == f"/buildid/{copy.build_id}/debuginfo"
            content = copy.debug_file.read_bytes() if is_known else b""
            self.send_response(200 if is_known else 404)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        told = crashes.explain(report, DEBUGINFOD_URLS=f"http://127.0.0.1:{server.server_port}", DEBUGINFOD_CACHE_PATH=str(tmp_path / "cache"))
    finally:
        server.shutdown()
        server.server_close()
    assert re.fullmatch(RIGHT, crashes.read_frames(told)[0])


def run_ctl(*arguments):
    return subprocess.run([binary().parent / "camrelayctl", "crash-report", *map(str, arguments)], capture_output=True, text=True, timeout=30, check=False)


def test_no_report(tmp_path):
    done = run_ctl("--state", tmp_path)
    assert (done.returncode, done.stdout) == (0, f"No crash is reported in '{tmp_path}/crashes'.\n")


@pytest.mark.parametrize("content", [b"", b"\x7fELF", b"camrelay crash report, format 2\n"])
def test_no_crash_report(tmp_path, content):
    file = tmp_path / "notes.txt"
    file.write_bytes(content)
    done = run_ctl(file)
    assert done.returncode == 71 and done.stderr == f"camrelayctl: '{file}' is no crash report of camrelayd\n" and done.stdout == ""


@pytest.mark.parametrize("arguments, status", [(["/does/not/exist"], 71), (["/dev/zero"], 71), (["a", "b"], 64), (["--nonsense"], 64)])
def test_wrong_use(arguments, status):
    done = run_ctl(*arguments)
    assert done.returncode == status and done.stderr.startswith("camrelayctl: ") and done.stdout == ""
