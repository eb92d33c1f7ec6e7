"""Other relays, to measure beside: each is started with a configuration of its own, RTSP only, its cameras over TCP and always connected.

A peer is measured if the environment says where it is: PEER_MEDIAMTX=/…/mediamtx, PEER_GO2RTC=/…/go2rtc, PEER_ZLM=/…/MediaServer. The stock
gst-rtsp-server relay is built with the other programs of this folder.
"""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import socket
import subprocess
import time
import urllib.parse
import urllib.request

ADDRESS = "127.0.0.1"
START_S = 60
ANSWER_S = 30
STOP_S = 10
RETRY_S = 0.1
ASKED_AT_ONCE = 16
PORT_TRIES = 100


class PeerError(RuntimeError):
    """A peer that does not start, or does not play."""


# ---- ports and processes ----


def free_ports(count=1):
    """The first of COUNT ports in a row, the first even, that are free for TCP and UDP now."""
    for _ in range(PORT_TRIES):
        with socket.socket() as probe:
            probe.bind((ADDRESS, 0))
            first = probe.getsockname()[1] & ~1
        with contextlib.ExitStack() as held:
            try:
                for port in range(first, first + count):
                    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                        held.enter_context(socket.socket(type=kind)).bind((ADDRESS, port))
                return first
            except (OSError, OverflowError):
                continue
    raise PeerError(f"no {count} ports in a row are free")


def ask_version(program, option, pattern):
    """What PATTERN's group finds in what the program says of itself."""
    done = subprocess.run([str(program), option], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                          timeout=ANSWER_S, check=False)
    match = re.search(pattern, done.stdout)
    return match[1] if match else "of unknown version"


class RunningPeer:
    """A peer's process, which plays its cameras at .urls."""

    def __init__(self, name, command, folder):
        self.name = name
        self.urls = []
        self._asking = []  # connections that were told of a stream
        self._log = open(pathlib.Path(folder) / f"{name}.log", "w+", encoding="utf-8", errors="replace")
        self.process = subprocess.Popen([str(word) for word in command], cwd=folder, stdin=subprocess.DEVNULL, stdout=self._log, stderr=subprocess.STDOUT)

    @property
    def pid(self):
        return self.process.pid

    def said(self):
        self._log.flush()
        return pathlib.Path(self._log.name).read_text(encoding="utf-8", errors="replace")

    def wait(self, is_done, what):
        """Asks IS_DONE until it answers with something; returns that."""
        until = time.monotonic() + START_S
        while time.monotonic() < until and self.process.poll() is None:
            answer = is_done()
            if answer:
                return answer
            time.sleep(RETRY_S)
        raise PeerError(f"{self.name}: no {what}\n" + "\n".join(self.said().splitlines()[-5:]))

    def wait_for_streams(self, urls):
        """Until each stream is described: asks many at once, since a relay may wait for its camera before it answers.

        Who asked stays connected: gst-rtsp-server leaves a camera with its last client, and refuses the next one while it does.
        """
        self.wait(lambda: listens(urls[0]), "RTSP server")
        with concurrent.futures.ThreadPoolExecutor(ASKED_AT_ONCE) as asking:
            self._asking += asking.map(lambda url: self.wait(lambda: connect_described(url), f"stream at {url}"), urls)
        self.urls = urls

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for connection in self._asking:
            connection.close()
        self._log.close()


def address_of(url):
    parts = urllib.parse.urlsplit(url)
    return parts.hostname, parts.port


def listens(url):
    try:
        socket.create_connection(address_of(url), 1).close()
        return True
    except OSError:
        return False


def connect_described(url):
    """A connection on which DESCRIBE was answered with 200 and at least one medium, or None."""
    request = f"DESCRIBE {url} RTSP/1.0\r\nCSeq: 1\r\nAccept: application/sdp\r\n\r\n".encode()
    answer = b""
    with contextlib.ExitStack() as opened, contextlib.suppress(OSError):
        connection = opened.enter_context(socket.create_connection(address_of(url), ANSWER_S))
        connection.sendall(request)
        while b"\nm=" not in answer:
            more = connection.recv(65536)
            if not more:
                return None
            answer += more
        if answer.startswith(b"RTSP/1.0 200"):
            opened.pop_all()
            return connection
    return None


# ---- the peers: each writes its configuration, and says what to run and how to know its streams ----


def start_mediamtx(program, camera_urls, folder):
    rtsp = free_ports(4)
    off = ("rtmp", "hls", "webrtc", "srt", "moq", "api", "metrics", "pprof", "playback")
    lines = [*(f"{name}: false" for name in off), "rtsp: true", "rtspTransports: [udp, tcp]", f"rtspAddress: {ADDRESS}:{rtsp + 2}",
             f"rtpAddress: {ADDRESS}:{rtsp}", f"rtcpAddress: {ADDRESS}:{rtsp + 1}", "paths:"]
    for number, url in enumerate(camera_urls):
        lines += [f"  cam{number}:", f"    source: {url}", "    rtspTransport: tcp", "    sourceOnDemand: false"]
    config = pathlib.Path(folder) / "mediamtx.yml"
    config.write_text("\n".join(lines) + "\n")
    peer = RunningPeer("mediamtx", [program, config], folder)
    return peer, [f"rtsp://{ADDRESS}:{rtsp + 2}/cam{number}" for number in range(len(camera_urls))]


def start_go2rtc(program, camera_urls, folder):
    port = free_ports()
    config = pathlib.Path(folder) / "go2rtc.yaml"
    config.write_text(json.dumps({  # JSON is YAML, too
        "app": {"modules": ["rtsp"]},
        "rtsp": {"listen": f"{ADDRESS}:{port}"},
        "streams": {f"cam{number}": url for number, url in enumerate(camera_urls)},
        "preload": {f"cam{number}": "video&audio" for number in range(len(camera_urls))},
    }))
    peer = RunningPeer("go2rtc", [program, "-config", config], folder)
    return peer, [f"rtsp://{ADDRESS}:{port}/cam{number}" for number in range(len(camera_urls))]


def add_zlm_stream(port, name, camera_url):
    wanted = {"secret": "bench", "vhost": "__defaultVhost__", "app": "live", "stream": name, "url": camera_url, "rtp_type": 0, "retry_count": -1,
              "enable_rtsp": 1, "enable_rtmp": 0, "enable_ts": 0, "enable_fmp4": 0, "enable_hls": 0, "enable_hls_fmp4": 0, "enable_mp4": 0}
    url = f"http://{ADDRESS}:{port}/index/api/addStreamProxy?{urllib.parse.urlencode(wanted)}"
    with urllib.request.urlopen(url, timeout=ANSWER_S) as answer:
        said = json.load(answer)
    if said.get("code") != 0:
        raise PeerError(f"zlm: {name}: {said.get('msg')}")


def start_zlm(program, camera_urls, folder):
    ports = free_ports(2)
    sections = {
        "api": {"apiDebug": 0, "secret": "bench"},
        "general": {"listen_ip": ADDRESS},
        "protocol": {"enable_hls": 0, "enable_hls_fmp4": 0, "enable_mp4": 0, "enable_rtmp": 0, "enable_ts": 0, "enable_fmp4": 0, "enable_rtsp": 1},
        "http": {"port": ports, "sslport": 0},
        "rtsp": {"port": ports + 1, "sslport": 0},
        "rtmp": {"port": 0, "sslport": 0},
        "rtp_proxy": {"port": 0},
        "rtc": {"port": 0, "tcpPort": 0, "signalingPort": 0, "signalingSslPort": 0, "icePort": 0, "iceTcpPort": 0},
        "srt": {"port": 0},
        "shell": {"port": 0},
        "onvif": {"port": 0},
    }
    config = pathlib.Path(folder) / "zlm.ini"
    config.write_text("".join(f"[{section}]\n" + "".join(f"{key}={value}\n" for key, value in keys.items()) for section, keys in sections.items()))
    peer = RunningPeer("zlm", [program, "-c", config, "-l", "3", "-s", "none"], folder)
    try:
        peer.wait(lambda: listens(f"http://{ADDRESS}:{ports}"), "HTTP server")
        for number, url in enumerate(camera_urls):
            add_zlm_stream(ports, f"cam{number}", url)
    except Exception:
        peer.stop()
        raise
    return peer, [f"rtsp://{ADDRESS}:{ports + 1}/live/cam{number}" for number in range(len(camera_urls))]


def start_stock(program, camera_urls, folder):
    peer = RunningPeer("stock-relay", [program, *camera_urls], folder)
    try:
        port = peer.wait(lambda: re.search(r"^port: (\d+)$", peer.said(), re.MULTILINE), "port")[1]
    except PeerError:
        peer.stop()
        raise
    return peer, [f"rtsp://{ADDRESS}:{port}/cam{number}" for number in range(len(camera_urls))]


# name → (environment variable, how it says its version and where, how it starts, whether it serves UDP)
KINDS = {
    "MediaMTX": ("PEER_MEDIAMTX", ("--version", r"(v\S+)"), start_mediamtx, True),
    "go2rtc": ("PEER_GO2RTC", ("--version", r"version (\S+)"), start_go2rtc, False),
    "ZLMediaKit": ("PEER_ZLM", ("-v", r"hash\S*: (\w+)"), start_zlm, True),
    "gst-rtsp-server": (None, ("--version", r"(\S+)"), start_stock, True),
}


class Peer:
    """One relay that is installed: .name, .version, .has_udp."""

    def __init__(self, name, program):
        _, asked, self._start, self.has_udp = KINDS[name]
        self.name = name
        self.program = pathlib.Path(program).resolve()
        self.version = ask_version(self.program, *asked)

    @staticmethod
    def installed(build):
        """Those that are there: by the environment, and the stock relay of BUILD."""
        paths = {name: os.environ.get(kind[0]) if kind[0] else pathlib.Path(build) / "tests/bench/stock-relay" for name, kind in KINDS.items()}
        missing = [f"{KINDS[name][0]}={path}" for name, path in paths.items() if path and not os.access(path, os.X_OK)]
        if missing:
            raise PeerError(f"not there: {', '.join(missing)}")
        return [Peer(name, path) for name, path in paths.items() if path]

    @contextlib.contextmanager
    def relay(self, camera_urls, folder):
        """A running one with these cameras, cam0 and so on, all of them described: .urls, .pid. FOLDER keeps its configuration and its log."""
        running, urls = self._start(self.program, camera_urls, folder)
        try:
            running.wait_for_streams(urls)
            yield running
        finally:
            running.stop()
