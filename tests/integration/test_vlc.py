"""The distribution's VLC over RTSP: it has no RTSP library and speaks SAT>IP, so what it gets is MPEG-TS. Pictures that it decoded and showed count."""
import contextlib

import pytest

from vlc import Vlc

FPS = 25
PLAYED_S = 6
DOWN_S = 3.0

CAMERAS = {
    "h264-aac": "test:?video=h264&audio=aac&size=320x180",
    "h265": "test:?video=h265&audio=none&size=320x180",
    "h264": "test:?video=h264&audio=none&size=320x180",
    "sound": "test:?video=none&audio=mp2",
}


@contextlib.contextmanager
def playing(*urls):
    players = [Vlc(url) for url in urls]
    try:
        yield players
    finally:
        for player in players:
            player.stop()


def check_whole(player, statistics, sounds_lost=0):
    """Nothing was missing on the way, and next to nothing came too late to be shown or heard: decoders of a busy machine do that."""
    assert statistics["demux corrupted"] + statistics["discontinuities"] == 0, f"{player.url}: {statistics}\n{player.last_words()}"
    shown, heard = statistics["frames displayed"], statistics["buffers played"]
    assert statistics["frames lost"] <= shown / 20, f"{player.url}: {statistics}\n{player.last_words()}"
    assert statistics["buffers lost"] <= heard / 20 + sounds_lost, f"{player.url}: {statistics}\n{player.last_words()}"


@pytest.mark.timing
def test_plays_what_cameras_send(start_relay):
    relay = start_relay(*(f"{name}={url}" for name, url in CAMERAS.items()))
    for name in CAMERAS:
        relay.wait_for_connected(name)
    with playing(*(f"{relay.url}/{name}" for name in CAMERAS)) as players:
        for name, player in zip(CAMERAS, players):
            what, a_second = ("buffers played", 40) if name == "sound" else ("frames displayed", FPS)
            statistics = player.wait_for(what, PLAYED_S * a_second)
            if "aac" in name:
                assert statistics["buffers played"] > PLAYED_S * 40
            check_whole(player, statistics)
    relay.wait_for_line("reader left after", count=len(CAMERAS))


@pytest.mark.timing
def test_plays_on_over_a_reboot(make_camera, start_relay):
    camera = make_camera(codec="h264", size="320x240", audio="aac")
    relay = start_relay(f"yard={camera.url}")
    relay.wait_for_connected("yard")
    with playing(f"{relay.url}/YARD") as [player]:
        before = player.wait_for("frames displayed", 2 * FPS)
        camera.reboot(DOWN_S)
        relay.wait_for_connected("yard", count=2, timeout=20)
        after = player.wait_for("frames displayed", before["frames displayed"] + 4 * FPS)
        check_whole(player, after)
    relay.wait_for_line("reader left after")
    assert len([line for line in relay.lines if "reader joined" in line]) == 1
