"""Audio contribution over SRT, framed and raw: heard over RTSP as it was sent, whatever the codec, and while it changes."""
import contextlib
import json
import math
import re
import signal
import time

import pytest

from contribution import (TONE_HZ, TONE_PEAK, Contributor, Listener, free_port, frame_numbers, largest_step, level_and_frequency, softest_peak)

HEARD_S = 1.0
FRAME = 1152                                             # the longest of the codecs
TONE_STEP = math.ceil(2 * math.pi * TONE_HZ / 48000 * TONE_PEAK)

# What the camera's URL says of how to meet, and what its sender does.
MEETINGS = {"listener": "caller", "caller": "listener", "rendezvous": "rendezvous"}


@contextlib.contextmanager
def contribute(mode, port, codec, *options):
    sender = Contributor(mode, f"127.0.0.1:{port}", codec, *options)
    try:
        yield sender
    finally:
        sender.stop()


def camera_url(mode, port, query=""):
    host = "127.0.0.2" if mode == "rendezvous" else "127.0.0.1"
    return f"srt://{host}:{port}?mode={mode}{query}"


def hear(relay, name, seconds):
    listener = Listener(f"{relay.url}/{name}")
    try:
        listener.hear(seconds)
    finally:
        listener.close()
    return listener.samples


@pytest.mark.parametrize("mode", MEETINGS)
def test_samples_bit_for_bit(start_relay, mode):
    """PCM and FLAC in the framing and PCM without any: each sample of each frame, from the sender to the reader, however both meet."""
    ports = {codec: free_port() for codec in ("l16", "flac", "raw")}
    relay = start_relay(*(f"{codec}={camera_url(mode, port, '&framing=raw' if codec == 'raw' else '')}" for codec, port in ports.items()))
    with contextlib.ExitStack() as senders:
        for codec, port in ports.items():
            senders.enter_context(contribute(MEETINGS[mode], port, codec, "--retry"))
        for codec in ports:
            relay.wait_for_connected(codec)
            numbers = frame_numbers(hear(relay, codec, HEARD_S))
            breaks = [(a, b) for a, b in zip(numbers, numbers[1:]) if b != a + 1]
            assert not breaks, (codec, breaks[:5])


def test_what_auto_finds(start_relay):
    """framing=auto, which nobody has to ask for: framed by its headers, raw for want of any."""
    ports = {codec: free_port() for codec in ("flac", "raw")}
    relay = start_relay(*(f"{codec}={camera_url('listener', port)}" for codec, port in ports.items()))
    with contribute("caller", ports["flac"], "flac", "--retry"), contribute("caller", ports["raw"], "raw", "--retry"):
        for codec in ports:
            relay.wait_for_connected(codec)
            numbers = frame_numbers(hear(relay, codec, 0.5))
            assert all(b == a + 1 for a, b in zip(numbers, numbers[1:])), codec


@pytest.mark.parametrize("codec", ["opus", "mp2"])
def test_tone_of_a_lossy_codec(start_relay, codec):
    port = free_port()
    relay = start_relay(f"cam={camera_url('listener', port)}")
    with contribute("caller", port, codec, "--tone", TONE_HZ, "--retry"):
        relay.wait_for_connected("cam")
        left = hear(relay, "cam", 1.0)[24000::2]  # without the codec's own beginning
    level, frequency = level_and_frequency(left)
    assert abs(20 * math.log10(level / TONE_PEAK)) < 0.5, level
    assert abs(frequency - TONE_HZ) < 1, frequency


def test_codec_changes_while_it_is_heard(start_relay, bar):
    """One session through all codecs: no step beyond the tone's own, no dip, and the tone goes on."""
    port = free_port()
    relay = start_relay(f"cam={camera_url('listener', port)}")
    with contribute("caller", port, "l16", "--tone", TONE_HZ, "--retry") as sender:
        relay.wait_for_connected("cam")
        listener = Listener(f"{relay.url}/cam")
        listener.hear(0.3)
        began = time.monotonic()
        for codec in ("opus", "mp2", "flac", "l16", "mp2", "l16", "flac", "opus", "l16"):
            sender.tell(f"codec {codec}")
            sender.wait_for_line(f"^codec {codec}$")
            listener.hear(0.4)
        took_s = time.monotonic() - began
        listener.close()
    left = listener.samples[::2]
    bar("codec changes: largest step beside the tone's own", largest_step(left) / TONE_STEP, 1.1)
    assert softest_peak(left) > TONE_PEAK * 0.9
    assert took_s < 9 * 0.4 + 1.5  # nothing was waited for


def test_sender_stands_still(start_relay):
    """Stopped for a while, in the middle of FLAC and its thread: the session stays, and the sound goes on by itself."""
    port = free_port()
    relay = start_relay(f"cam={camera_url('listener', port)}")
    with contribute("caller", port, "flac", "--retry") as sender:
        relay.wait_for_connected("cam")
        listener = Listener(f"{relay.url}/cam")
        listener.hear(0.3)
        sender.kill(signal.SIGSTOP)
        relay.wait_for_line("camera cam main: nothing comes at the moment")
        sender.kill(signal.SIGCONT)
        listener.hear_numbers(0.5)
        listener.close()
    assert len([line for line in relay.lines if "connected," in line]) == 1


def test_metadata_and_noise(start_relay):
    """What makes no sense is counted and ends nothing: the sound around it is heard as ever."""
    port = free_port()
    relay = start_relay("--log-level", "debug", f"cam={camera_url('listener', port)}")
    with contribute("caller", port, "l16", "--retry") as sender:
        relay.wait_for_connected("cam")
        sender.tell("metadata " + json.dumps({"title": "x" * 3000}))
        relay.wait_for_line("camera cam main: the sender sends metadata")
        sender.tell("noise 2000")
        sender.tell("codec flac")
        sender.wait_for_line("^codec flac$")
        listener = Listener(f"{relay.url}/cam")
        listener.hear_numbers(0.5)
        listener.close()
    assert len([line for line in relay.lines if "connected," in line]) == 1
    relay.stop()
    told = re.search(r"sound came in (\d+) messages; malformed (\d+), of these broken (\d+), too large (\d+), not decoded (\d+)", relay.log)
    messages, malformed, broken, oversize, undecoded = map(int, told.groups())
    assert messages > 2000 and min(broken, oversize, undecoded) > 0 and malformed > broken + oversize + undecoded, told.group()


@pytest.mark.long
def test_ten_minutes_of_noise(start_relay):
    """Random, cut and bit-turned messages between sound: same process, same connection, no growth."""
    port = free_port()
    relay = start_relay(f"cam={camera_url('listener', port)}")

    def resident_kib():
        return int(relay.proc("statm").split()[1]) * 4

    with contribute("caller", port, "l16", "--retry") as sender:
        relay.wait_for_connected("cam")
        codecs = ["flac", "opus", "mp2", "l16"]
        listener = Listener(f"{relay.url}/cam")
        resident = []
        began = time.monotonic()
        while time.monotonic() - began < 600:
            sender.tell("noise 400")
            sender.tell(f"codec {codecs[len(resident) % len(codecs)]}")
            listener.hear(1.0)
            resident.append(resident_kib())
        listener.close()
    assert relay.is_sanitized or max(resident) < max(resident[:60]) + 16 * 1024, resident[::20]
    assert len([line for line in relay.lines if "connected," in line]) == 1
