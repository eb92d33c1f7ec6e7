"""What cameras that do wrong cost the daemon and the cameras beside them, and how soon silence is found."""

import concurrent.futures
import dataclasses
import itertools
import os
import pathlib
import re
import threading
import time

import pytest

import faults
from relay import CANARY, Relay
from rtsp_client import RtspClient
from stamp_watcher import StampWatcher, StubbornReader

pytestmark = pytest.mark.timing

MIB = 1024 * 1024
LONGEST_GAP_S = 0.2
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
CONFIG = "[RTSP]\nListen=127.0.0.1:0\n[HTTP]\nListen=127.0.0.1:0\n"


class Load:
    """What a process takes from now on: its peak of resident memory above what it has now, and its share of a core."""

    def __init__(self, pid):
        self.folder = pathlib.Path(f"/proc/{pid}")
        self.began, self.first_cpu_s = time.monotonic(), self.cpu_s()
        self.first_bytes = self.peak_bytes = self.resident_bytes()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def cpu_s(self):
        fields = (self.folder / "stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) * TICK_S

    def resident_bytes(self):
        return int(re.search(r"VmRSS:\s+(\d+)", (self.folder / "status").read_text())[1]) * 1024

    def _sample(self):
        while not self._stopping.wait(0.05):
            self.peak_bytes = max(self.peak_bytes, self.resident_bytes())

    def stop(self):
        """(growth in bytes, share of a core)"""
        self._stopping.set()
        self._thread.join()
        return self.peak_bytes - self.first_bytes, (self.cpu_s() - self.first_cpu_s) / (time.monotonic() - self.began)


@dataclasses.dataclass
class Exposure:
    """What came of some faults beside a healthy camera."""
    names: list
    grown_bytes: int
    cores: float
    lost: int
    worst_gap_s: float
    untold: list    # those that had to end, had the time to, and of which no fitting cause was said

    def __str__(self):
        return (f"{' '.join(self.names)}: {self.grown_bytes / MIB:.1f} MiB, {100 * self.cores:.0f} % of a core, {self.lost} lost, "
                f"{1000 * self.worst_gap_s:.0f} ms, untold {self.untold}")


class Yard:
    """A healthy camera that all exposures share, and hostile ones in processes of their own that give way to everybody else."""

    def __init__(self, start_cameras, folder, environment):
        self.folder, self.environment = folder, environment
        self.healthy = start_cameras().add("healthy", password=CANARY, stamp=True)
        self.hostile, self.busy = start_cameras(niceness=10), start_cameras(niceness=15)
        self.numbers = itertools.count()

    def expose(self, names, seconds):
        """A daemon of its own with a healthy camera and its readers; then the faults called NAMES come up beside it, for SECONDS,
        and somebody wants to see each of them."""
        number = next(self.numbers)
        cameras = {}
        for name in names:
            fault = faults.ALL[name]
            cameras[name] = (self.busy if fault.is_hog else self.hostile).add(f"{name}-{number}", password=CANARY, **fault.knobs)
            cameras[name].go_down()
        folder = self.folder / str(number)
        folder.mkdir()
        (folder / "camrelay.conf").write_text(CONFIG)
        urls = [f"{name}={camera.url_for('viewer', CANARY)}" for name, camera in {"healthy": self.healthy, **cameras}.items()]
        relay = Relay(["--config", folder / "camrelay.conf", "--state", folder, *urls], folder, {**self.environment, "RUNTIME_DIRECTORY": str(folder)})
        try:
            return self.watch(relay, cameras, seconds)
        finally:
            relay.stop()
            relay.assert_log_is_clean()
            for camera in cameras.values():
                camera.go_down()

    def watch(self, relay, cameras, seconds):
        relay.wait_until_ready()
        relay.wait_for_connected("healthy")
        readers = [StampWatcher(f"{relay.url}/healthy") for _ in range(2)]
        load = Load(relay.pid)
        for camera in cameras.values():
            camera.come_up()
        for name, camera in cameras.items():
            if not faults.ALL[name].knobs.get("black_hole"):
                camera.wait_for("connection", timeout=15)
        victims = [StubbornReader(f"{relay.url}/{name}") for name in cameras]
        met_at = time.monotonic()
        time.sleep(seconds)  # what is measured is what happens in this time
        grown_bytes, cores = load.stop()
        for reader in [*readers, *victims]:
            reader.stop()
        elapsed = time.monotonic() - met_at
        untold = [name for name in cameras if faults.ALL[name].cause and faults.ALL[name].within_s < elapsed and not is_told(relay, name)]
        return Exposure(list(cameras), grown_bytes, cores, sum(reader.lost for reader in readers), max(reader.worst_gap_s for reader in readers), untold)


def is_told(relay, name):
    causes = re.findall(rf"camera {name} main: (?:cannot connect|lost): .*cause=([\w-]+)", relay.log)
    return any(re.fullmatch(faults.ALL[name].cause, cause) for cause in causes)


@pytest.fixture
def yard(start_cameras, tmp_path, environment):
    return Yard(start_cameras, tmp_path, environment)


def expose_each(yard, names, seconds, workers):
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        return list(pool.map(lambda name: yard.expose([name], seconds), names))


def hold_cost(bar, exposures):
    for exposure in exposures:
        assert not exposure.untold, exposure
    bar("hostile camera: memory of the daemon grows", max(exposure.grown_bytes for exposure in exposures) / MIB, 32, "MiB")
    bar("hostile camera: share of a core", max(exposure.cores for exposure in exposures), 0.5)


def expose_twice_if_late(yard, exposure, seconds):
    """A machine that was busy with something else is not late twice at the same fault; a fault that makes others wait is."""
    if exposure.worst_gap_s < LONGEST_GAP_S:
        return exposure
    again = yard.expose(exposure.names, seconds)
    return dataclasses.replace(again, lost=exposure.lost + again.lost)


def hold_beside(yard, bar, exposures, seconds):
    exposures = [expose_twice_if_late(yard, exposure, seconds) for exposure in exposures]
    bar("beside a faulty camera: lost pictures", sum(exposure.lost for exposure in exposures), 0)
    worst = max(exposures, key=lambda exposure: exposure.worst_gap_s)
    print(worst)
    bar("beside a faulty camera: worst gap", 1000 * worst.worst_gap_s, 1000 * LONGEST_GAP_S, "ms")


def test_beside_faults(yard, bar):
    names = list(faults.ALL)
    hold_beside(yard, bar, [yard.expose(names[at:at + 20], 3) for at in range(0, len(names), 20)], 3)


def test_cost_of_faults(yard, bar):
    names = [name for name, fault in faults.ALL.items() if name in faults.HARMFUL or fault.is_hog]
    exposures = expose_each(yard, names, 2, 6)
    assert sum(exposure.lost for exposure in exposures) == 0
    hold_cost(bar, exposures)


@pytest.mark.long
def test_each_fault_for_long(yard, bar):
    exposures = expose_each(yard, faults.ALL, 20, 3)
    hold_cost(bar, exposures)
    hold_beside(yard, bar, exposures, 20)


# What is left to be shown when they go: pictures that no decoder likes, or hardly, or without their parameter sets.
LAST_PICTURES = {"corrupt": {"corrupt": 0.3}, "scratched": {"corrupt": 0.01}, "bare": {"sets": "sdp", "refs": 5}, "heavy": {"picture": "noise"}}


def test_readers_are_held_over_the_end_of_a_hostile_camera(make_camera, start_relay):
    """Whatever its last picture was, nobody is lost for it: something can be shown, or nothing, and then the camera is back."""
    cameras = {f"{name}-{codec}": make_camera(password=CANARY, codec=codec, **knobs) for name, knobs in LAST_PICTURES.items() for codec in ("h264", "h265")}
    relay = start_relay(*(f"{name}={camera.url_for('viewer', CANARY)}" for name, camera in cameras.items()))

    def hold(name):
        relay.wait_for_connected(name)
        with RtspClient(f"{relay.url}/{name}") as client:
            assert client.play_tcp().status == 200
            client.read_packet()
            cameras[name].reboot(4)
            sequence, until = {}, time.monotonic() + 8
            while time.monotonic() < until:
                channel, packet, _ = client.read_packet()
                assert sequence.get(channel, packet.sequence) == packet.sequence, f"{name}: a hole"
                sequence[channel] = (packet.sequence + 1) % 65536
        relay.wait_for_connected(name, count=2, timeout=1)

    with concurrent.futures.ThreadPoolExecutor(len(cameras)) as pool:
        list(pool.map(hold, cameras))
    assert "ending" not in relay.log


def press_again(relay, camera, until):
    """What impatient users do: somebody asks for the camera every half second."""
    while time.monotonic() < until:
        with RtspClient(f"{relay.url}/{camera}") as client:
            client.describe()
        time.sleep(0.5)


@pytest.mark.parametrize("seconds", [10, pytest.param(60, marks=pytest.mark.long)])
def test_wrong_password_is_tried_seldom(make_camera, start_relay, bar, seconds):
    cameras = {login: make_camera(login=login) for login in ("never", "stale-for-ever")}
    relay = start_relay(*(f"{login}={camera.url_for('viewer', CANARY)}" for login, camera in cameras.items()))
    began = time.monotonic()
    for login in cameras:
        relay.wait_for_line(rf"camera {login} main: cannot connect: .*cause=auth")
        press_again(relay, login, began + (seconds - 1) / (2 if login == "never" else 1))
    name = "401 for ever: tries in the first minute" if seconds == 60 else "401 for ever: tries in the first 10 s"
    bar(name, max(camera.state()["refused_logins"] for camera in cameras.values()), 3)


SILENCES = {
    "silent": {"silent_after": 2},
    "silent-without-sound": {"silent_after": 2, "audio": "none"},
    "stopped": {"freeze_after": 2},
    "pictures-only": {"freeze_video_after": 2},
    "long-group": {"silent_after": 2, "gop": 20},
    "bye": {"end_after": 2, "end": "bye-only"},
}


def test_silence_is_found_in_time(make_camera, start_relay, bar):
    cameras = {name: make_camera(password=CANARY, **knobs) for name, knobs in SILENCES.items()}
    relay = start_relay(*(f"{name}={camera.url_for('viewer', CANARY)}" for name, camera in cameras.items()))
    found = {}

    def wait(name):
        relay.wait_for_line(rf"camera {name} main: lost: .*cause=stall")
        found[name] = time.monotonic() - cameras[name].wait_for("silence")["since"]

    with concurrent.futures.ThreadPoolExecutor(len(cameras)) as pool:
        list(pool.map(wait, cameras))
    print(found)
    bar("stall found", max(found.values()), 5.5, "s")


SLOW = {
    "group-of-10-s": {"gop": 10},
    "group-of-20-s": {"gop": 20},
    "joined-in-mid-group": {"gop": 20, "begin": 8},
    "joined-late-in-group": {"gop": 10, "begin": 1},
    "loses-a-packet": {"gop": 10, "lose_every": 60},
    "loses-a-packet-without-sound": {"gop": 20, "lose_every": 60, "audio": "none"},
    "joined-and-loses": {"gop": 20, "begin": 13, "lose_every": 60},
}


@pytest.mark.parametrize("seconds", [15, pytest.param(600, marks=pytest.mark.long)])
def test_slow_cameras_are_no_stall(make_camera, start_relay, bar, seconds):
    cameras = {name: make_camera(password=CANARY, **knobs) for name, knobs in SLOW.items()}
    relay = start_relay(*(f"{name}={camera.url_for('viewer', CANARY)}" for name, camera in cameras.items()))
    time.sleep(seconds)
    connected = [name for name in cameras if re.search(rf"camera {name} main: connected", relay.log)]
    assert sorted(connected) == sorted(cameras)
    bar(f"false alarms in {'10 minutes' if seconds == 600 else f'{seconds} s'} of slow cameras", len(re.findall(r"(?:lost|cannot connect): .*cause=", relay.log)), 0)
    assert all(camera.state()["connections"] == 1 for camera in cameras.values())
