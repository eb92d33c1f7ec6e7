"""A daemon that is killed leaves sessions at cameras; the next one ends them, so that a camera that allows one is not away for a minute."""

import pathlib
import select
import signal
import time

import pytest

from relay import CANARY


@pytest.fixture
def folders(tmp_path):
    """The same state and runtime folders for each daemon of a test."""
    return {"STATE_DIRECTORY": str(tmp_path / "kept"), "RUNTIME_DIRECTORY": str(tmp_path / "run")}


def entry(folders, camera="cam", stream="main"):
    return pathlib.Path(folders["RUNTIME_DIRECTORY"], "sessions", f"{camera}.{stream}")


def wait_for_entry(folders):
    """Its text, as soon as it is written: the disk's thread does so beside the dialogue."""
    deadline = time.monotonic() + 20
    while not entry(folders).exists():
        assert time.monotonic() < deadline, "nothing was entered"
        select.select([], [], [], 0.01)
    return entry(folders).read_text()


def kill(relay):
    relay.process.send_signal(signal.SIGKILL)
    relay.wait_for_exit()


@pytest.fixture
def one_session(make_camera):
    """A camera that allows one session, and keeps it for a minute when its client is gone without TEARDOWN."""
    return make_camera(max_sessions=1, keep_sessions=True, session_timeout=60, login="md5")


def test_next_daemon_ends_the_session_of_a_killed_one(one_session, start_relay, folders, bar):
    url = one_session.url_for("viewer", CANARY)
    first = start_relay(f"cam={url}", **folders)
    first.wait_for_connected("cam")
    one_session.wait_for("playing")
    text = wait_for_entry(folders)
    kill(first)
    one_session.wait_for("closed")
    assert one_session.state()["sessions"] == 1
    assert f"port={one_session.port}\n" in text and CANARY not in text
    assert entry(folders).stat().st_mode & 0o777 == 0o600

    second = start_relay(f"cam={url}", **folders)
    second.wait_for_connected("cam")
    ready = second.started_at + second.ready_after_s
    bar("a killed daemon's session is ended and the camera plays", round(one_session.wait_for("playing", count=2)["at"] - ready, 3), 1.5, "s")
    second.wait_for_line("camera cam main: the session that was left at the camera is ended")
    assert one_session.state()["teardowns"] >= 1
    assert CANARY not in wait_for_entry(folders)


def test_without_the_ledger_the_camera_is_full(one_session, start_relay, folders, tmp_path):
    url = one_session.url_for("viewer", CANARY)
    first = start_relay(f"cam={url}", **folders)
    first.wait_for_connected("cam")
    kill(first)
    one_session.wait_for("closed")
    second = start_relay(f"cam={url}", RUNTIME_DIRECTORY=str(tmp_path / "other"))
    second.wait_for_line("camera cam main: .*allows no more connections")
    assert one_session.state()["sessions"] == 1


def test_session_of_a_broken_connection_is_ended(one_session, start_relay, folders, bar):
    """The connection breaks, the camera counts its session for another minute and refuses the next: the old one is ended, and it plays."""
    relay = start_relay(f"cam={one_session.url_for('viewer', CANARY)}", **folders)
    relay.wait_for_connected("cam")
    one_session.wait_for("report", timeout=30)
    one_session.cut("rst")
    broken_at = one_session.wait_for("closed")["at"]
    relay.wait_for_connected("cam", count=2)
    bar("a broken connection's session is ended and the camera plays", round(one_session.wait_for("playing", count=2)["at"] - broken_at, 3), 1.5, "s")
    relay.wait_for_line("camera cam main: the session that was left at the camera is ended")


def test_clean_stop_leaves_nothing(one_session, start_relay, folders):
    relay = start_relay(f"cam={one_session.url_for('viewer', CANARY)}", **folders)
    relay.wait_for_connected("cam")
    wait_for_entry(folders)
    relay.stop()
    assert not entry(folders).exists()
    assert one_session.state()["sessions"] == 0


def test_nothing_is_said_to_another_host(make_camera, start_relay, folders):
    """The camera moved to another port while no daemon ran: what was left elsewhere is forgotten, not said with a password to whoever is there."""
    old, new = make_camera(keep_sessions=True, login="md5"), make_camera(login="md5")
    first = start_relay(f"cam={old.url_for('viewer', CANARY)}", **folders)
    first.wait_for_connected("cam")
    wait_for_entry(folders)
    kill(first)
    old.wait_for("closed")
    second = start_relay(f"cam={new.url_for('viewer', CANARY)}", **folders)
    second.wait_for_connected("cam")
    new.wait_for("playing")
    assert old.state()["connections"] == 1
    assert new.state()["teardowns"] == 0


@pytest.mark.parametrize("text", ["", "junk", "host=127.0.0.1\nport=1\nurl=file:/etc/passwd\nsession=x\n", "x" * 100_000])
def test_odd_files_do_no_harm(make_camera, start_relay, folders, text):
    camera = make_camera()
    entry(folders).parent.mkdir(parents=True)
    for name in ("cam.main", "cam.sub", "cam", "..main", "gone.main", "cam.main.new"):
        (entry(folders).parent / name).write_text(text)
    relay = start_relay(f"cam={camera.url}", **folders)
    relay.wait_for_connected("cam")
    camera.wait_for("playing")
    relay.stop()
    assert list(entry(folders).parent.iterdir()) == []
    assert camera.state()["connections"] == 1
