"""Ten thousand random requests over HTTP and the control socket, beside readers: the daemon lives, keeps nothing, tells no secret."""

import base64
import contextlib
import hashlib
import io
import json
import os
import re
import socket
import struct
import tarfile
import time

import http_client
from control_client import Control, path_of
from random_requests import CAMERA_KEYS, SUBJECTS, VERBS, WATCHED, requests
from relay import CANARY, ROOT
from rtsp_client import RtspClient
from viewer import Viewer

SEED = int(os.environ.get("CAMRELAY_SEED", "20261121"))
COUNT = 10000
BURN_IN = 1000  # caches are filled, pools at their size
READER_EVERY = 500  # requests
CAMERA = "test:?video=h264&audio=none&size=160x120&fps=10"

LINE_BYTES = 64 * 1024  # more is answered, and the end

# The log in memory takes this much of it, in the end; and a little for what the C library keeps.
GROWTH_MIB = 4 + 4

TOKENS = {role: f"{CANARY}-{role}" for role in ("viewer", "operator", "admin")}
HASHES = {role: hashlib.sha256(token.encode()).hexdigest() for role, token in TOKENS.items()}
DIGEST = hashlib.md5(f"eve:camrelay:{CANARY}".encode()).hexdigest()
SECRETS = [secret.encode() for secret in (CANARY, DIGEST, *HASHES.values(), base64.b64encode(CANARY.encode())[:-2].decode())]

CONFIG = f"""[RTSP]
Listen=127.0.0.1:0
[HTTP]
Listen=127.0.0.1:0
AllowHosts=nvr.lan
[SRT]
Passphrase={CANARY}
[User bob]
Password={CANARY}
[User eve]
DigestHash=md5:{DIGEST}
[Access]
Read=net:127.0.0.0/8
""" + "".join(f"[Token {role}]\nTokenHash=sha256:{HASHES[role]}\nRole={role}\n" for role in TOKENS)

# Nobody is dialled over SRT: that library keeps threads for each port that was used once.
CAMERAS = {
    WATCHED: f"[Camera]\nURL={CAMERA}\n",
    "spare": f"[Camera]\nURL=rtsp://viewer:{CANARY}@127.0.0.1:9/live\n",
    "hidden": f"[Camera]\nURL=rtsp://127.0.0.1:9/live?token={CANARY}\nUsername={CANARY}\nPassword={CANARY}\n[Stream sub]\nURL=srt://127.0.0.1:9?passphrase={CANARY}\nStart=on-demand\n",
}

STATUSES = {200, 400, 401, 403, 404, 405, 409, 411, 413, 415, 417, 422, 429, 431, 503, 505}
CODES = {"bad-request", "forbidden", "not-found", "conflict", "invalid", "busy"}


def find_secrets(data):
    """The surroundings of each secret in DATA."""
    return [data[max(0, at - 200):at + 100] for at in (data.find(secret) for secret in SECRETS) if at >= 0]


def refuse_constant(name):
    raise ValueError(f"{name} is no JSON")


def read_json(data):
    return json.loads(data, parse_constant=refuse_constant)


def reset(connection):
    """Closes so that the other side is reset at once."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Sender:
    """Sends Requests, holds each answer to what answers are, and counts those that hold a secret."""

    def __init__(self, relay):
        self.relay = relay
        self.path = str(path_of(relay))
        self.place = http_client.place(relay.http_url)
        self.line = None
        self.answered, self.leaks = 0, []

    def send(self, request):
        data = self._http(request) if request.door == "http" else self._control(request)
        self.leaks += [(request, found) for found in find_secrets(data)]

    def close(self):
        if self.line is not None:
            self.line.close()
        self.line = None

    # ---- HTTP ----

    def _http(self, request):
        source = (request.source, 0) if request.source else None
        with socket.create_connection(self.place, 20, source_address=source) as connection:
            with contextlib.suppress(ConnectionResetError, BrokenPipeError):
                connection.sendall(request.data)
                if request.hangs_up:
                    reset(connection)
                    return b""
                connection.shutdown(socket.SHUT_WR)
            reply = http_client.read_all(connection)
        if reply:
            self._check_reply(request, reply)
        return reply

    def _check_reply(self, request, reply):
        if reply.startswith(b"HTTP/1.1 100 Continue\r\n\r\n"):
            reply = reply.split(b"\r\n\r\n", 1)[1]
        if not reply:  # told to go on, it did not
            return
        assert http_client.raw_status(reply) in STATUSES, (request, reply[:200])
        head, body = reply.split(b"\r\n\r\n", 1)
        assert b"\r\nConnection: close" in head, (request, head)
        if b"Content-Type: application/json" in head and not request.data.startswith(b"HEAD"):
            read_json(body)
        self.answered += 1

    # ---- the control socket ----

    def _control(self, request):
        if self.line is None:
            self.line = socket.socket(socket.AF_UNIX)
            self.line.settimeout(40)
            self.line.connect(self.path)
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            self.line.sendall(request.data)
        if request.hangs_up:
            self.close()
            return b""
        is_last = request.is_cut or not request.data.endswith(b"\n") or len(request.data) > LINE_BYTES
        if is_last:
            with contextlib.suppress(OSError):
                self.line.shutdown(socket.SHUT_WR)
        reply = self._read(is_last)
        if is_last:
            self.close()
        return reply

    def _read(self, is_last):
        """One line, or all until the end."""
        reply = b""
        while is_last or not reply.endswith(b"\n"):
            try:
                piece = self.line.recv(1 << 20)
            except ConnectionResetError:
                break
            if not piece:
                break
            reply += piece
        assert is_last or reply, "the daemon left"
        for line in reply.splitlines():
            answer = read_json(line)
            assert answer["ok"] is True or answer["error"]["code"] in CODES, answer
            self.answered += 1
        return reply


class Gauge:
    """What the daemon has of the machine."""

    def __init__(self, relay):
        self.descriptors = len(os.listdir(f"/proc/{relay.pid}/fd"))
        self.threads = len(os.listdir(f"/proc/{relay.pid}/task"))
        self.rss_mib = int(re.search(rb"VmRSS:\s+(\d+)", relay.proc("status"))[1]) / 1024


def ask(relay, verb, **arguments):
    """The result; else the answer, which says why there is none."""
    with Control(relay, timeout=40) as control:
        answer = control.ask(verb, **arguments)
        return answer.get("result", answer)


def put_back(relay):
    """The cameras that requests were about, as they were before."""
    for name in SUBJECTS:
        ask(relay, "remove", name=name)
    ask(relay, "set", name="spare", settings=dict.fromkeys(CAMERA_KEYS))
    cameras = [camera["name"] for camera in ask(relay, "cameras")]
    assert cameras == sorted(CAMERAS), cameras


def settle(relay, before):
    """The gauge as soon as it is what it was before, at the latest after 15 s."""
    deadline = time.monotonic() + 15
    while True:
        gauge = Gauge(relay)
        if time.monotonic() > deadline or (gauge.descriptors <= before.descriptors and gauge.threads <= before.threads):
            return gauge
        time.sleep(0.1)


def join_and_be_kicked(relay):
    """A reader comes, is seen, is told to leave by whoever may, and is gone."""
    with RtspClient(f"{relay.url}/{WATCHED}") as client:
        assert client.play_tcp((0,)).status == 200
        assert any(reader["id"] == client.session for reader in ask(relay, "readers", camera=WATCHED))
        assert ask(relay, "kick", id=client.session)[0]["id"] == client.session
        client.wait_closed()


def everything_that_is_told(relay):
    """Each page, each question, the bundle with what is packed in it, and the files of the runtime folder."""
    bundle = base64.b64decode(ask(relay, "support-bundle")["tar_base64"])
    told = [json.dumps(ask(relay, "log", level="debug", most=1000)).encode()]
    told += [json.dumps(ask(relay, verb)).encode() for verb in ("status", "cameras", "readers", "health", "check", "reload")]
    told += [http_client.ask(relay.http_url, page, token=TOKENS["viewer"], source="127.0.0.77").body for page in ("/metrics", "/api/v1/openapi.json", "/api/v1/readers")]
    with tarfile.open(fileobj=io.BytesIO(bundle)) as tar:
        told += [tar.extractfile(member).read() for member in tar.getmembers() if member.isfile()]
    return [*told, relay.log.encode()]


def throw(relay, sender, made, count):
    for number, request in enumerate(made, 1):
        sender.send(request)
        if number % READER_EVERY == 0:
            join_and_be_kicked(relay)
        if number == count:
            return


def test_the_same_seed_makes_the_same_requests():
    assert list(requests(SEED, 300, TOKENS)) == list(requests(SEED, 300, TOKENS))
    assert list(requests(SEED, 300, TOKENS)) != list(requests(SEED + 1, 300, TOKENS))


def test_requests_are_for_all_verbs():
    """The table that the daemon reads, and ours."""
    table = re.findall(r'^VERB \(\w+, "([^"]+)", \w+, "(\w+)", "([^"]+)"', (ROOT / "include/camrelay/control-verbs.def").read_text(), re.M)
    assert {word: (method, path) for word, method, path in table} == VERBS


def test_ten_thousand_random_requests(start_relay, bar):
    print(f"CAMRELAY_SEED={SEED}")
    relay = start_relay(config=CONFIG, cameras=CAMERAS)
    relay.wait_for_connected(WATCHED)
    viewer = Viewer(f"{relay.url}/{WATCHED}")
    sender = Sender(relay)
    made = requests(SEED, COUNT, TOKENS)
    began = time.monotonic()
    throw(relay, sender, made, BURN_IN)
    put_back(relay)
    sender.close()
    before = Gauge(relay)
    throw(relay, sender, made, COUNT - BURN_IN)
    put_back(relay)
    sender.close()
    took_s = time.monotonic() - began
    after = settle(relay, before)
    assert relay.process.poll() is None
    assert sender.answered > COUNT * 0.8, f"{sender.answered} answers to {COUNT} requests"
    told = [found for data in everything_that_is_told(relay) for found in find_secrets(data)]
    viewer.stop()
    viewer.assert_well_served(3.0)
    assert not sender.leaks and not told, (sender.leaks[:1], told[:1])
    bar(f"{COUNT} random requests: answers, logs, metrics and bundles that hold a secret", len(sender.leaks) + len(told), 0)
    bar(f"{COUNT} random requests: descriptors and threads that are left", max(0, after.descriptors - before.descriptors) + max(0, after.threads - before.threads), 0)
    if not relay.is_sanitized:
        bar(f"{COUNT} random requests: memory more than after the first {BURN_IN}", after.rss_mib - before.rss_mib, GROWTH_MIB, "MiB")
    print(f"\n{COUNT} requests in {took_s:.1f} s, {sender.answered} answers")
