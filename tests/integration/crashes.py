"""Ways to make a daemon crash (tests/support/crash-bait.c, crash-tracer.c), and what camrelayctl says of it."""

import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess

from relay import ROOT, binary

SUPPORT = binary().parent / "tests" / "support"
BAIT = SUPPORT / "crash-bait.so"
TRACER = ROOT / "tests" / "support" / "crash-tracer.c"


def is_sanitized():
    libraries = subprocess.run(["ldd", binary()], capture_output=True, check=True).stdout
    return b"libasan" in libraries or b"libtsan" in libraries


def find_symbol(path, pattern, *options):
    """(name, offset in hexadecimal) of the first function that PATTERN describes."""
    listed = subprocess.run(["nm", *options, path], capture_output=True, text=True, check=True).stdout
    found = re.search(rf"^([0-9a-f]+) [tTW] ({pattern})$", listed, re.M)
    assert found, f"no function {pattern} in {path}"
    return found[2], found[1]


def find_library(name):
    """The path of a library that the daemon is linked with."""
    listed = subprocess.run(["ldd", binary()], capture_output=True, text=True, check=True).stdout
    return pathlib.Path(re.search(rf"{re.escape(name)}\S* => (\S+)", listed)[1]).resolve()


def find_line(path, mark):
    """The number of the line of a source that has MARK."""
    return next(number for number, line in enumerate(path.read_text().splitlines(), 1) if mark in line)


def lay_bait(module, offset, program="camrelayd"):
    """The environment of a daemon that crashes at an offset of a module; memory is a trap in its handler."""
    return {"LD_PRELOAD": str(BAIT), "CRASH_BAIT": f"{program}:{module}:{offset}"}


def trace(way, folder, environment):
    """The environment of a daemon whose GStreamer crashes in a plug-in, with a registry of its own."""
    registry = folder / "registry.bin"
    shared = pathlib.Path(environment["XDG_CACHE_HOME"]) / "camrelay" / "gstreamer-registry-64.bin"
    if shared.exists():
        shutil.copy(shared, registry)
    return {"GST_PLUGIN_PATH": str(SUPPORT), "GST_REGISTRY": str(registry), "GST_TRACERS": "crashtracer", "CRASH_TRACER": way, "LD_PRELOAD": str(BAIT)}


def allow_core(relay):
    """A core dump in the relay's folder, with the threads' notes alone."""
    pathlib.Path(f"/proc/{relay.pid}/coredump_filter").write_text("0")
    resource.prlimit(relay.pid, resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def wait_for_crash(relay, number=signal.SIGSEGV, timeout=20):
    status = relay.wait_for_exit(timeout)
    assert status == -number, f"ended with {status}:\n{relay.log}"


def find_reports(relay):
    return sorted((relay.folder / "state" / "crashes").glob("crash-*.txt"))


def explain(*arguments, **environment):
    """What camrelayctl crash-report prints."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DEBUGINFOD_URLS", "STATE_DIRECTORY")}
    done = subprocess.run([binary().parent / "camrelayctl", "crash-report", *map(str, arguments)], capture_output=True, text=True, timeout=30,
                          env={**kept, **environment}, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def read_frames(text):
    """The calls, newest first: what stands behind the numbers."""
    return re.findall(r"^#\d+ +(.*)$", text, re.M)
