"""What questions cost a relay that is full: 200 cameras, 1,000 readers, and somebody who asks over HTTP and over the control socket meanwhile."""

import concurrent.futures
import re
import statistics
import subprocess
import sys
import time

import pytest

import exposition
from control_client import ControlClient
from http_client import ask
from main_loop import DISPATCH_MS, MainLoopWatch
from relay import ROOT, binary

sys.path.insert(0, str(ROOT / "tests" / "bench"))

from programs import Cameras, load, make_clip  # noqa: E402
from scenarios import lost  # noqa: E402

CAMERAS, READERS = 200, 1000
FPS = 8
ROUNDS = 20
ROUND_S = 0.18
WINDOW_S = ROUNDS * ROUND_S + 1
ANSWER_MS, GAP_MS = 50, 50
JOINED_WITHIN_S = 30
MORE_WINDOWS = 2

pytestmark = pytest.mark.timing


@pytest.fixture
def cameras(tmp_path):
    with Cameras(binary().parent, make_clip("tiny", tmp_path), CAMERAS, FPS) as cameras:
        yield cameras


@pytest.fixture
def relay(cameras, start_relay):
    relay = start_relay(*(f"cam{i}={url}" for i, url in enumerate(cameras.urls)))
    relay.wait_for_line(r"camera cam\d+ main: connected", count=CAMERAS)
    return relay


@pytest.fixture
def control(relay):
    with ControlClient(relay) as control:
        yield control


def wait_for_readers(control, count):
    deadline = time.monotonic() + JOINED_WITHIN_S
    while (there := control.ask("status")["server"]["readers"]) != count:
        assert time.monotonic() < deadline, there
        time.sleep(0.1)


def watch(relay, control, meanwhile):
    """What READERS found out within a window, most of it spent in MEANWHILE ()."""
    wait_for_readers(control, 0)
    urls = [f"{relay.url}/cam{i}" for i in range(CAMERAS)]
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        run = pool.submit(load, binary().parent, urls, "--readers", READERS, "--stagger", 2, "--warm", 0.5, "--seconds", WINDOW_S)
        wait_for_readers(control, READERS)
        meanwhile()
        assert not run.done(), "the readers left too early"
        result = run.result()
    assert (result["joined"], result["failed"], lost(result)) == (READERS, 0, 0), result
    return result


class Asker:
    """Asks everywhere, again and again, and notes how long each answer took: .took_ms by what was asked."""

    def __init__(self, relay):
        self._relay = relay
        self.took_ms = {}
        self.text = None  # of the newest scrape

    def _time(self, what, act):
        began = time.monotonic()
        answer = act()
        self.took_ms.setdefault(what, []).append(1000 * (time.monotonic() - began))
        return answer

    def _ask(self, path):
        answer = self._time(path, lambda: ask(self._relay.http_url, path))
        assert answer.status == 200
        return answer

    def _ask_with_program(self):
        command = [str(binary().parent / "camrelayctl"), "--socket", str(self._relay.folder / "run" / "control.sock"), "status"]
        done = self._time("camrelayctl status", lambda: subprocess.run(command, capture_output=True, text=True, timeout=20, check=True))
        assert re.search(rf"\b{READERS}\b.*readers|readers.*\b{READERS}\b", done.stdout), done.stdout

    def ask_all(self):
        for _ in range(ROUNDS):
            began = time.monotonic()
            self.text = self._ask("/metrics").body.decode()
            self._ask("/api/v1/status")
            self._ask("/api/v1/readers")
            self._ask_with_program()
            time.sleep(max(0, began + ROUND_S - time.monotonic()))

    def tell(self):
        for what, took_ms in self.took_ms.items():
            print(f"{what}: {statistics.median(took_ms):.1f} ms (median), {max(took_ms):.1f} ms at most")

    def usual_ms(self, what):
        """Nine of ten took no longer: what is left belongs to whatever else the machine does."""
        return statistics.quantiles(self.took_ms[what], n=10)[-1]


class Window:
    """What was measured while somebody asked. ALONE: what READERS found out while nobody did."""

    def __init__(self, relay, control, alone):
        self.asker = Asker(relay)
        asked = watch(relay, control, lambda: self._ask(control))
        self.answer_ms = self.asker.usual_ms("/metrics")
        self.gap_ms = max(0, asked["longest_silence_ms"] - alone["longest_silence_ms"])

    def _ask(self, control):
        main_loop = MainLoopWatch(control)
        self.asker.ask_all()
        self.dispatch_ms = main_loop.longest_ms()

    @property
    def is_fine(self):
        return self.answer_ms <= ANSWER_MS and self.dispatch_ms <= DISPATCH_MS and self.gap_ms <= GAP_MS


def test_scrape_of_a_full_relay(relay, control, bar):
    """What asking does to readers it does each time; what else the machine does comes and goes, so a window that is not fine is tried again."""
    alone = watch(relay, control, lambda: None)
    window = Window(relay, control, alone)
    for _ in range(MORE_WINDOWS):
        if not window.is_fine:
            window = Window(relay, control, alone)
    families = exposition.read(window.asker.text)
    assert len({dict(labels)["camera"] for _, labels in families["camrelay_stream_state"].samples}) == CAMERAS
    window.asker.tell()
    bar("scrape with 200 cameras and 1,000 readers", round(window.answer_ms, 1), ANSWER_MS, "ms")
    bar("the main loop's longest dispatch while a full relay is scraped", window.dispatch_ms, DISPATCH_MS, "ms")
    bar("what scrapes add to the longest silence of 1,000 readers", round(window.gap_ms, 1), GAP_MS, "ms")
