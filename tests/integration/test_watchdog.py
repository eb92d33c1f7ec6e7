"""The watchdog: systemd is told of signs of life only while every loop turns, and a report says where one is stuck."""

import os
import re
import signal
import subprocess
import time

import pytest

from rtsp_client import RtspClient

PERIOD_S = 1.5
SOURCE = "test:?size=320x240&fps=25&audio=none"
# Its name for the kernel, and in the log.
THREADS = {"camrelayd": "main", "media0": "media0", "media1": "media1", "http": "http"}


def start(manager, write_config, stall):
    config = write_config("[RTSP]\nListen=127.0.0.1:0\n", {"yard": f"[Camera]\nURL={SOURCE}\n"})
    relay = manager.start("--config", config, watchdog_s=PERIOD_S, **stall.environment)
    relay.wait_until_ready()
    if relay.is_sanitized:
        pytest.skip("a sanitizer takes signals and stacks for itself")
    return relay


def function_at(library, offset):
    """The function of LIBRARY that the address is in."""
    symbols = subprocess.run(["nm", "-D", "-S", "--defined-only", str(library)], stdout=subprocess.PIPE, text=True, check=True).stdout
    for start_, size, _, name in (line.split() for line in symbols.splitlines() if len(line.split()) == 4):
        if int(start_, 16) <= offset < int(start_, 16) + int(size, 16):
            return name
    return None


def functions_in(report):
    """The functions of the preloaded library that a report's frames are in."""
    frames = re.findall(r"^(?:at|after) 0x[0-9a-f]+ \+0x([0-9a-f]+) \S+ (.*)$", report, re.M)
    return [function_at(path, int(offset, 16)) for offset, path in frames if path.endswith("libstall.so")]


def test_fed_while_all_turn(service_manager, write_config, stall):
    start(service_manager, write_config, stall)
    ready = service_manager.wait_for(READY="1").at
    last = ready
    while last < ready + 1.2 * PERIOD_S:
        last = service_manager.wait_for(since=last + 1e-6, WATCHDOG="1").at
    times = [ready, *service_manager.times_of("WATCHDOG", since=ready)]
    assert max(after - before for before, after in zip(times, times[1:])) < PERIOD_S / 2


@pytest.mark.parametrize("thread", [pytest.param(name, marks=[pytest.mark.long] if name == "media1" else []) for name in THREADS])
def test_stuck(service_manager, write_config, stall, bar, thread):
    relay = start(service_manager, write_config, stall)
    if thread == "media1" and os.cpu_count() == 1:
        pytest.skip("one loop only")
    service_manager.wait_for(WATCHDOG="1")
    stuck_at = time.monotonic()
    stall.begin(thread)
    line = relay.wait_for_line(rf"ERROR {THREADS[thread]} has been stuck for (\d+\.\d) s in (.*); report: (\S+)$")
    assert PERIOD_S / 2 <= float(line[1]) < PERIOD_S
    assert re.search(r"\blibstall\.so\+0x", line[2])
    with open(line[3], encoding="utf-8") as file:
        report = file.read()
    assert "stall_here" in functions_in(report), report
    assert f"\nthread: {THREADS[thread]}\n" in report
    assert report.endswith("end of report\n")

    # Nothing is heard until systemd would end us.
    last = max(service_manager.times_of("WATCHDOG"))
    while time.monotonic() < last + PERIOD_S:
        assert not service_manager.times_of("WATCHDOG", since=last + 1e-6)
        time.sleep(0.05)
    bar(f"last sign of life after {THREADS[thread]} got stuck", last - stuck_at, PERIOD_S, "s")

    released_at = time.monotonic()
    stall.end()
    relay.wait_for_line(rf"WARNING {THREADS[thread]} goes on, it was stuck for ")
    service_manager.wait_for(since=released_at, WATCHDOG="1")
    with RtspClient(relay.url) as client:
        assert client.request("OPTIONS").status == 200


def test_a_pause_of_the_whole_machine_is_no_stall(service_manager, write_config, stall):
    relay = start(service_manager, write_config, stall)
    service_manager.wait_for(WATCHDOG="1")
    relay.process.send_signal(signal.SIGSTOP)
    time.sleep(1.2 * PERIOD_S)
    going_at = time.monotonic()
    relay.process.send_signal(signal.SIGCONT)
    for _ in range(3):
        going_at = service_manager.wait_for(since=going_at + 1e-6, WATCHDOG="1").at
    assert "stuck" not in relay.log
