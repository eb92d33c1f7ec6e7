"""RTSP over TLS: real clients, what clients do that are slow, silent, old or wrong, and certificates that change."""
import base64
import contextlib
import hashlib
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time

import pytest

import rtp_units
from relay import CANARY, ROOT
from rtsp_client import Closed, RtspClient, host_and_port, seal
from viewer import Viewer

DATA = ROOT / "tests" / "data" / "tls"
SOURCE = "test:?size=320x240&audio=pcma"


@pytest.fixture
def files(tmp_path):
    """A certificate and a key that may change."""
    folder = tmp_path / "tls"
    folder.mkdir()
    shutil.copy(DATA / "first.pem", folder / "certificate.pem")
    shutil.copy(DATA / "first.key", folder / "key.pem")
    return folder


@pytest.fixture
def config(files):
    return ("[RTSP]\nListen=127.0.0.1:0\nListenTLS=127.0.0.1:0\n"
            f"Certificate={files / 'certificate.pem'}\nPrivateKey={files / 'key.pem'}\n")


@pytest.fixture
def relay(start_relay, config):
    relay = start_relay(f"yard={SOURCE}", config=config)
    relay.wait_for_connected("yard")
    return relay


def replace(files, name):
    """As a renewal does it: other files in the place of the old ones."""
    for target, source in (("certificate.pem", f"{name}.pem"), ("key.pem", "second.pem" if name == "second" else f"{name}.key")):
        shutil.copy(DATA / source, files / f"{target}.new")
        os.rename(files / f"{target}.new", files / target)


def fingerprint(url):
    """Of the certificate that a new connection is shown."""
    with seal(socket.create_connection(host_and_port(url), 10)) as connection:
        return hashlib.sha256(connection.getpeercert(True)).hexdigest()


def fingerprint_of(name):
    text = re.search(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n?", (DATA / name).read_text(), re.S)[0]
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(text)).hexdigest()


def test_ready_line_and_both_ports(relay):
    urls = [url for url in relay.addresses if url.startswith("rtsp")]
    assert [url.split("://")[0] for url in urls] == ["rtsp", "rtsps"]
    for url in urls:
        with RtspClient(f"{url}/yard") as client:
            reply = client.describe()
            assert reply.status == 200
            assert reply["Content-Base"].startswith(f"{url}/yard")


# ---- real clients ----


def test_ffmpeg(relay, tmp_path):
    file = tmp_path / "picture.mkv"
    done = subprocess.run(["ffmpeg", "-v", "error", "-rtsp_transport", "tcp", "-i", f"{relay.sealed_url}/yard", "-t", "1", "-c", "copy", str(file)],
                          capture_output=True, timeout=60, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert file.stat().st_size > 5000


def test_gstreamer(relay):
    """It asks for UDP first and is told to stay inside."""
    done = subprocess.run(["gst-launch-1.0", "-q", "rtspsrc", f"location={relay.sealed_url}/yard", "tls-validation-flags=0", "name=s",
                           "s.", "!", "rtph264depay", "!", "h264parse", "!", "fakesink", "num-buffers=30",
                           "s.", "!", "rtppcmadepay", "!", "fakesink", "num-buffers=30"], capture_output=True, timeout=40, text=True, check=False)
    assert done.returncode == 0 or "gst_rtspsrc_pause ()" in done.stderr, done.stderr
    assert re.search(r"reader joined over TLS", relay.log)


def test_openssl(relay):
    request = b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nConnection: close\r\n\r\n"
    done = subprocess.run(["openssl", "s_client", "-quiet", "-verify_quiet", "-connect", relay.sealed_url.removeprefix("rtsps://")],
                          input=request, capture_output=True, timeout=20, check=False)
    assert done.stdout.startswith(b"RTSP/1.0 200 OK\r\n")


def test_log_in(start_relay, config):
    """Digest as ever, and Basic, which nobody can listen to here; not on the plain port."""
    users = f"[User bob]\nPassword={CANARY}\n"
    relay = start_relay(config=config + users, cameras={"yard": f"[Camera]\nURL={SOURCE}\n[Access]\nRead=user:bob\n"})
    relay.wait_for_connected("yard")
    with RtspClient(f"{relay.sealed_url}/yard", "bob", CANARY) as client:
        assert client.play_tcp().status == 200
        assert client.read_packet()[1].payload
    for url, password, status in ((relay.sealed_url, CANARY, 200), (relay.sealed_url, "wrong", 401), (relay.url, CANARY, 401)):
        words = "Basic " + base64.b64encode(f"bob:{password}".encode()).decode()
        with RtspClient(f"{url}/yard") as client:
            reply = client.request("DESCRIBE", headers=[("Authorization", words)])
            assert reply.status == status
            offered = [value.split()[0] for value in reply.all("WWW-Authenticate")]
            assert status == 200 or offered == ["Digest", "Digest"] + ["Basic"] * (url == relay.sealed_url)
    relay.wait_for_line("log-in failed .*user=bob")
    login = relay.sealed_url.replace("rtsps://", f"rtsps://bob:{CANARY}@")
    done = subprocess.run(["ffprobe", "-v", "error", "-rtsp_transport", "tcp", "-show_entries", "stream=codec_name", f"{login}/yard"],
                          capture_output=True, timeout=40, text=True, check=False)
    assert "h264" in done.stdout, done.stderr


def test_datagrams_are_refused(relay):
    for transport in ("RTP/AVP;unicast;client_port=40000-40001", "RTP/AVP;multicast", "RTP/AVP/UDP;unicast;client_port=40000-40001"):
        with RtspClient(f"{relay.sealed_url}/yard") as client:
            assert client.describe().status == 200
            assert client.setup(0, transport).status == 461
            assert client.setup(0, f"{transport},RTP/AVP/TCP;unicast;interleaved=0-1").status == 200


# ---- readers ----


def test_twenty_readers_lose_nothing(relay):
    """And one daemon that stops while they play says good-bye to all."""
    viewers = [Viewer(f"{relay.sealed_url}/yard", tracks=(0, 1)) for _ in range(20)]
    threading.Event().wait(2)  # they watch
    for viewer in viewers:
        viewer.stop()
    for viewer in viewers:
        viewer.assert_well_served(3.0)


@pytest.mark.timing
def test_slow_reader_comes_back_at_a_key_unit(start_relay, stock_camera, config):
    """As without TLS: no hole in the sequence, a key unit after what was skipped, and others lose nothing."""
    relay = start_relay(f"yard={stock_camera.url}/busy", config=config + "[Limits]\nReaderLag=500ms\n")
    relay.wait_for_connected("yard")
    viewer = Viewer(f"{relay.sealed_url}/yard", tracks=(0, 1))
    with RtspClient(f"{relay.sealed_url}/yard", receive_buffer=65536) as client:
        assert client.play_tcp().status == 200
        packets = {0: [], 2: []}

        def read(enough):
            while not enough():
                channel, packet, _ = client.read_packet()
                packets[channel].append(packet)
        read(lambda: len(packets[0]) > 500)
        threading.Event().wait(5)  # the client sleeps; that is the case
        awake = time.monotonic()
        lived = packets[0][-1].time
        read(lambda: (packets[0][-1].time - lived) % 2**32 > 7 * 90000)
        assert time.monotonic() - awake < 4, "it came back behind the live edge"
    viewer.stop()
    viewer.assert_well_served()
    assert rtp_units.gaps(packets[0]) == 0
    pictures = rtp_units.pictures(packets[0], True)
    jumps = [index + 1 for index, (before, after) in enumerate(zip(pictures, pictures[1:])) if (after[0].time - before[0].time) % 2**32 > 45000]
    assert jumps, "nothing was skipped"
    for index in jumps:
        assert 5 in [nal[0] & 0x1F for nal in rtp_units.h264_nals(pictures[index])]


def test_reader_that_never_reads_again_is_reset(start_relay, stock_camera, config):
    relay = start_relay(f"yard={stock_camera.url}/busy", config=config + "[Limits]\nReaderTimeout=5s\n")
    relay.wait_for_connected("yard")
    with RtspClient(f"{relay.sealed_url}/yard", receive_buffer=65536) as client:
        assert client.play_tcp((0,)).status == 200
        relay.wait_for_line("reader left", 20)
        with pytest.raises((ConnectionResetError, ssl.SSLError, Closed)):
            while True:
                client.read_frame()


def test_good_bye_is_said(relay):
    """TLS ends before TCP does: Python reads an end there, and calls any other one an error."""
    with RtspClient(f"{relay.sealed_url}/yard") as client:
        assert client.request("OPTIONS", headers=[("Connection", "close")]).status == 200
        client.socket.suppress_ragged_eofs = False
        assert client.socket.recv(1) == b""


# ---- certificates ----


def test_certificate_changes_while_a_reader_plays(relay, files):
    viewer = Viewer(f"{relay.sealed_url}/yard")
    assert fingerprint(relay.sealed_url) == fingerprint_of("first.pem")
    replace(files, "second")
    until = time.monotonic() + 10
    while fingerprint(relay.sealed_url) != fingerprint_of("second.pem"):
        assert time.monotonic() < until, "the old certificate is shown for ever"
    relay.wait_for_line("certificate in .* changed, new connections get it")
    (files / "key.pem").write_text("nonsense\n")
    until = time.monotonic() + 10
    while "the old one stays" not in relay.log:
        assert time.monotonic() < until, "nobody says that the key is broken"
        assert fingerprint(relay.sealed_url) == fingerprint_of("second.pem")
    assert fingerprint(relay.sealed_url) == fingerprint_of("second.pem")
    assert relay.log.count("the old one stays") == 1
    viewer.stop()
    viewer.assert_well_served()


@pytest.mark.parametrize("certificate, key, named", [
    ("first.pem", "second.pem", "first.pem"), ("first.pem", "missing.key", "missing.key"), ("missing.pem", "first.key", "missing.pem"),
    ("first.pem", "", "first.pem"), ("", "", "Certificate"),
])
@pytest.mark.parametrize("check", [True, False])
def test_wrong_files_stop_the_start(run_camrelayd, write_config, certificate, key, named, check):
    text = "[RTSP]\nListen=127.0.0.1:0\nListenTLS=127.0.0.1:0\n"
    text += f"Certificate={DATA / certificate}\n" * bool(certificate) + f"PrivateKey={DATA / key}\n" * bool(key)
    done = run_camrelayd("--config", write_config(text), *["--check"] * check, "yard=test:")
    assert done.returncode == 78
    assert named in done.stderr


# ---- clients that are slow, silent, old or wrong ----


def is_let_in(url, within):
    began = time.monotonic()
    with RtspClient(url, deadline=within) as client:
        assert client.request("OPTIONS", deadline=within).status == 200
    return time.monotonic() - began <= within


def test_versions(relay):
    address = host_and_port(relay.sealed_url)
    with seal(socket.create_connection(address, 10), ssl.TLSVersion.TLSv1_2) as connection:
        assert connection.version() == "TLSv1.2"
    for version in ("-tls1_1", "-tls1"):
        done = subprocess.run(["openssl", "s_client", version, "-cipher", "ALL:@SECLEVEL=0", "-connect", f"{address[0]}:{address[1]}"],
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=20, text=True, check=False)
        assert "alert protocol version" in done.stderr
    relay.wait_for_line("client refused: it knows no TLS newer than 1.1", count=2)


def test_the_other_port(relay):
    with socket.create_connection(host_and_port(relay.sealed_url), 10) as plain:
        plain.sendall(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n")
        assert plain.recv(1000).startswith(b"RTSP/1.0 400 ")
    relay.wait_for_line("client refused: it speaks no TLS, and this port is for rtsps:// only")
    with pytest.raises((ssl.SSLError, OSError)):
        seal(socket.create_connection(host_and_port(relay.url), 10))
    relay.wait_for_line("client refused: it speaks TLS, and this port is for rtsp:// only")
    assert is_let_in(relay.sealed_url, 5) and is_let_in(relay.url, 5)


RUBBISH = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(506), b"\x16\x03\x01\x40\x01\x01\x00\x01\xfc\x03\x03" + bytes(17000),
    b"\x16\x03\x01\x00\x06\x01\xff\xff\xff\x03\x03" + bytes(100), b"\x16\x03\x03\x00\x00" * 10, bytes(4000), b"\xff" * 4000, b"\x15\x03\x01\x00\x02\x02\x28" * 5,
]


def test_rubbish_for_a_greeting(relay):
    for count, rubbish in enumerate(RUBBISH, 1):
        with socket.create_connection(host_and_port(relay.sealed_url), 10) as plain:
            with contextlib.suppress(ConnectionResetError, BrokenPipeError):
                plain.sendall(rubbish)
                while plain.recv(4096):
                    pass
        relay.wait_for_line("client refused: ", count=count)
    assert is_let_in(relay.sealed_url, 5)


def test_hands_are_shaken_once(relay):
    """A client of TLS 1.2 that wants to do it again is cut off: GIO would give it a thread each time."""
    process = subprocess.Popen(["openssl", "s_client", "-tls1_2", "-connect", relay.sealed_url.removeprefix("rtsps://")],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        while "Verify return code" not in process.stdout.readline():
            assert process.poll() is None
        process.stdin.write("R\n")
        process.stdin.flush()
        process.wait(10)
    finally:
        process.kill()
        process.communicate()
    assert is_let_in(relay.sealed_url, 5)


@pytest.mark.timing
def test_silent_and_slow_clients_cost_little(relay):
    """300 say nothing, 100 greet and say no more: all places for handshakes are taken, and others get in all the same."""
    def hello():
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        with contextlib.suppress(ssl.SSLWantReadError):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.wrap_bio(incoming, outgoing).do_handshake()
        return outgoing.read()

    def gauge():
        status = relay.proc("status").decode()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]), int(re.search(r"Threads:\s+(\d+)", status)[1])

    assert is_let_in(relay.sealed_url, 5)
    memory, threads = gauge()
    with contextlib.ExitStack() as stack:
        silent = [stack.enter_context(socket.create_connection(host_and_port(relay.sealed_url), 10)) for _ in range(300)]
        assert is_let_in(relay.sealed_url, 2)
        assert gauge()[0] - memory < 3000
        slow = [stack.enter_context(socket.create_connection(host_and_port(relay.sealed_url), 10, ("127.0.0.2", 0))) for _ in range(100)]
        for client in slow:
            client.sendall(hello())
        assert is_let_in(relay.sealed_url, 5)
        assert gauge()[1] - threads <= 10
        for client in slow + silent:
            client.settimeout(15)
            with contextlib.suppress(ConnectionResetError):
                while client.recv(4096):
                    pass


def test_stop_while_hands_are_shaken(relay):
    """The relay's fixture says whether it stops in time."""
    with socket.create_connection(host_and_port(relay.sealed_url), 10) as silent, socket.create_connection(host_and_port(relay.sealed_url), 10) as slow:
        slow.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        assert is_let_in(relay.sealed_url, 5)
        viewer = Viewer(f"{relay.sealed_url}/yard")
        status, took_s = relay.stop()
        assert status == 0 and took_s < 4
        for client in (silent, slow):
            assert client.recv(1) == b""
        viewer.stop()
