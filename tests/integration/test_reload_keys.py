"""Every key of the table is changed while somebody watches, and does what its row says: nothing that a reader notices, another connection to the camera, or the end."""
import hashlib
import re
import socket
import time

import pytest

from control_client import Control
from http_client import ask
from key_table import read_effects
from relay import CANARY, ROOT
from reloads import BASE, CAMERA, assert_goes_on, await_status, await_true, watch
from rtsp_client import RtspClient, host_and_port, seal

EFFECTS = read_effects()
TLS = ROOT / "tests" / "data" / "tls"

# A row for each key of a camera: what it is at first, and then. {} of a URL: a fault camera of its own, at 127.0.0.1 and some port.
LOCAL, REAL = "[Camera]\nURL=test:?size=160x120\n", "[Camera]\nURL=rtsp://viewer:" + CANARY + "@127.0.0.1:{}/cam\n"
LOGIN = "[Camera]\nURL=rtsp://127.0.0.1:{}/cam\n"
RIGHT = f"Username=viewer\nPassword={CANARY}\n"
CAMERA_ROWS = {
    "Camera.URL": (LOCAL, "[Camera]\nURL=test:?size=160x120&fps=10\n"),
    "Camera.Address": ("[Camera]\nURL=rtsp://%a/cam\nAddress=127.0.0.1:{}\n" + RIGHT, "[Camera]\nURL=rtsp://%a/cam\nAddress=localhost:{}\n" + RIGHT),
    "Camera.Username": (LOGIN + RIGHT, LOGIN + f"Username=other\nPassword={CANARY}\n"),
    "Camera.Password": (LOGIN + RIGHT, LOGIN + f"Username=viewer\nPassword={CANARY}-2\n"),
    "Camera.PasswordCredential": (LOGIN + "Username=viewer\nPasswordCredential=right\n", LOGIN + "Username=viewer\nPasswordCredential=wrong\n"),
    "Camera.Enabled": (LOCAL, LOCAL + "Enabled=no\n"),
    "Camera.Description": (LOCAL, LOCAL + "Description=front door\n"),
    "Camera.MaxConnections": (REAL, REAL + "MaxConnections=3\n"),
    "Camera.RememberPicture": (LOCAL, LOCAL + "RememberPicture=no\n"),
    "Camera.Priority": (LOCAL, LOCAL + "Priority=low\n"),
    "Stream.URL": ("[Stream main]\nURL=test:?size=160x120\n", "[Stream main]\nURL=test:?size=160x120&fps=10\n"),
    "Stream.Transport": (REAL, REAL + "[Stream main]\nTransport=tcp\n"),
    "Stream.TLSFingerprint": (LOCAL, LOCAL + f"[Stream main]\nTLSFingerprint=sha256:{'ab' * 32}\n"),
    "Stream.Start": (LOCAL, LOCAL + "[Stream main]\nStart=on-demand\nIdleTimeout=1s\n"),
    "Stream.IdleTimeout": (LOCAL + "[Stream main]\nStart=on-demand\nIdleTimeout=1h\n", LOCAL + "[Stream main]\nStart=on-demand\nIdleTimeout=1s\n"),
    "Stream.StallTimeout": (REAL + "[Stream main]\nStallTimeout=600s\n", REAL + "[Stream main]\nStallTimeout=1s\n"),
    "Stream.FrozenTimeout": (REAL, REAL + "[Stream main]\nFrozenTimeout=5s\n"),
    "Stream.OnLoss": (LOCAL, LOCAL + "[Stream main]\nOnLoss=forward\n"),
    "Stream.MaxBitrate": (LOCAL, LOCAL + "[Stream main]\nMaxBitrate=50M\n"),
    "Audio.Mode": (LOCAL, LOCAL + "[Audio]\nMode=none\n"),
    "Audio.BitRate": (LOCAL + "[Audio]\nMode=opus\n", LOCAL + "[Audio]\nMode=opus\nBitRate=24K\n"),
    "Audio.Complexity": (LOCAL + "[Audio]\nMode=opus\n", LOCAL + "[Audio]\nMode=opus\nComplexity=0\n"),
    "Audio.AudioHold": (LOCAL, LOCAL + "[Audio]\nAudioHold=0s\n"),
    "Offline.Slate": (REAL, REAL + "[Offline]\nSlate=none\n"),
    "Offline.Hold": (REAL, REAL + "[Offline]\nHold=1s\n"),
    "Access.Read": (LOCAL, LOCAL + "[Access]\nRead=net:127.0.0.1/32\n"),
    "Access.MaxReaders": (LOCAL, LOCAL + "[Access]\nMaxReaders=1\n"),
    "Access.ReaderPolicy": (LOCAL, LOCAL + "[Access]\nReaderPolicy=disconnect\n"),
    "Access.Thin": (LOCAL, LOCAL + "[Access]\nThin=off\n"),
    "Retry.Backoff": (REAL + "[Retry]\nBackoff=100ms 100ms\n", REAL + "[Retry]\nBackoff=1h 1h\n"),
    "Retry.AuthBackoff": (LOGIN + RIGHT + "[Retry]\nAuthBackoff=61s 61s\n", LOGIN + RIGHT + "[Retry]\nAuthBackoff=23h 23h\n"),
}

# With another log-in the camera is dialled anew, and refuses it.
REFUSED = ("Camera.Username", "Camera.Password", "Camera.PasswordCredential")

# A row for each key of the server, all but those for which another test says more; of users and tokens.
SERVER_ROWS = {
    "RTSP.MulticastTTL": "7", "RTSP.MulticastInterface": "nosuch0", "RTSP.UDPPorts": "42000-42001", "RTSP.MulticastRange": "239.255.43.0/24",
    "HTTP.AllowHosts": "nvr.lan", "SRT.Takeover": "refuse", "SRT.Passphrase": "another " + CANARY, "SRT.PassphraseCredential": "wrong",
    "Limits.MaxConnections": "900", "Limits.MaxConnectionsPerAddress": "100", "Limits.MaxReaders": "1", "Limits.StartConcurrency": "8 2",
    "Limits.RequestTimeout": "1s", "Limits.ReaderLag": "900ms", "Limits.ReaderTimeout": "9s", "Limits.MediaMemory": "64M",
    "Control.Socket": "/nowhere/control.sock", "StatsD.Address": "127.0.0.1:{}",
}
ELSEWHERE = {
    "RTSP.Listen": "test_reload.test_listeners_come_and_go", "RTSP.ListenTLS": "test_seals", "RTSP.Certificate": "test_seals", "RTSP.PrivateKey": "test_seals",
    "HTTP.Listen": "test_reload_refused.test_http_moves", "SRT.Listen": "test_reload.test_srt_is_brought_up_when_it_is_needed",
    "User.Password": "test_users_and_tokens", "User.PasswordCredential": "test_users_and_tokens", "User.DigestHash": "test_users_and_tokens",
    "User.Groups": "test_users_and_tokens", "Token.TokenCredential": "test_users_and_tokens", "Token.TokenHash": "test_users_and_tokens",
    "Token.Role": "test_users_and_tokens",
}


def test_every_key_has_a_row():
    assert sorted([*CAMERA_ROWS, *SERVER_ROWS, *ELSEWHERE]) == sorted(EFFECTS)


@pytest.fixture
def credentials(tmp_path):
    folder = tmp_path / "credentials"
    folder.mkdir()
    for name, text in {"right": CANARY, "wrong": f"{CANARY}-wrong", "token": "abcdefghijklmnop-credential"}.items():
        (folder / name).write_text(text)
    return folder


def check(relay):
    """What a reload would change, a line each."""
    with Control(relay) as control:
        return control.ask("check")["result"]["changes"]


def name_of(key):
    return key.lower().replace(".", "-")


class Cameras:
    """One a row, each with a reader; some with a fault camera behind it."""

    def __init__(self, make_camera):
        self.make, self.faults = make_camera, {}

    def text(self, key, which):
        text = CAMERA_ROWS[key][which]
        if "{}" not in text:
            return text
        if key not in self.faults:
            self.faults[key] = self.make(login="md5")
        return text.replace("{}", str(self.faults[key].port))


def remembers(relay):
    """Whether a picture of the camera that is to be forgotten is kept."""
    return any((relay.folder / "state").rglob("*camera-rememberpicture*.key"))


def observe_ends(relay, cameras, seats):
    """What only shows when something happens to the camera, or when its reader goes."""
    cameras.faults["Offline.Slate"].go_down()
    cameras.faults["Offline.Hold"].go_down()
    cameras.faults["Retry.Backoff"].turn(status={"DESCRIBE": 500})
    cameras.faults["Retry.Backoff"].cut()
    for key, knob in (("Stream.StallTimeout", "silent_after"), ("Stream.FrozenTimeout", "frozen_content_after")):  # from the next connection on
        cameras.faults[key].turn(**{knob: 0.5})
        cameras.faults[key].cut()
    cameras.faults["Retry.AuthBackoff"].turn(password="other than before")
    cameras.faults["Retry.AuthBackoff"].cut()
    for key in ("Stream.Start", "Stream.IdleTimeout"):
        client = seats[key].client
        client.send(client.text("TEARDOWN"))
        relay.wait_for_line(f"camera {name_of(key)} main: nobody watches any more")
    relay.wait_for_line(r"camera retry-backoff main: cannot connect: .*trying again in ([1-9]\.\d|\d{2,}) s")  # shortened at random
    relay.wait_for_line(r"camera retry-authbackoff main: cannot connect: .*trying again in [6-8]\d{4} s")
    await_true(lambda: seats["Offline.Hold"].has_bye, "Hold=1s does not hold")
    relay.wait_for_line("camera offline-slate main: lost")
    lost_at = time.monotonic()
    relay.wait_for_line("camera stream-stalltimeout main: .*cause=stall")
    relay.wait_for_line("camera stream-frozentimeout main: .*cause=frozen")
    assert not seats["Offline.Slate"].pictures_since(lost_at + 2), "there is a slate"
    with RtspClient(f"{relay.url}/camera-description") as client:
        assert b"s=front door" in client.describe().body
    with RtspClient(f"{relay.url}/access-maxreaders") as client:
        assert client.setup(0, "RTP/AVP/TCP;unicast;interleaved=0-1").status != 200


def test_keys_of_cameras(reloads, make_camera, credentials):
    cameras = Cameras(make_camera)
    plain = {name_of(key): cameras.text(key, 0) for key in CAMERA_ROWS}
    setup = reloads(cameras={"untouched": CAMERA, **plain}, CREDENTIALS_DIRECTORY=str(credentials))
    relay = setup.relay
    for key in CAMERA_ROWS:
        if key != "Stream.IdleTimeout":
            relay.wait_for_connected(name_of(key))
    await_status(relay, "stream-idletimeout", 200)  # while somebody asks, and for an hour
    with watch(*(f"{relay.url}/{name}" for name in ("untouched", *plain))) as audience:
        bystander, *others = audience.seats
        seats = dict(zip(CAMERA_ROWS, others))
        for seat in audience.seats:
            await_true(lambda seat=seat: len(seat.pictures) > 3, "nothing comes")
        await_true(lambda: remembers(relay), "no picture is kept")
        for key in CAMERA_ROWS:
            setup.cameras[name_of(key)] = cameras.text(key, 1)
        setup.write(setup.config, setup.cameras)
        lines = check(relay)
        for key in CAMERA_ROWS:
            section, word = key.split(".")
            told = {"Camera.URL": "Stream main] URL", "Camera.Address": "Stream main] URL", "Camera.PasswordCredential": "Camera] Password",
                    "Stream.URL": "Stream main] URL"}.get(key, f"{section}{' main' if section == 'Stream' else ''}] {word}")
            assert [line for line in lines if f"camera {name_of(key)}: [{told}" in line and line.endswith(f"({EFFECTS[key]})")], (key, lines)
        assert setup.reload().startswith(f"reloaded: {len(CAMERA_ROWS)} cameras changed")
        changed_at = time.monotonic()
        staying = [key for key in seats if EFFECTS[key] != "remounts" and key not in REFUSED]
        for key, seat in seats.items():
            if EFFECTS[key] == "remounts":
                await_true(lambda seat=seat: seat.error is not None, f"{key}: the reader stays")
                assert seat.has_bye, key
            elif key in REFUSED:
                relay.wait_for_line(f"camera {name_of(key)} main: cannot connect: .*401")
                assert not seat.error and not seat.has_bye, key
            elif EFFECTS[key] == "reconnects":
                relay.wait_for_connected(name_of(key), count=2)
                await_true(lambda seat=seat: seat.camera_picture(changed_at), f"{key}: the camera is not back")
        assert_goes_on(*(seats[key] for key in staying))
        await_status(relay, "camera-enabled", 503)
        await_true(lambda: not remembers(relay), "RememberPicture=no does not hold")
        for key in CAMERA_ROWS:
            connects = len(re.findall(rf"camera {name_of(key)} main: connected", relay.log))
            may = {"live": 1, "reconnects": 1 if key in REFUSED else 2, "remounts": 1 if key == "Camera.Enabled" else 2}[EFFECTS[key]]
            assert connects <= may, (key, connects)
        observe_ends(relay, cameras, seats)
        assert check(relay) == []
        assert_goes_on(bystander)


def config_of(rows):
    """BASE with so many keys."""
    sections = {"RTSP": ["Listen=127.0.0.1:0"], "HTTP": ["Listen=127.0.0.1:0"]}
    for key, value in rows.items():
        section, word = key.split(".")
        sections.setdefault(section, []).append(f"{word}={value}")
    return "".join(f"[{section}]\n" + "".join(f"{line}\n" for line in lines) for section, lines in sections.items())


def is_host_taken(relay):
    return ask(relay.http_url, "/healthz", headers={"Host": "nvr.lan"}).status == 200


def memory_limit(relay):
    with Control(relay) as control:
        return control.ask("status")["result"]["media_memory"]["limit_bytes"]


def setup_of(relay, transport):
    with RtspClient(f"{relay.url}/a") as client:
        return client.setup(0, transport)


def test_keys_of_the_server(reloads, credentials):
    before = {"RTSP.MulticastRange": "239.255.42.0/24", "RTSP.MulticastInterface": "lo", "SRT.Listen": "127.0.0.1:0", "SRT.Passphrase": "the first one"}
    setup = reloads(config_of(before), {"a": CAMERA}, CREDENTIALS_DIRECTORY=str(credentials))
    relay = setup.relay
    relay.wait_for_connected("a")
    udp = setup_of(relay, "RTP/AVP;unicast;client_port=5000-5001")["Transport"]
    ports = re.search(r"server_port=[\d-]+", udp).group(0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as collector, watch(f"{relay.url}/a") as audience:
        collector.bind(("127.0.0.1", 0))
        collector.settimeout(15)
        seat, = audience.seats
        assert_goes_on(seat)
        assert not is_host_taken(relay)
        rows = {key: value.replace("{}", str(collector.getsockname()[1])) for key, value in SERVER_ROWS.items() if key != "SRT.PassphraseCredential"}
        setup.write(config_of({"SRT.Listen": "127.0.0.1:0", **rows}), setup.cameras)
        lines = check(relay)
        for key in rows:
            section, word = key.split(".")
            found = [line for line in lines if re.search(rf"\[{section}\] {word}[= ]", line)]
            assert len(found) == 1 and found[0].endswith(f"({EFFECTS[key]})"), (key, lines)
        summary = setup.reload()
        assert summary.startswith("reloaded: server: ")
        for key in ("UDPPorts", "MulticastRange"):
            assert f"[RTSP] {key} (from the next start on)" in summary
        await_true(lambda: is_host_taken(relay), "AllowHosts=nvr.lan does not hold")
        await_true(lambda: memory_limit(relay) == 64 << 20, "MediaMemory=64M does not hold")  # and the control socket is where it was
        with RtspClient(f"{relay.url}/a") as slow:
            slow.send(b"OPTIONS * RTSP/1.0\r\n")
            assert setup_of(relay, "RTP/AVP/TCP;unicast;interleaved=0-1").status == 453  # MaxReaders=1
            slow.wait_closed(5)  # RequestTimeout=1s
        rows["Limits.MaxReaders"] = "9"
        rows.pop("SRT.Passphrase")
        setup.change(config_of({"SRT.Listen": "127.0.0.1:0", **rows, "SRT.PassphraseCredential": "wrong"}))
        assert setup_of(relay, "RTP/AVP;multicast").status == 461
        relay.wait_for_line("multicast refused: MulticastInterface=nosuch0")
        rows["RTSP.MulticastInterface"] = "lo"
        setup.change(config_of({"SRT.Listen": "127.0.0.1:0", **rows, "SRT.PassphraseCredential": "wrong"}))
        assert ports in setup_of(relay, "RTP/AVP;unicast;client_port=5000-5001")["Transport"]
        assert "ttl=7" in setup_of(relay, "RTP/AVP;multicast")["Transport"] and "239.255.42." in setup_of(relay, "RTP/AVP;multicast")["Transport"]
        assert check(relay) == []
        assert b"camrelay_" in collector.recv(65536)
        assert_goes_on(seat)


def fingerprint(url):
    with seal(socket.create_connection(host_and_port(url), 10)) as connection:
        return hashlib.sha256(connection.getpeercert(True)).hexdigest()


def test_seals(reloads):
    def sealed(listen, certificate, key):
        return f"[RTSP]\nListen=127.0.0.1:0\nListenTLS={listen}\nCertificate={TLS / certificate}\nPrivateKey={TLS / key}\n"
    setup = reloads(sealed("127.0.0.1:0", "first.pem", "first.key"), {"a": CAMERA})
    relay = setup.relay
    relay.wait_for_connected("a")
    with watch(f"{relay.sealed_url}/a") as audience:
        seat, = audience.seats
        assert_goes_on(seat)
        first = fingerprint(relay.sealed_url)
        line = setup.change(sealed("127.0.0.1:0 127.0.0.5:18557", "second.pem", "second.pem"))
        assert line == "reloaded: server: [RTSP] ListenTLS, [RTSP] Certificate, [RTSP] PrivateKey"
        assert fingerprint(relay.sealed_url) == fingerprint("rtsps://127.0.0.5:18557") != first
        line = setup.change(sealed("127.0.0.1:0", "second.pem", "first.key"))
        assert line == "reloaded: 1 error, the old configuration stays"
        assert_goes_on(seat)


def test_users_and_tokens(reloads, credentials):
    other = "qrstuvwxyz-0123456789"
    token = {"TokenCredential": "token", "TokenHash": "sha256:" + hashlib.sha256(other.encode()).hexdigest()}
    digest = hashlib.sha256(f"bob:camrelay:{CANARY}-3".encode()).hexdigest()

    def config(user, line, role="viewer"):
        return f"{BASE}[HTTP]\nListen=127.0.0.1:0\n[User eve]\nPassword={CANARY}-eve\nGroups=family\n[User bob]\n{user}\n[Token t]\n{line}\nRole={role}\n"
    setup = reloads(config(f"Password={CANARY}-1", f"TokenHash={token['TokenHash']}"), {"a": CAMERA, "b": CAMERA + "[Access]\nRead=group:family\n"},
                    CREDENTIALS_DIRECTORY=str(credentials))
    relay = setup.relay
    for name in ("a", "b"):
        relay.wait_for_connected(name)

    def may(camera, password):
        with RtspClient(f"{relay.url}/{camera}", user="bob", password=password) as client:
            return client.describe().status == 200

    def holds(secret):
        return ask(relay.http_url, "/api/v1/cameras", token=secret).status == 200
    with RtspClient(f"{relay.url}/a", user="eve", password=f"{CANARY}-eve") as eve:
        assert eve.play_tcp((0,)).status == 200
        assert may("a", f"{CANARY}-1") and holds(other)
        line = setup.change(config("PasswordCredential=right", "TokenCredential=token"))
        assert line == "reloaded: users: ~bob, tokens: ~t"
        assert may("a", CANARY) and not may("a", f"{CANARY}-1")
        await_true(lambda: holds("abcdefghijklmnop-credential") and not holds(other), "the token is not the new one")
        assert ask(relay.http_url, "/api/v1/check", method="POST", token="abcdefghijklmnop-credential").status == 403
        line = setup.change(config(f"DigestHash=sha256:{digest}\nGroups=family", "TokenCredential=token", "operator"))
        assert line == "reloaded: users: ~bob, tokens: ~t"
        assert may("a", f"{CANARY}-3") and may("b", f"{CANARY}-3")
        await_true(lambda: ask(relay.http_url, "/api/v1/check", method="POST", token="abcdefghijklmnop-credential").status == 200, "the role is not the new one")
        assert setup.change(config(f"DigestHash=sha256:{digest}", "TokenCredential=token", "operator")) == "reloaded: users: ~bob"
        assert may("a", f"{CANARY}-3") and not may("b", f"{CANARY}-3")
        assert eve.request("GET_PARAMETER").status == 200
