"""Fixtures of the integration tests: start_relay, run_camrelayd, bar, and a watchdog over each test."""

import faulthandler
import os
import signal
import subprocess

import pytest

import bars
from fault_cameras import FaultCameras
from network import Lan, Network
from played_systemd import ServiceManager
from relay import CANARY, Relay, binary
from reloads import BASE, Reloads
from stall import Stall
from stock_camera import MOUNTS, StockCamera

TEST_LIMIT_S = 120
LONG_TEST_LIMIT_S = 1800

DEFAULT_CONFIG = "[RTSP]\nListen=127.0.0.1:0\n"


def pytest_addoption(parser):
    parser.addoption("--bars", action="store_true", help="only tests that hold a bar")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Tests of how long something takes, and of promised figures, are not run beside others."""
    for item in items:
        if item.get_closest_marker("timing") or "bar" in item.fixturenames:
            item.add_marker("alone")
    if config.getoption("--bars"):
        others = [item for item in items if "bar" not in item.fixturenames]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if "bar" in item.fixturenames]


@pytest.fixture(autouse=True)
def watchdog(request):
    """A test that hangs fails where it hangs."""
    limit = LONG_TEST_LIMIT_S if request.node.get_closest_marker("long") else TEST_LIMIT_S

    def on_alarm(number, frame):
        faulthandler.dump_traceback()
        raise TimeoutError(f"the test took more than {limit} s")

    previous = signal.signal(signal.SIGALRM, on_alarm)
    signal.alarm(limit)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, previous)


@pytest.fixture
def bar(request, capsys):
    """bar("name", measured, limit, "unit"): a promised figure, at most LIMIT: printed, recorded (bars.py), then held.
    One name a row of the table; of several figures with one name the worst is told."""
    is_long = request.node.get_closest_marker("long") is not None

    def hold(name, measured, limit, unit=""):
        told = bars.tell(name, measured, limit, unit)
        with capsys.disabled():
            print(f"\n{told}", end="")
        bars.record(name, measured, limit, unit, request.node.nodeid, is_long)
        assert measured <= limit, told
    return hold


@pytest.fixture(scope="session")
def environment(tmp_path_factory):
    """A user's environment without what the box's own has to say; one cache for all, so that GStreamer looks at its plug-ins once."""
    home = tmp_path_factory.mktemp("home")
    kept = {name: value for name, value in os.environ.items()
            if name in ("PATH", "LANG", "LC_ALL", "TMPDIR", "G_SLICE", "G_DEBUG") or name.endswith("SAN_OPTIONS")}
    return {**kept, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "XDG_STATE_HOME": str(home / "state")}


def own_folders(folder):
    """Where a daemon keeps things, unless it is told otherwise: never on the box that runs the tests."""
    return {"STATE_DIRECTORY": str(folder / "state"), "RUNTIME_DIRECTORY": str(folder / "run")}


@pytest.fixture
def make_relay(tmp_path, environment):
    """Starts the daemon as it is told, ready or not; what it wrote is checked at the end, and its end, too."""
    relays = []

    def make(*arguments, **extra_environment):
        folder = tmp_path / f"relay{len(relays)}"
        folder.mkdir()
        relay = Relay(arguments, folder, {**environment, **own_folders(folder), **extra_environment})
        relays.append(relay)
        return relay

    yield make
    for relay in relays:
        was_running = relay.process.poll() is None  # not if the test killed it
        status, took_s = relay.stop()
        relay.assert_log_is_clean()
        assert not was_running or (status == 0 and took_s <= 5), f"stopped with status {status} after {took_s:.1f} s:\n{relay.log}"


@pytest.fixture
def service_manager(tmp_path, environment):
    """A ServiceManager: systemd, as far as the daemon can tell. All that it started is ended, and what that wrote checked."""
    folder = tmp_path / "service"
    folder.mkdir()
    manager = ServiceManager(folder, {**environment, **own_folders(folder)})
    yield manager
    manager.close()


@pytest.fixture
def stall(tmp_path):
    """A Stall (stall.py): start the daemon with its environment, then say which thread is to get stuck."""
    stall = Stall(tmp_path / "stall")
    yield stall
    stall.end()


@pytest.fixture
def write_config(tmp_path):
    """write_config(text, {"name": text}): a camrelay.conf and its cameras.d; returns the path of the former.
    HTTP takes a free port if TEXT does not say where it listens: tests run beside each other."""
    def write(text=DEFAULT_CONFIG, cameras=None):
        if "[HTTP]" not in text:
            text += "\n[HTTP]\nListen=127.0.0.1:0\n"
        folder = tmp_path / "etc"
        (folder / "cameras.d").mkdir(parents=True, exist_ok=True)
        for name, camera in (cameras or {}).items():
            (folder / "cameras.d" / f"{name}.conf").write_text(camera)
        path = folder / "camrelay.conf"
        path.write_text(text)
        return path
    return write


@pytest.fixture
def start_relay(make_relay, write_config):
    """start_relay("cam=rtsp://…", …, config="[Limits]\\n…"): a daemon that is ready, listening on a free port of 127.0.0.1.
    CONFIG is added to the default one; with its own [RTSP] it takes the default's place."""
    def start(*arguments, config="", cameras=None, **environment):
        text = config if "[RTSP]" in config else DEFAULT_CONFIG + config
        relay = make_relay("--config", write_config(text, cameras), *arguments, **environment)
        relay.wait_until_ready()
        return relay
    return start


@pytest.fixture
def reloads(start_relay, write_config):
    """reloads(config, {"name": text}): Reloads, a daemon that reads its files again."""
    return lambda config=BASE, cameras=None, **environment: Reloads(start_relay, write_config, config, cameras, **environment)


@pytest.fixture(scope="session")
def stock_camera():
    """A camera with /both, /video and /audio (stock_camera.py); a mount costs nothing until somebody watches it."""
    camera = StockCamera(MOUNTS)
    yield camera
    camera.stop()


@pytest.fixture(scope="session")
def clips(tmp_path_factory):
    """Where the fault cameras of the whole run keep what ffmpeg made for them."""
    return tmp_path_factory.mktemp("clips")


@pytest.fixture
def start_cameras(clips):
    """start_cameras(niceness=0): FaultCameras, a process of cameras that do what they are told."""
    started = []

    def start(niceness=0):
        started.append(FaultCameras(clips, niceness))
        return started[-1]

    yield start
    for cameras in started:
        cameras.stop()


@pytest.fixture
def make_camera(start_cameras):
    """make_camera(knob=value, …): a FaultCamera, all of one test in one process; its password is the canary."""
    made = []

    def make(**options):
        if not made:
            made.append(start_cameras())
        return made[0].add(**{"password": CANARY, **options})

    return make


@pytest.fixture
def network():
    """Inside a network where clients are no loopback's (network.py); the test is skipped where none can be made."""
    try:
        network = Network()
    except OSError as error:
        pytest.skip(f"needs a network namespace: {error}")
    with network:
        yield network
    network.close()


@pytest.fixture
def lan():
    """A relay's machine and its clients' on one cable (network.py); the test is skipped where that cannot be made."""
    try:
        lan = Lan()
    except OSError as error:
        pytest.skip(f"needs network namespaces: {error}")
    yield lan
    lan.close()


@pytest.fixture
def run_camrelayd(tmp_path, environment):
    """run_camrelayd(argument…): a run that ends by itself, as subprocess.CompletedProcess with text."""
    def run(*arguments, **extra_environment):
        done = subprocess.run([str(binary()), *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, timeout=30,
                              text=True, env={**environment, **own_folders(tmp_path), **extra_environment}, cwd=tmp_path, check=False)
        assert CANARY not in done.stdout + done.stderr
        return done
    return run
