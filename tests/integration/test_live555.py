"""The dialogue of VLC builds with live555, byte for byte as RTSPClient.cpp of v2016.11.28 writes it, each answer read as its parsers read it.

Those builds are in no Debian package; what they ask for and what they stumble over is known from their source.
"""
import hashlib
import re
import socket

import pytest

import rtp_units
from relay import CANARY
from rtsp_client import RtspClient, sender_report
from udp_receiver import bind_pair

USER_AGENT = "User-Agent: LibVLC/3.0.18 (LIVE555 Streaming Media v2016.11.28)\r\n"
KEEP_ALIVE_BEFORE_TIMEOUT_S = 2
NUMBER = r"\s*([-+]?\d+\.?\d*)\s*"


class Live555:
    """One RTSPClient object: fBaseURL, fLastSessionId, fCurrentAuthenticator."""

    def __init__(self, url, user=None, password=None):
        self.client = RtspClient(url)
        self.base_url = url
        self.user, self.password = user, password
        self.realm = self.nonce = self.session = None
        self.timeout_s = 0
        self.cseq = 1

    def close(self):
        self.client.close()

    def authorization(self, command):
        """createAuthenticatorString: signed with the base URL, whatever the request's is."""
        if not self.realm:
            return ""

        def md5(text):
            return hashlib.md5(text.encode()).hexdigest()
        response = md5(f"{md5(f'{self.user}:{self.realm}:{self.password}')}:{self.nonce}:{md5(f'{command}:{self.base_url}')}")
        return (f'Authorization: Digest username="{self.user}", realm="{self.realm}", nonce="{self.nonce}", uri="{self.base_url}", '
                f'response="{response}"\r\n')

    def send(self, command, url, extra=""):
        self.cseq += 1
        self.client.send(f"{command} {url} RTSP/1.0\r\nCSeq: {self.cseq}\r\n{self.authorization(command)}{USER_AGENT}{extra}\r\n".encode())
        reply = self.client.read_reply()
        assert int(re.match(r"\s*(\d+)", reply["CSeq"]).group(1)) == self.cseq
        if reply.get("Content-Base"):
            self.base_url = reply["Content-Base"]
        return reply

    def request(self, command, url=None, extra=""):
        """handleResponseBytes with handleAuthenticationFailure: one more try after a 401."""
        reply = self.send(command, url or self.base_url, extra)
        if reply.status != 401 or self.user is None:
            return reply
        challenge = None
        for value in reply.all("WWW-Authenticate"):  # a later one takes the place if it is Digest
            if challenge is None or value.lower().startswith("digest"):
                challenge = value
        found = re.match(r'Digest realm="([^"]+)", nonce="([^"]+)"(?:, stale=([a-zA-Z]+))?', challenge)
        assert found, f"live555 cannot read {challenge!r}"
        had_failed = self.realm is not None and not (found[3] or "").lower() == "true"
        self.realm, self.nonce = found[1], found[2]
        assert not had_failed, "the log-in was refused"
        return self.send(command, url or self.base_url, extra)

    def session_header(self):
        return f"Session: {self.session}\r\n" if self.session else ""

    def set_up(self, control, transport):
        """sendSetupCommand and handleSETUPResponse; what parseTransportParams finds."""
        separator = "" if self.base_url.endswith("/") or control.startswith("/") else "/"
        reply = self.request("SETUP", f"{self.base_url}{separator}{control}", f"Transport: {transport}\r\n{self.session_header()}")
        assert reply.status == 200
        self.session = re.match(r"([^;]+)", reply["Session"]).group(1)
        timeout = re.match(r";\s*timeout\s*=\s*(\d+)", reply["Session"][len(self.session):])
        self.timeout_s = int(timeout[1])
        found = {}
        for field in reply["Transport"].split(";"):
            for name in ("server_port", "interleaved"):
                match = re.match(rf"{name}=(\d+)-(\d+)", field.strip(), re.IGNORECASE)
                if match:
                    found[name] = (int(match[1]), int(match[2]))
        assert found, "no server_port and no interleaved: 'Missing or bad \"Transport:\" header'"
        return found

    def play(self):
        """sendPlayCommand and handlePLAYResponse; [(seq, rtptime)] of parseRTPInfoParams."""
        reply = self.request("PLAY", None, f"{self.session_header()}Range: npt=0.000-\r\n")
        assert reply.status == 200
        assert range_is_readable(reply["Range"]), reply["Range"]
        infos = []
        for part in reply["RTP-Info"].split(","):
            fields = part.split(";")
            assert fields[0].startswith("url=")
            values = dict(re.match(r"(seq|rtptime)=(\d+)", field).groups() for field in fields[1:])
            infos.append((int(values["seq"]), int(values["rtptime"]) if "rtptime" in values else None))
        return infos


def range_is_readable(value):
    """parseRangeParam: its sscanf patterns in turn."""
    patterns = [rf"npt\s*={NUMBER}-{NUMBER}", rf"npt\s*={NUMBER}-", rf"npt\s*=\s*now\s*-{NUMBER}", r"npt\s*=\s*now\s*-", r"clock\s*=\s*[^-\r\n]+-"]
    return any(re.match(pattern, value) for pattern in patterns)


def read_sdp(body):
    """MediaSession::initializeWithSDP: the control and codec of each subsession, sscanf by sscanf."""
    medias = []
    for line in body.decode().split("\r\n"):
        medium = re.match(r"m=(\S+) (\d+) RTP/AVP (\d+)", line)
        if medium:
            assert int(medium[3]) <= 127
            medias.append({"media": medium[1]})
        if not medias:
            continue
        for name, pattern in (("control", r"a=control:\s*(\S+)"), ("codec", r"a=rtpmap:\s*\d+\s+([^/]+)/\d+"), ("fmtp", r"a=fmtp:\s*\d+\s+(.+)")):
            match = re.match(pattern, line)
            if match:
                medias[-1][name] = match[1]
    return medias


USERS = f"[User bob]\nPassword={CANARY}\n"


@pytest.fixture(params=["free", "users"])
def start(request, start_relay, stock_camera):
    """start(): a Live555 that has described the camera, with and without a log-in, and what it was told."""
    relay = start_relay(f"yard={stock_camera.url}/both", config=USERS if request.param == "users" else "")
    relay.wait_for_connected("yard")
    login = ("bob", CANARY) if request.param == "users" else ()
    vlc = Live555(f"{relay.url}/yard", *login)

    def describe():
        options = vlc.request("OPTIONS")
        assert options.status == 200
        assert "GET_PARAMETER" in options["Public"], "VLC would keep the session alive with OPTIONS"
        reply = vlc.request("DESCRIBE", None, "Accept: application/sdp\r\n")
        assert reply.status == 200
        assert vlc.base_url == f"{relay.url}/yard/"
        medias = read_sdp(reply.body)
        assert [(media["media"], media["codec"]) for media in medias] == [("video", "H264"), ("audio", "PCMA")]
        assert re.search("(^|;) ?sprop-parameter-sets=[A-Za-z0-9+/=]+,", medias[0]["fmtp"])
        return medias
    vlc.describe = describe
    yield vlc
    vlc.close()
    assert "log-in failed" not in relay.log


def keep_alive_and_tear_down(vlc):
    assert 10 <= vlc.timeout_s - KEEP_ALIVE_BEFORE_TIMEOUT_S <= 58
    assert vlc.request("GET_PARAMETER", None, vlc.session_header()).status == 200
    assert vlc.request("TEARDOWN", None, vlc.session_header()).status == 200


def test_interleaved(start):
    vlc = start
    for index, media in enumerate(vlc.describe()):
        found = vlc.set_up(media["control"], f"RTP/AVP/TCP;unicast;interleaved={2 * index}-{2 * index + 1}")
        assert found["interleaved"] == (2 * index, 2 * index + 1)
    infos = vlc.play()
    first = {}
    while len(first) < 2:
        channel, data, _ = vlc.client.read_frame()
        if channel % 2 == 0:
            first.setdefault(channel // 2, rtp_units.Packet(data))
    for (sequence, rtp_time), packet in zip(infos, (first[0], first[1])):
        assert packet.sequence == sequence
        assert rtp_time is None or packet.time == rtp_time
    keep_alive_and_tear_down(vlc)


def test_udp(start):
    """VLC asks for UDP first, and punches holes into NATs with four bytes that are no RTP."""
    vlc = start
    pairs = []
    for media in vlc.describe():
        rtp, rtcp = bind_pair("127.0.0.1")
        pairs.append((rtp, rtcp))
        found = vlc.set_up(media["control"], f"RTP/AVP;unicast;client_port={rtp.getsockname()[1]}-{rtcp.getsockname()[1]}")
        for one, port in zip((rtp, rtcp), found["server_port"]):
            one.settimeout(5)
            for _ in range(2):
                one.sendto(b"\xfe\xed\xfa\xce", ("127.0.0.1", port))
    infos = vlc.play()
    for (rtp, rtcp), (sequence, _) in zip(pairs, infos):
        assert rtp_units.Packet(rtp.recv(2048)).sequence == sequence
        assert sender_report(rtcp.recv(2048))
    keep_alive_and_tear_down(vlc)
    for pair in pairs:
        for one in pair:
            one.close()


def test_udp_then_interleaved(start):
    """Nothing came over UDP for ten seconds: VLC tears down and begins anew over TCP, with a new connection."""
    vlc = start
    medias = vlc.describe()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as rtp:
        rtp.bind(("127.0.0.1", 0))
        port = rtp.getsockname()[1] & ~1
        vlc.set_up(medias[0]["control"], f"RTP/AVP;unicast;client_port={port}-{port + 1}")
        vlc.play()
        assert vlc.request("TEARDOWN", None, vlc.session_header()).status == 200
    again = Live555(vlc.client.url, vlc.user, vlc.password)
    assert again.request("DESCRIBE", None, "Accept: application/sdp\r\n").status == 200
    assert again.set_up(medias[0]["control"], "RTP/AVP/TCP;unicast;interleaved=0-1")["interleaved"] == (0, 1)
    assert again.play()
    assert again.client.read_packet()[1].payload
    again.close()


def test_wrong_password(start_relay, stock_camera):
    relay = start_relay(f"yard={stock_camera.url}/both", config=USERS)
    relay.wait_for_connected("yard")
    vlc = Live555(f"{relay.url}/yard", "bob", "wrong")
    assert vlc.request("DESCRIBE", None, "Accept: application/sdp\r\n").status == 401
    vlc.close()
    relay.wait_for_line("log-in failed")
