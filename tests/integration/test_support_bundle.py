"""The support bundle of a running daemon: what is in it, and that no secret is, in whatever form it is written somewhere."""
import base64
import hashlib
import io
import json
import socket
import tarfile
import time

import pytest

import http_client
from relay import CANARY
from rtsp_client import RtspClient

CONTENT = ["cameras.json", "configuration.txt", "descriptions.txt", "limits.txt", "log.txt", "metrics.txt", "readers.json", "status.json", "threads.txt", "versions.txt"]
TOKEN = f"{CANARY}-token-of-forty-and-more-characters"
CONFIG = f"""
[HTTP]
Listen=127.0.0.1:0
[User bob]
Password={CANARY}

[SRT]
Passphrase={CANARY}

[Token grafana]
TokenHash=sha256:{hashlib.sha256(TOKEN.encode()).hexdigest()}
Role=viewer
"""


def ask(relay, **request):
    path = next(relay.folder.glob("**/control.sock"))
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(30)
        connection.connect(str(path))
        connection.sendall(json.dumps(request).encode() + b"\n")
        answer = b""
        while not answer.endswith(b"\n"):
            data = connection.recv(1 << 20)
            assert data, answer[-200:]
            answer += data
    return json.loads(answer)


def bundle_of(relay):
    answer = ask(relay, verb="support-bundle")
    assert answer["ok"], answer
    tar = base64.b64decode(answer["result"]["tar_base64"], validate=True)
    with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
        files = {member.name: archive.extractfile(member).read() for member in archive.getmembers()}
    folder = answer["result"]["name"].removesuffix(".tar")
    return tar, {name.removeprefix(folder + "/"): data.decode() for name, data in files.items()}


def wait_for_states(relay, **states):
    """Until the status, which is renewed each second, has these."""
    deadline = time.monotonic() + 10
    while {stream["camera"]: stream["state"] for stream in ask(relay, verb="status")["result"]["streams"] if stream["camera"] in states} != states:
        assert time.monotonic() < deadline, ask(relay, verb="status")


@pytest.fixture
def busy_relay(make_camera, start_relay):
    """A daemon with secrets in each place that there is, all of which were used."""
    camera, stranger = make_camera(login="md5"), make_camera(login="basic", password="another")
    relay = start_relay(f"cam={camera.url_for('viewer', CANARY)}", f"wrong={stranger.url_for('viewer', CANARY)}?token={CANARY}", config=CONFIG,
                        cameras={"sealed": f"[Camera]\nURL=srt://127.0.0.1:9?passphrase={CANARY}&streamid={CANARY}\n",
                                 "split": f"[Camera]\nURL={camera.url}\nUsername=viewer\nPassword={CANARY}\n"})
    relay.wait_for_connected("cam")
    relay.wait_for_connected("split")
    relay.wait_for_line(r"camera wrong main: cannot connect: .*cause=auth")
    with RtspClient(f"{relay.url}/cam?password={CANARY}", "bob", CANARY) as client:
        client.play_tcp((0,))
        client.request("OPTIONS", "*", [("Authorization", f"Basic {base64.b64encode(b'bob:' + CANARY.encode()).decode()}"), ("X-Token", CANARY)])
        client.read_packet()
        ask(relay, verb="add", name="later", settings={"Camera.URL": f"rtsp://viewer:{CANARY}@127.0.0.1:9/x", "Camera.Password": CANARY})
        ask(relay, verb=CANARY, name=CANARY)
        for path in (f"/api/v1/cameras?token={CANARY}", f"/{CANARY}"):
            http_client.ask(relay.http_url, path, token=TOKEN, headers={"X-Key": CANARY})
            http_client.ask(relay.http_url, path, token=CANARY)
        yield relay


def test_content(busy_relay):
    wait_for_states(busy_relay, cam="connected", split="connected")
    _, files = bundle_of(busy_relay)
    assert sorted(files) == CONTENT
    assert "Password=(set)" in files["configuration.txt"] and "[Camera cam]" in files["configuration.txt"]
    assert json.loads(files["status.json"])["streams"]
    assert 'camrelay_stream_state{camera="cam",stream="main",state="connected"} 1' in files["metrics.txt"]
    assert [reader["camera"] for reader in json.loads(files["readers.json"])] == ["cam"]
    log = files["log.txt"]
    assert " info    camera cam main: connected" in log and "camera cam main: we ask it: DESCRIBE rtsp://127.0.0.1:" in log
    assert "the client asks: PLAY " in log and "the client is told: 401 Unauthorized" in log
    for name in ("camrelay ", "GStreamer ", "GLib ", "libsrt ", "Linux "):
        assert name in files["versions.txt"], name
    for thread in ("(camrelayd)", "(media0)", "(http)"):
        assert thread in files["threads.txt"], thread
    assert "Max open files" in files["limits.txt"]
    assert "/cam/main" in files["descriptions.txt"] and "H264" in files["descriptions.txt"].upper()


def test_no_secrets(busy_relay):
    tar, files = bundle_of(busy_relay)
    secret = CANARY.encode()
    said = [f"{name}: {line}" for name, text in files.items() for line in text.splitlines() if CANARY.lower() in line.lower()]
    assert not said, said
    wanted = [secret, secret[:12], secret.hex().encode(), base64.b64encode(secret)[:-4], base64.b64encode(b"viewer:" + secret)[:-4],
              base64.b64encode(b"bob:" + secret)[:-4], hashlib.sha256(TOKEN.encode()).hexdigest().encode(), hashlib.sha256(secret).hexdigest().encode(),
              hashlib.md5(b"bob:camrelay:" + secret).hexdigest().encode(), b"response=", b"nonce="]
    for form in wanted:
        assert form.lower() not in tar.lower(), form


def test_reports(start_relay):
    """The newest crash and the newest stall are in it."""
    relay = start_relay("cam=test:")
    crashes = relay.folder / "state" / "crashes"
    crashes.mkdir(exist_ok=True)
    for name in ("crash-20260101T000000Z-1.txt", "crash-20260201T000000Z-1.txt", "stall-20260101T000000Z-main.txt"):
        (crashes / name).write_text(f"report {name}\n")
    _, files = bundle_of(relay)
    assert files["crash.txt"] == "report crash-20260201T000000Z-1.txt\n"
    assert files["stall.txt"] == "report stall-20260101T000000Z-main.txt\n"
