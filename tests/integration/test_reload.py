"""Another configuration while the daemon runs: whose readers notice, and who does not."""
import os
import re
import time

import pytest

from reloads import BASE, CAMERA, assert_goes_on, await_status, await_true, describe_status, watch
from rtsp_client import RtspClient


def test_nothing_different(reloads):
    setup = reloads(cameras={"a": CAMERA})
    setup.relay.wait_for_connected("a")
    assert setup.reload() == "reloaded: nothing is different"


def test_added_changed_removed(reloads):
    setup = reloads(cameras={"a": CAMERA})
    assert setup.change(b=CAMERA) == "reloaded: 1 camera added (b)"
    setup.relay.wait_for_connected("b")
    assert describe_status(setup.relay, "b") == 200
    assert setup.change(b=CAMERA + "[Stream sub]\nURL=test:\n").startswith("reloaded: 1 camera changed (b: ")
    setup.relay.wait_for_connected("b", "sub")
    await_status(setup.relay, "b/sub", 200)
    setup.change(b=CAMERA)
    await_status(setup.relay, "b/sub", 403 if describe_status(setup.relay, "nobody") == 403 else 404)
    assert setup.change(b=None) == "reloaded: 1 camera removed (b)"
    await_status(setup.relay, "b", describe_status(setup.relay, "nobody"))


# What is added to a camera, and what its readers see of that: nothing, the slate, or the end.
EFFECTS = [
    ("live", "[Camera]\nDescription=front door\n"),
    ("live", "[Camera]\nMaxConnections=2\n"),
    ("live", "[Camera]\nRememberPicture=no\n"),
    ("live", "[Stream main]\nStart=on-demand\nIdleTimeout=40s\n"),
    ("live", "[Stream main]\nStallTimeout=6s\n"),
    ("live", "[Offline]\nSlate=last-frame\n"),
    ("live", "[Offline]\nHold=1h\n"),
    ("live", "[Access]\nMaxReaders=5\n"),
    ("live", "[Access]\nReaderPolicy=disconnect\nThin=off\n"),
    ("live", "[Retry]\nBackoff=2s 50s\nAuthBackoff=61s 10min\n"),
    ("reconnects", "[Stream main]\nTransport=tcp\n"),
    ("reconnects", "[Stream main]\nOnLoss=forward\n"),
    ("reconnects", "[Stream main]\nMaxBitrate=50M\n"),
    ("remounts", "[Audio]\nMode=none\n"),
    ("remounts", "[Audio]\nAudioHold=0s\n"),
]


def test_effect_of_each_kind_of_key(reloads):
    """One camera a row, all changed at once: only what the table says happens, to each."""
    plain = {f"c{i}": CAMERA for i in range(len(EFFECTS))}
    setup = reloads(cameras={"untouched": CAMERA, **plain})
    for name in setup.cameras:
        setup.relay.wait_for_connected(name)
    with watch(*(f"{setup.relay.url}/{name}" for name in ("untouched", *plain))) as audience:
        bystander, *seats = audience.seats
        for seat in [bystander, *seats]:
            assert_goes_on(seat)
        line = setup.change(**{name: CAMERA + extra.removeprefix("[Camera]\n") for name, (_, extra) in zip(plain, EFFECTS)})
        assert line.startswith(f"reloaded: {len(EFFECTS)} cameras changed (c0: live")
        changed_at = time.monotonic()
        for name, seat, (effect, extra) in zip(plain, seats, EFFECTS):
            if effect == "remounts":
                await_true(lambda seat=seat: seat.error is not None, f"{extra}: the reader stays")
                assert seat.has_bye, extra
                setup.relay.wait_for_connected(name, count=2)
                await_status(setup.relay, name, 200)
                continue
            if effect == "reconnects":
                setup.relay.wait_for_connected(name, count=2)
                await_true(lambda seat=seat: seat.camera_picture(changed_at), f"{extra}: the camera is not back")
            assert_goes_on(seat)
        assert_goes_on(bystander)
    connects = {name: len(re.findall(rf"camera {name} main: connected", setup.relay.log)) for name in plain}
    assert connects == {name: 1 if effect == "live" else 2 for name, (effect, _) in zip(plain, EFFECTS)}
    assert " untouched main: lost" not in setup.relay.log


def test_disabled_and_enabled(reloads):
    setup = reloads(cameras={"a": CAMERA})
    setup.relay.wait_for_connected("a")
    setup.change(a=CAMERA + "Enabled=no\n")
    await_status(setup.relay, "a", 503)
    setup.change(a=CAMERA)
    setup.relay.wait_for_connected("a", count=2)
    await_status(setup.relay, "a", 200)


def test_removed_and_added_while_it_leaves(reloads):
    """A reader holds the old one up; its name serves one at a time."""
    setup = reloads(cameras={"a": CAMERA})
    setup.relay.wait_for_connected("a")
    with watch(f"{setup.relay.url}/a") as audience:
        seat, = audience.seats
        assert_goes_on(seat)
        setup.change(a=None)
        setup.change(a=CAMERA)
        await_true(lambda: seat.error is not None, "the reader stays")
        assert seat.has_bye
    setup.relay.wait_for_connected("a", count=2)
    await_status(setup.relay, "a", 200)


def test_broken_file_changes_nothing(reloads):
    setup = reloads(cameras={"a": CAMERA})
    setup.relay.wait_for_connected("a")
    with watch(f"{setup.relay.url}/a") as audience:
        seat, = audience.seats
        line = setup.change(a=CAMERA + "Enabeld=no\n", b=CAMERA + "[Retry]\nBackoff=never\n")
        assert line == "reloaded: 2 errors, the old configuration stays" and "not reloaded" in setup.relay.log
        setup.relay.wait_for_line(r"a\.conf:3: .*Enabeld")
        setup.relay.wait_for_line(r"b\.conf:4: .*never")
        assert_goes_on(seat)
        assert describe_status(setup.relay, "b") == describe_status(setup.relay, "nobody")
        assert setup.change(a=CAMERA, b=CAMERA) == "reloaded: 1 camera added (b)"


def test_listeners_come_and_go(reloads):
    setup = reloads(cameras={"a": CAMERA})
    setup.relay.wait_for_connected("a")
    with watch(f"{setup.relay.url}/a") as audience:
        seat, = audience.seats
        assert setup.change("[RTSP]\nListen=127.0.0.1:0 127.0.0.2:18554\n") == "reloaded: server: [RTSP] Listen"
        with RtspClient("rtsp://127.0.0.2:18554/a") as other:
            await_true(lambda: other.describe().status == 200, "the new listener does not answer")
            setup.change(BASE)
            assert other.describe().status == 200  # who is inside stays
        with pytest.raises(ConnectionRefusedError):
            await_true(lambda: RtspClient("rtsp://127.0.0.2:18554/a").close(), "the old listener still accepts")
        assert_goes_on(seat)


def test_address_in_use_changes_nothing(reloads):
    setup = reloads(cameras={"a": CAMERA})
    line = setup.change(f"[RTSP]\nListen=127.0.0.1:0 127.0.0.3:18555 127.0.0.1:{setup.relay.port}\n", b=CAMERA)
    assert line == "reloaded: 1 error, the old configuration stays"
    setup.relay.wait_for_line(rf"cannot listen on '127\.0\.0\.1:{setup.relay.port}'")
    with pytest.raises(ConnectionRefusedError):
        RtspClient("rtsp://127.0.0.3:18555/a")
    assert describe_status(setup.relay, "b") == describe_status(setup.relay, "nobody")


def test_who_may_not_read_any_more_is_ended(reloads):
    def users(*names):
        return BASE + "".join(f"[User {name}]\nPassword=pw of {name}\n" for name in names)
    setup = reloads(users("ann", "bob"), {"a": CAMERA})
    setup.relay.wait_for_connected("a")
    ann, bob = (RtspClient(f"{setup.relay.url}/a", user=name, password=f"pw of {name}") for name in ("ann", "bob"))
    with ann, bob:
        assert ann.play_tcp((0,)).status == 200 and bob.play_tcp((0,)).status == 200
        assert setup.change(users("ann")) == "reloaded: users: -bob"
        bob.wait_closed()
        setup.relay.wait_for_line("reader ended: it may not read this camera any more")
        assert ann.request("OPTIONS").status == 200
        assert ann.request("GET_PARAMETER").status == 200  # what she was challenged with counts on
        setup.change(users("ann", "eve"), a=CAMERA + "[Access]\nRead=user:eve\n")
        ann.wait_closed()


def test_srt_is_brought_up_when_it_is_needed(reloads):
    setup = reloads(cameras={"a": CAMERA})
    setup.relay.wait_for_connected("a")
    assert setup.change(BASE + "[SRT]\nListen=127.0.0.1:19710\n", yard="[Camera]\nURL=srt:\n").startswith("reloaded: 1 camera added (yard)")
    assert setup.change(BASE, yard=None).startswith("reloaded: 1 camera removed (yard)")


def count_threads_and_descriptors(relay):
    return int(re.search(rb"Threads:\s+(\d+)", relay.proc("status")).group(1)), len(os.listdir(f"/proc/{relay.pid}/fd"))


def test_fifty_readers_see_nothing_of_a_hundred_reloads(reloads, bar):
    setup = reloads(cameras={"a": CAMERA, "b": CAMERA})
    relay = setup.relay
    for name in ("a", "b"):
        relay.wait_for_connected(name)
    with watch(*[f"{relay.url}/a"] * 50) as audience:
        seats = audience.seats
        for seat in seats:
            await_true(lambda seat=seat: seat.pictures, "nothing comes")
        before = count_threads_and_descriptors(relay)
        for text in [CAMERA + "[Audio]\nMode=none\n", CAMERA + "[Stream main]\nOnLoss=forward\n", None, CAMERA] * 25:
            assert setup.change(b=text).startswith("reloaded: 1 camera ")
        bar("packets of an untouched camera that are missing after 100 reloads", sum(seat.gaps + seat.backwards for seat in seats), 0)
        bar("its readers that were lost", sum(bool(seat.error or seat.has_bye or len(seat.ssrcs) != 1) for seat in seats), 0)
        for seat in seats[:3]:
            assert_goes_on(seat)
        await_true(lambda: describe_status(relay, "b") == 200, "the other camera is not there")
        await_true(lambda: max(now - then for now, then in zip(count_threads_and_descriptors(relay), before)) <= 0, "threads or descriptors are left")
