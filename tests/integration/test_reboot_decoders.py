"""A camera reboots under real decoders and a crowd: nobody is lost, no decoder finds a fault, time goes on."""
import itertools

import pytest

from crowd import Crowd
from decoders import Decoder
from rtsp_client import RtspClient

DECODERS = list(itertools.product(("ffmpeg", "gstreamer"), ("tcp", "udp")))
CROWD = {"tcp": 40, "udp": 20}
DOWN_S = 3.0
FPS = 25


def start_decoders(url, codec):
    return [Decoder(program, url, transport, codec) for program, transport in DECODERS]


def wait_for_more(decoders, pictures, timeout=40):
    for decoder in decoders:
        decoder.wait_for_pictures(len(decoder.times) + pictures, timeout)


def reboot_under(relay, camera, decoders, times):
    """Slate and camera are seen by every decoder, so many times."""
    for number in range(times):
        camera.reboot(DOWN_S, ("rst", "fin")[number % 2])
        camera.wait_for("up", count=number + 2, timeout=DOWN_S + 10)
        relay.wait_for_connected("yard", count=number + 2)
        wait_for_more(decoders, 2 * FPS)  # no slate gives as many in the time


def hold_bars(bar, codec, decoders, results):
    lost = sum(one["failed"] for one in results) + sum(decoder.process.poll() is not None for decoder in decoders)
    errors = [f"{decoder.name}: {line}" for decoder in decoders for line in decoder.errors()]
    back = {decoder.name: decoder.steps_back() for decoder in decoders if decoder.steps_back()}
    print(*errors[:20], back, sep="\n")
    bar(f"reboots under decoders and {sum(CROWD.values())} clients, {codec}: readers lost", lost, 0)
    bar(f"reboots under decoders and {sum(CROWD.values())} clients, {codec}: packets missing", sum(one["packets_missing"] for one in results), 0)
    bar(f"reboots under decoders, {codec}: decoder errors", len(errors), 0)
    bar(f"reboots under decoders, {codec}: decoders whose time went back", len(back), 0)
    assert max(decoder.longest_step() for decoder in decoders) < DOWN_S - 1, "a decoder saw no slate"


@pytest.mark.timing  # decoders over UDP lose packets where everything is slow
@pytest.mark.parametrize("codec,times", [pytest.param("h264", 2), pytest.param("h265", 1),
                                         pytest.param("h264", 10, marks=pytest.mark.long), pytest.param("h265", 10, marks=pytest.mark.long)])
def test_reboots(make_camera, start_relay, bar, codec, times):
    camera = make_camera(codec=codec, size="640x360", audio="pcma")
    relay = start_relay(f"yard={camera.url}")
    relay.wait_for_connected("yard")
    url = f"{relay.url}/yard"
    decoders = start_decoders(url, codec)
    try:
        with Crowd([url], **CROWD) as crowd:
            wait_for_more(decoders, FPS)
            relay.wait_for_line("reader joined over", count=len(decoders) + sum(CROWD.values()))
            reboot_under(relay, camera, decoders, times)
            results = crowd.leave()
        hold_bars(bar, codec, decoders, results)
    finally:
        for decoder in decoders:
            decoder.stop()


def test_another_description_ends_the_readers(make_camera, start_relay, bar):
    camera = make_camera(codec="h264", size="640x360")
    relay = start_relay(f"yard={camera.url}")
    relay.wait_for_connected("yard")
    decoders = start_decoders(f"{relay.url}/yard", "h264")
    try:
        wait_for_more(decoders, FPS)
        camera.turn(codec="h265")
        camera.reboot(DOWN_S)
        relay.wait_for_connected("yard", count=2)
        statuses = {decoder.name: decoder.wait_for_end(20) for decoder in decoders}
        print(*(f"{decoder.name}: {decoder.complaints()}" for decoder in decoders if statuses[decoder.name] != 0), sep="\n")
        bar("another description: programs that did not end by themselves", sum(status != 0 for status in statuses.values()), 0)
    finally:
        for decoder in decoders:
            decoder.stop()
    with RtspClient(f"{relay.url}/yard") as client:
        reply = client.describe()
        assert reply.status == 200 and b"H265" in reply.body and b"H264" not in reply.body
