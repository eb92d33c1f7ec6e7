"""Orders about the same cameras from several sides at once, while readers come and go and files are read anew: nothing is left, nobody falls over anything."""

import contextlib
import random
import signal
import threading
import time

from control_client import Control
from rtsp_client import Closed, RtspClient

RACE_S = 4
NAMES = ("x0", "x1")
URLS = ("test:?size=160x120&fps=10&audio=none", "test:?size=320x240&fps=10&audio=none", "rtsp://127.0.0.1:9/x")
CODES = {"not-found", "conflict", "busy", "invalid"}


def make_order(chance):
    name = chance.choice(NAMES)
    url = {"URL": chance.choice(URLS)}
    return chance.choice([{"verb": "add", "name": name, "settings": url}, {"verb": "set", "name": name, "settings": url}, {"verb": "remove", "name": name},
                          {"verb": "disable", "name": name}, {"verb": "enable", "name": name}, {"verb": "retry", "name": name}, {"verb": "reload"}, {"verb": "readers"}])


def give_orders(relay, seed, is_over, surprises):
    chance = random.Random(seed)
    with Control(relay, timeout=40) as control:
        while not is_over.is_set():
            order = make_order(chance)
            answer = control.ask(**order)
            if answer["ok"] and order["verb"] == "readers" and answer["result"]:
                answer = control.ask("kick", id=chance.choice(answer["result"])["id"])
            if not answer["ok"] and answer["error"]["code"] not in CODES:
                surprises.append((order, answer))


def come_and_go(relay, seed, is_over):
    chance = random.Random(seed)
    while not is_over.is_set():
        with contextlib.suppress(OSError, Closed, AssertionError, TimeoutError):
            with RtspClient(f"{relay.url}/{chance.choice(('yard', *NAMES))}", deadline=3) as client:
                if client.play_tcp((0,)).status == 200:
                    time.sleep(chance.random() * 0.2)
        time.sleep(0.01)


def test_orders_race_with_readers(start_relay):
    relay = start_relay(f"yard={URLS[0]}")
    is_over, surprises = threading.Event(), []
    threads = [threading.Thread(target=give_orders, args=(relay, seed, is_over, surprises)) for seed in range(4)]
    threads += [threading.Thread(target=come_and_go, args=(relay, seed, is_over)) for seed in range(4)]
    for thread in threads:
        thread.start()
    until = time.monotonic() + RACE_S
    while time.monotonic() < until and relay.process.poll() is None:
        relay.process.send_signal(signal.SIGHUP)
        time.sleep(0.2)
    is_over.set()
    for thread in threads:
        thread.join(60)
    assert relay.process.poll() is None and not surprises, surprises[:3]
    with Control(relay) as control:
        for name in NAMES:
            control.ask("remove", name=name)
        assert [camera["name"] for camera in control.ask("cameras")["result"]] == ["yard"]
    with RtspClient(f"{relay.url}/yard") as client:
        assert client.play_tcp((0,)).status == 200
