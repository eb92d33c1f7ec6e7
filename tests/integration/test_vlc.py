"""The distribution's VLC over RTSP: it has no RTSP library and speaks SAT>IP, so what it gets is MPEG-TS. Pictures that it decoded and showed count."""
import pytest

from vlc import Vlc, playing

FPS = 25
DOWN_S = 3.0

# Each with how many buffers of sound a second its codec makes, at least: AAC has 1024 samples in each, MP2 1152.
CAMERAS = {
    "h264-aac": ("test:?video=h264&audio=aac&size=320x180", 44),
    "h264-g711": ("test:?video=h264&audio=pcma&size=320x180", 44),  # as AAC
    "h265": ("test:?video=h265&audio=none&size=320x180", 0),
    "sound": ("test:?video=none&audio=mp2", 40),
}


def check_whole(bar, what, player, before, after, sounds_lost=0):
    """Nothing was missing on the way, and little came too late to be shown or heard: on a busy machine VLC's own decoders are late, by 300 ms and more."""
    gained = {name: after[name] - before[name] for name in after}
    words = f"{player.url}: {gained}\n{player.last_words()}"
    bar(f"cvlc, {what}: packets corrupted or missing", after["demux corrupted"] + after["discontinuities"], 0)
    assert gained["frames lost"] <= gained["frames displayed"] / 5, words
    assert gained["buffers lost"] <= gained["buffers played"] / 5 + sounds_lost, words


def what_it_plays(name):
    """The figure that tells, and how much of it a second has at least."""
    return ("buffers played", CAMERAS[name][1]) if name == "sound" else ("frames displayed", FPS)


def wait_for_begin(player, name):
    sounds = CAMERAS[name][1]
    if sounds:
        player.wait_for("buffers played", sounds)
    return player.wait_for(*what_it_plays(name))


def wait_for_more(player, name, before, seconds):
    what, a_second = what_it_plays(name)
    after = player.wait_for(what, before[what] + seconds * a_second, seconds + 15)
    assert after["buffers played"] >= before["buffers played"] + (seconds - 1) * CAMERAS[name][1], f"{player.url}: {after}"
    return after


@pytest.mark.timing  # decoders show pictures late where everything is slow
@pytest.mark.parametrize("seconds", [6, pytest.param(20, marks=pytest.mark.long)])
def test_plays_what_cameras_send(start_relay, bar, seconds):
    relay = start_relay(*(f"{name}={url}" for name, (url, _) in CAMERAS.items()))
    for name in CAMERAS:
        relay.wait_for_connected(name)
    with playing(*(f"{relay.url}/{name}" for name in CAMERAS)) as players:
        begun = [wait_for_begin(player, name) for name, player in zip(CAMERAS, players)]
        for name, player, before in zip(CAMERAS, players, begun):
            check_whole(bar, f"{name} for {seconds} s", player, before, wait_for_more(player, name, before, seconds))
    relay.wait_for_line("reader left after", count=len(CAMERAS))


@pytest.mark.timing
@pytest.mark.parametrize("audio,seconds", [("pcma", 4), pytest.param("aac", 20, marks=pytest.mark.long)])
def test_plays_on_over_a_reboot(make_camera, start_relay, bar, audio, seconds):
    camera = make_camera(codec="h264", size="320x240", audio=audio)
    relay = start_relay(f"yard={camera.url}")
    relay.wait_for_connected("yard")
    with playing(f"{relay.url}/YARD") as [player]:
        before = player.wait_for("frames displayed", FPS)
        camera.reboot(DOWN_S)
        relay.wait_for_connected("yard", count=2, timeout=20)
        back = player.statistics()
        after = player.wait_for("frames displayed", back["frames displayed"] + seconds * FPS)
        assert after["buffers played"] > back["buffers played"]
        check_whole(bar, f"h264-{audio} over a reboot", player, before, after, sounds_lost=5)  # that of before the reboot, when it goes on
    relay.wait_for_line("reader left after")
    assert len([line for line in relay.lines if "reader joined" in line]) == 1


def test_is_told_that_a_log_in_is_needed(start_relay):
    relay = start_relay("yard=test:?size=320x180", config="[User anna]\nPassword=secret\n")
    relay.wait_for_connected("yard")
    player = Vlc(f"{relay.url}/yard")
    try:
        player.wait_for_complaint("Failed to setup RTSP session")
    finally:
        player.stop()
    assert "reader joined" not in relay.log
