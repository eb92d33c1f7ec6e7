"""Clients that come and go in every way there is: afterwards the daemon is as it was before."""
import contextlib
import itertools
import os
import queue
import signal
import subprocess
import threading
import time

import process
from rtsp_client import RtspClient
from udp_receiver import UdpReceiver
from viewer import Viewer

CYCLES = 100
PROGRAM_CYCLES = 12
WORKERS = 4
GROWTH_KIB = 4096


# ---- one client's life; each takes the URL ----


def watch_tcp(url):
    client = RtspClient(url)
    assert client.play_tcp().status == 200
    for _ in range(30):
        client.read_packet()
    return client


def leave_by_teardown(url):
    with watch_tcp(url) as client:
        assert client.request("TEARDOWN").status == 200


def leave_by_close(url):
    watch_tcp(url).close()


def leave_by_reset(url):
    watch_tcp(url).close(reset=True)


def leave_while_paused(url):
    with watch_tcp(url) as client:
        assert client.request("PAUSE").status == 200


def leave_before_play(url):
    with RtspClient(url) as client:
        client.describe()
        assert client.setup(0, "RTP/AVP/TCP;unicast;interleaved=0-1").status == 200


def leave_within_a_request(url):
    with RtspClient(url) as client:
        client.describe()
        client.send(client.text("SETUP")[:-10])


def leave_before_the_answer(url):
    client = RtspClient(url)
    client.describe()
    assert client.setup(0, "RTP/AVP/TCP;unicast;interleaved=0-1").status == 200
    client.send(client.text("PLAY"))
    client.close(reset=True)


def watch_udp(url, leave):
    with RtspClient(url) as client, UdpReceiver(client, "127.0.0.1", (0, 1)) as receiver:
        assert receiver.play().status == 200
        for _ in range(30):
            receiver.read_packet()
        leave(client)


def leave_udp_by_teardown(url):
    watch_udp(url, lambda client: client.request("TEARDOWN"))


def leave_udp_by_reset(url):
    watch_udp(url, lambda client: client.close(reset=True))


LIVES = [leave_by_teardown, leave_by_close, leave_by_reset, leave_while_paused, leave_before_play, leave_within_a_request, leave_before_the_answer,
         leave_udp_by_teardown, leave_udp_by_reset]


# ---- programs ----


def ffmpeg(url, transport):
    return ["ffmpeg", "-v", "error", "-rtsp_transport", transport, "-i", url, "-c", "copy", "-f", "null", "-"]


def gstreamer(url, transport):
    return ["gst-launch-1.0", "-q", "rtspsrc", f"location={url}", f"protocols={transport}", "!", "application/x-rtp,media=video", "!", "fakesink"]


def run_program(relay, command, number):
    joined = relay.log.count("reader joined over")
    running = process.start(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        relay.wait_for_line("reader joined over", timeout=20, count=joined + 1)
        running.send_signal(number)
        running.wait(20)
    finally:
        running.kill()
        running.wait()


# ---- what must not grow ----


class State:
    def __init__(self, relay):
        status = dict(line.split(":", 1) for line in relay.proc("status").decode().splitlines())
        self.descriptors = len(os.listdir(f"/proc/{relay.pid}/fd"))
        self.threads = int(status["Threads"])
        self.rss_kib = int(status["VmRSS"].split()[0])
        self.readers = relay.log.count("reader joined") - relay.log.count("reader left")


def wait_for_calm(relay, before):
    """Until descriptors and readers are as they were: the last connection's end is a turn of the loop away."""
    until = time.monotonic() + 5
    while True:
        now = State(relay)
        if (now.descriptors, now.readers) == (before.descriptors, before.readers):
            return now
        assert time.monotonic() < until, f"descriptors {before.descriptors}, then {now.descriptors}; readers {before.readers}, then {now.readers}"
        os.sched_yield()


def live_all(lives, url):
    """Runs them on a few threads; raises what the first of them raised."""
    todo, errors = queue.SimpleQueue(), []
    for life in lives:
        todo.put(life)

    def work():
        with contextlib.suppress(queue.Empty):
            while not errors:
                life = todo.get_nowait()
                try:
                    life(url)
                except Exception as error:  # of any kind: it is raised again on the test's thread
                    errors.append((life.__name__, error))
    threads = [threading.Thread(target=work) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise AssertionError(f"{errors[0][0]}: {errors[0][1]!r}") from errors[0][1]


def test_churn(start_relay, stock_camera, capsys):
    relay = start_relay(f"yard={stock_camera.url}/both")
    relay.wait_for_connected("yard")
    url = f"{relay.url}/yard"
    viewer = Viewer(url, tracks=(0, 1))
    live_all(LIVES * 2, url)  # what is made once is made now
    programs = list(itertools.product((ffmpeg, gstreamer), ("tcp", "udp")))
    run_program(relay, ffmpeg(url, "udp"), signal.SIGINT)
    relay.wait_for_line("reader left", count=relay.log.count("reader joined over") - 1)
    before = State(relay)

    lives = list(itertools.islice(itertools.cycle(LIVES), CYCLES - PROGRAM_CYCLES))
    live_all(lives, url)
    wait_for_calm(relay, before)
    for cycle in range(PROGRAM_CYCLES):
        program, transport = programs[cycle % len(programs)]
        run_program(relay, program(url, transport), (signal.SIGINT, signal.SIGKILL, signal.SIGTERM)[cycle % 3])

    after = wait_for_calm(relay, before)
    viewer.stop()
    viewer.assert_well_served()
    with capsys.disabled():
        print(f"\nchurn: {CYCLES} cycles, {before.descriptors} descriptors, {after.threads} threads, RSS {after.rss_kib - before.rss_kib:+} KiB", end="")
    assert after.threads == before.threads
    if not relay.is_sanitized:
        assert after.rss_kib - before.rss_kib < GROWTH_KIB
