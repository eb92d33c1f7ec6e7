"""Who may watch: real clients that log in, and what those see who may not."""
import hashlib
import re
import subprocess
import threading
import time

import pytest

from relay import CANARY
from rtsp_client import RtspClient
from viewer import Viewer

SOURCE = "test:?size=320x240&audio=pcma"
REALM = "camrelay"
# What a filter of fail2ban's holds, but for its <HOST>. The address comes before anything the client chose.
FAILED_LOG_IN = r"WARNING log-in failed \(address=\[?(\S+?)\]?:\d+ "


def digest_of(algorithm, user, password):
    return hashlib.new(algorithm, f"{user}:{REALM}:{password}".encode()).hexdigest()


HASHED = f"{CANARY}-hashed"
USERS = f"""
[User bob]
Password={CANARY}
Groups=family

[User eve]
Password={CANARY}-eve

[User hash]
DigestHash=md5:{digest_of("md5", "hash", HASHED)} sha256:{digest_of("sha256", "hash", HASHED)}
Groups=guards

[User new]
DigestHash=sha256:{digest_of("sha256", "new", HASHED)}
"""


def camera(read=None):
    return f"[Camera]\nURL={SOURCE}\n" + (f"\n[Access]\nRead={read}\n" if read else "")


@pytest.fixture
def relay(start_relay):
    relay = start_relay(config=USERS, cameras={"yard": camera(), "door": camera("user:eve"), "gate": camera("group:family")})
    for name in ("yard", "door", "gate"):
        relay.wait_for_connected(name)
    yield relay
    cmdline = relay.proc("cmdline") if relay.process.poll() is None else b""
    assert CANARY.encode() not in cmdline


# ---- real programs ----


def with_login(url, user, password):
    return url.replace("rtsp://", f"rtsp://{user}:{password}@")


def ffmpeg(url, transport, user, password):
    return ["ffmpeg", "-v", "error", "-rtsp_transport", transport, "-i", with_login(url, user, password), "-map", "0", "-c", "copy", "-frames:v", "25",
            "-f", "null", "-"]


def gstreamer(url, transport, user, password):
    return ["gst-launch-1.0", "-q", "rtspsrc", f"location={url}", f"protocols={transport}", f"user-id={user}", f"user-pw={password}", "!",
            "application/x-rtp,media=video", "!", "fakesink", "num-buffers=25"]


def mpv(url, transport, user, password):
    return ["mpv", "--no-config", "--vo=null", "--ao=null", "--msg-level=all=error", f"--rtsp-transport={transport}", "--length=1",
            with_login(url, user, password)]


def ended_well(done):
    """Ending, rtspsrc may cancel the PAUSE that it is just sending, and calls that an error."""
    return done.returncode == 0 or "gst_rtspsrc_pause ()" in done.stderr


@pytest.mark.parametrize("transport", ["tcp", "udp"])
@pytest.mark.parametrize("program", [ffmpeg, gstreamer, mpv])
def test_programs_log_in(relay, program, transport):
    for user, password in (("bob", CANARY), ("hash", HASHED)):
        done = subprocess.run(program(f"{relay.url}/yard", transport, user, password), capture_output=True, text=True, timeout=60, check=False)
        assert ended_well(done), done.stderr + done.stdout
    relay.wait_for_line("reader left", count=2)
    assert len(re.findall("reader joined over " + transport.upper(), relay.log)) == 2
    assert "log-in failed" not in relay.log


def test_ffmpeg_with_a_wrong_password(relay):
    done = subprocess.run(ffmpeg(f"{relay.url}/yard", "tcp", "bob", "wrong"), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert "401 Unauthorized" in done.stderr
    assert relay.wait_for_line(FAILED_LOG_IN).group(1) == "127.0.0.1"


# ---- log-ins one by one ----


def describe(relay, path, user=None, password=None, **more):
    with RtspClient(f"{relay.url}/{path}", user, password, **more) as client:
        return client.describe()


@pytest.mark.parametrize("hash_name", ["MD5", "SHA-256"])
def test_both_hashes_log_in(relay, hash_name):
    with RtspClient(f"{relay.url}/yard", "hash", HASHED) as client:
        challenges = client.request("DESCRIBE", headers=[("Accept", "application/sdp"), ("Authorization", "Digest none")]).all("WWW-Authenticate")
        client.challenge = next(value for value in challenges if f"algorithm={hash_name}," in value)
        assert client.describe().status == 200


def test_user_without_md5_logs_in_with_sha256(relay):
    assert describe(relay, "yard", "new", HASHED).status == 200


def test_challenges(relay):
    reply = describe(relay, "yard")
    assert reply.status == 401
    values = reply.all("WWW-Authenticate")
    assert [re.search("algorithm=([^,]+)", value).group(1) for value in values] == ["SHA-256", "MD5"]
    for value in values:
        assert re.match(rf'Digest realm="{REALM}", nonce="[0-9a-f]{{64}}", algorithm=', value)


@pytest.mark.parametrize("user,password,cameras", [
    ("bob", CANARY, {"yard", "gate"}), ("eve", f"{CANARY}-eve", {"yard", "door"}), ("hash", HASHED, {"yard"}), ("new", HASHED, {"yard"}),
])
def test_words_of_read(relay, user, password, cameras):
    for name in ("yard", "door", "gate"):
        assert describe(relay, name, user, password).status == (200 if name in cameras else 404), name


@pytest.mark.parametrize("user,password", [
    ("bob", "wrong"), ("bob", f"{CANARY}-eve"), ("nobody", CANARY), ("BOB", CANARY), ("bob", ""), ("hash", digest_of("md5", "hash", HASHED)),
    ("b%0aob", "x"), ("b\x07ob\x1b[31m", "x"),
])
def test_wrong_log_ins(relay, user, password):
    with RtspClient(f"{relay.url}/yard", user, password) as client:
        begun = time.monotonic()
        assert client.describe().status in (400, 401)
        if not user.isprintable():
            return
        assert time.monotonic() - begun >= 0.5, "guessing is not slowed"
        assert relay.wait_for_line(FAILED_LOG_IN).group(1) == "127.0.0.1"


@pytest.mark.timing
def test_guessing_slows_only_who_guesses(relay):
    """A viewer plays on, others log in at once, requests behind the guess wait with it."""
    viewer = Viewer(f"{relay.url}/yard", "bob", CANARY)
    guessers = [RtspClient(f"{relay.url}/yard", "bob", f"guess {number}") for number in range(20)]
    threads = [threading.Thread(target=guesser.describe) for guesser in guessers]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    relay.wait_for_line(FAILED_LOG_IN)
    assert describe(relay, "yard", "bob", CANARY).status == 200
    assert time.monotonic() - begun < 0.5, "a guess keeps others waiting"
    for thread in threads:
        thread.join()
    for guesser in guessers:
        guesser.close()
    viewer.stop()
    viewer.assert_well_served()


def test_every_method_is_authenticated(relay):
    transport = [("Transport", "RTP/AVP/TCP;unicast;interleaved=0-1")]
    for method, headers in [("DESCRIBE", []), ("SETUP", transport), ("PLAY", []), ("PAUSE", []), ("TEARDOWN", []), ("GET_PARAMETER", []),
                            ("SET_PARAMETER", [])]:
        for path in ("yard", "nowhere", "yard/stream=0"):
            with RtspClient(f"{relay.url}/{path}") as client:
                assert client.request(method, headers=headers).status == 401, (method, path)
    with RtspClient(f"{relay.url}/yard") as client:
        assert client.request("OPTIONS").status == 200


def test_a_log_in_counts_for_its_request_alone(relay):
    with RtspClient(f"{relay.url}/yard", "bob", CANARY) as client:
        assert client.play_tcp((0,)).status == 200
        client.user = None
        assert client.request("PAUSE").status == 401


# ---- what strangers and users learn about names ----


def anonymised(reply):
    """The answer without what must differ."""
    headers = [(name, re.sub('nonce="[0-9a-f]+"', "nonce", value)) for name, value in reply.headers]
    return reply.status, reply.phrase, headers, reply.body


def test_names_look_alike_to_strangers(relay):
    answers = [anonymised(describe(relay, path)) for path in ("yard", "door", "nowhere", "door/sub", "x" * 200, "")]
    assert answers[0][0] == 401
    assert all(answer == answers[0] for answer in answers)


def test_names_look_alike_to_users(relay):
    answers = [anonymised(describe(relay, path, "bob", CANARY)) for path in ("door", "nowhere", "door/sub")]
    assert answers[0][0] == 404
    assert all(answer == answers[0] for answer in answers)


# ---- nonces and what a response is good for ----


def test_nonce_of_another_connection_is_stale(relay):
    with RtspClient(f"{relay.url}/yard", "bob", CANARY) as first, RtspClient(f"{relay.url}/yard", "bob", CANARY) as second:
        assert first.describe().status == 200
        second.challenge = first.challenge
        reply = second.describe()
        assert reply.status == 401
        assert all(", stale=true, " in value for value in reply.all("WWW-Authenticate"))
        second.challenge = reply["WWW-Authenticate"]
        assert second.describe().status == 200
    assert "log-in failed" not in relay.log


@pytest.mark.parametrize("method,path", [("OPTIONS", "yard"), ("DESCRIBE", "gate"), ("DESCRIBE", "yard/sub"), ("SETUP", "yard")])
def test_response_for_another_request(relay, method, path):
    with RtspClient(f"{relay.url}/yard", "bob", CANARY) as client:
        assert client.describe().status == 200
        other = client.authorization(method, f"{relay.url}/{path}")
        assert client.request("DESCRIBE", headers=[("Authorization", other)]).status == 401
        assert client.describe().status == 200


@pytest.mark.parametrize("value", [
    "", "Basic Ym9iOnNlY3JldA==", "Digest", 'Digest username="bob"', "Digest " + "a=b, " * 100, "Bearer " + "x" * 3000, 'Digest username="bob', "\xff\xfe",
])
def test_authorizations_that_are_none(relay, value):
    with RtspClient(f"{relay.url}/yard") as client:
        reply = client.request("DESCRIBE", headers=[("Authorization", value)])
        assert reply.status in (400, 401)
        assert all(challenge.startswith("Digest ") for challenge in reply.all("WWW-Authenticate")), "Basic on a plain connection"


def test_passwords_are_nowhere(start_relay):
    """The log is searched after every test; here is a debug log, with answers to clients that put the password into the URL."""
    relay = start_relay("--log-level=debug", config=USERS, cameras={"yard": camera()})
    relay.wait_for_connected("yard")
    for user, password, status in (("bob", CANARY, 200), ("bob", f"{CANARY}x", 401), ("eve", CANARY, 401)):
        with RtspClient(f"{relay.url}/yard", user, password) as client:
            client.url = with_login(client.url, user, password)
            reply = client.describe()
            assert reply.status == status
            assert CANARY not in str(reply.headers) + reply.body.decode()
    assert CANARY.encode() not in relay.proc("cmdline")


def test_passwords_in_arguments(start_relay):
    relay = start_relay(f"far=rtsp://viewer:{CANARY}@127.0.0.1:9/stream", "--log-level=debug")
    relay.wait_for_line("camera far main: cannot connect")
    assert CANARY.encode() not in relay.proc("cmdline")


# ---- without users ----


def start_in(network, start_relay, *arguments, **more):
    relay = start_relay(f"yard={SOURCE}", *arguments, config=f"[RTSP]\nListen={network.SERVER}:0 127.0.0.1:0 [{network.SERVER6}]:0\n", **more)
    relay.wait_for_connected("yard")
    return relay


def test_without_users_strangers_are_refused(network, start_relay):
    relay = start_in(network, start_relay)
    local = next(address for address in relay.addresses if "127.0.0.1" in address)
    six = next(address for address in relay.addresses if "[" in address)
    answers = []
    for path in ("yard", "nowhere"):
        with RtspClient(f"{relay.url}/{path}", source=network.STRANGER) as client:
            answers.append(anonymised(client.describe()))
            assert client.describe().status == 403
    assert answers[0] == answers[1] and answers[0][0] == 403
    line = relay.wait_for_line(r"WARNING .*client refused: .*Read=net:.*\(address=(\S+?):\d+", count=2)
    assert line.group(1) == network.STRANGER
    assert len(re.findall("client refused", relay.log)) == 2, "a line a connection, not a request"
    with RtspClient(f"{six}/yard") as client:
        assert client.describe().status == 403
    with RtspClient(f"{local}/yard") as client:
        assert client.describe().status == 200


@pytest.mark.parametrize("allow,status", [("net:10.99.0.0/24", 200), ("anyone", 200), ("net:127.0.0.0/8", 403), ("net:10.99.0.1/32", 403)])
def test_allow_on_the_command_line(network, start_relay, allow, status):
    relay = start_in(network, start_relay, "--allow", allow)
    with RtspClient(f"{relay.url}/yard", source=network.STRANGER) as client:
        assert client.describe().status == status


def test_a_network_needs_no_log_in(network, start_relay):
    users = f"[RTSP]\nListen={network.SERVER}:0\n" + USERS
    relay = start_relay(config=users, cameras={"yard": camera(f"net:{network.STRANGER}/32 user:bob"), "door": camera()})
    relay.wait_for_connected("yard")
    relay.wait_for_connected("door")
    for source, path, status in ((network.STRANGER, "yard", 200), (network.NEIGHBOUR, "yard", 401), (network.STRANGER, "door", 401)):
        with RtspClient(f"{relay.url}/{path}", source=source) as client:
            assert client.describe().status == status, (source, path)
    with RtspClient(f"{relay.url}/yard", "bob", CANARY, source=network.NEIGHBOUR) as client:
        assert client.describe().status == 200


@pytest.mark.parametrize("allow", ["net:127.0.0.0/8", "anyone"])
def test_allow_with_real_clients(start_relay, allow):
    relay = start_relay(f"yard={SOURCE}", "--allow", allow)
    relay.wait_for_connected("yard")
    done = subprocess.run(["ffprobe", "-v", "error", "-rtsp_transport", "tcp", f"{relay.url}/yard"], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
