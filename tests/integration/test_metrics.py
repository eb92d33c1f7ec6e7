"""The metrics of a running daemon: as Prometheus reads them at /metrics, and as they come to StatsD."""
import re
import shutil
import socket
import subprocess
import time

import pytest

import exposition
from http_client import ask
from metric_table import ROOT, read_table
from relay import CANARY
from rtsp_client import RtspClient

HTTP = "[HTTP]\nListen=127.0.0.1:0\n"
SOURCE = "test:?video=h264&audio=pcma&size=320x240&fps=25"

needs_promtool = pytest.mark.skipif(not shutil.which("promtool"), reason="prometheus is not installed")


def scrape(relay):
    answer = ask(relay.http_url, "/metrics")
    assert answer.status == 200 and answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return answer.body.decode()


def value_of(families, name, **labels):
    found = [value for (sample, pairs), value in families[name].samples.items() if sample == name and labels.items() <= dict(pairs).items()]
    assert len(found) == 1, (name, labels, found)
    return found[0]


def wait_for(relay, is_there):
    """The families, once IS_THERE (families); the status is renewed each second."""
    deadline = time.monotonic() + 15
    while not is_there(families := exposition.read(scrape(relay))):
        assert time.monotonic() < deadline, scrape(relay)
    return families


@pytest.fixture
def relay(start_relay, make_camera):
    camera = make_camera(login="md5")
    relay = start_relay(f"yard={SOURCE}", f"cam={camera.url_for('viewer', CANARY)}", "nowhere=rtsp://127.0.0.1:9/x", config=HTTP)
    relay.wait_for_connected("yard")
    relay.wait_for_connected("cam")
    return relay


def test_scrape(relay):
    with RtspClient(f"{relay.url}/yard") as client:
        assert client.play_tcp((0,)).status == 200
        client.read_packet()
        families = wait_for(relay, lambda found: "camrelay_readers" in found and "camrelay_stream_first_picture_seconds" in found and
                            value_of(found, "camrelay_stream_state", camera="cam", state="connected") == 1 and
                            value_of(found, "camrelay_stream_frames_per_second", camera="yard") > 20)
    table = read_table()
    for name, family in families.items():
        kind, labels = table[name]
        assert family.type == kind
        for sample, pairs in family.samples:
            assert tuple(label for label, _ in pairs) == labels + (("le",) if sample.endswith("_bucket") else ()), (sample, pairs)
    missing = set(table) - set(families)
    assert not [name for name in missing if "_srt_" not in name and not name.endswith(("ailment", "usual_frames_per_second"))], missing
    assert value_of(families, "camrelay_stream_reason", camera="nowhere", reason="refused") == 1
    assert value_of(families, "camrelay_readers", transport="TCP", state="playing") == 1
    assert value_of(families, "camrelay_stream_readers", camera="yard") == 1
    assert value_of(families, "camrelay_stream_last_unit_age_seconds", camera="yard") < 1
    assert value_of(families, "camrelay_status_age_seconds") < 2
    assert value_of(families, "camrelay_build_info") == 1


def test_counters_never_fall(relay):
    first = exposition.read(scrape(relay))
    units = value_of(first, "camrelay_stream_units_total", camera="yard", track="video")
    later = wait_for(relay, lambda found: value_of(found, "camrelay_stream_units_total", camera="yard", track="video") > units)
    for name, family in first.items():
        if family.type == "gauge":
            continue
        for key, value in family.samples.items():
            assert later[name].samples[key] >= value, key


def test_statsd(start_relay):
    """Two rounds: all gauges in the first, what counters grew by in the second."""
    table = read_table()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as collector:
        collector.bind(("127.0.0.1", 0))
        collector.settimeout(20)
        start_relay(f"yard={SOURCE}", config=f"[StatsD]\nAddress=127.0.0.1:{collector.getsockname()[1]}\n")
        seen = {}
        while "camrelay_stream_units_total.yard.main.video" not in seen:
            packet = collector.recv(65536)
            assert len(packet) <= 1432 and packet.endswith(b"\n")
            for line in packet.decode().splitlines():
                name, value, kind = re.fullmatch(r"([\w.-]+):(-?[\d.e+-]+)\|([cg])", line).groups()
                family = name.split(".")[0]
                family = family if family in table else re.sub(r"_(bucket|sum|count)$", "", family)
                assert (kind == "g") == (table[family][0] == "gauge"), line
                seen[name] = float(value)
    assert seen["camrelay_stream_state.yard.main.connected"] == 1
    assert 0 < seen["camrelay_stream_units_total.yard.main.video"] < 1000
    assert seen["camrelay_threads"] > 3


@needs_promtool
@pytest.mark.long
def test_promtool_finds_nothing(relay):
    families = wait_for(relay, lambda found: value_of(found, "camrelay_stream_state", camera="cam", state="connected") == 1)
    assert families
    run = subprocess.run(["promtool", "check", "metrics"], input=scrape(relay), capture_output=True, text=True, timeout=60, check=False)
    assert (run.returncode, run.stdout + run.stderr) == (0, "")


@needs_promtool
@pytest.mark.long
def test_promtool_takes_the_rules():
    run = subprocess.run(["promtool", "check", "rules", str(ROOT / "docs" / "alert-rules.yml")], capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0 and "SUCCESS" in run.stdout, run.stdout + run.stderr
