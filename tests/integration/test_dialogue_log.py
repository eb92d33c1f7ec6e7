"""The dialogues with cameras and clients in the debug log: each message one line, and no password in any."""
from relay import CANARY
from rtsp_client import RtspClient

USERS = f"\n[User bob]\nPassword={CANARY}\n"


def test_dialogues(make_camera, start_relay):
    camera = make_camera(login="md5")
    relay = start_relay("--log-level", "debug", f"cam={camera.url_for('viewer', CANARY)}", config=USERS)
    relay.wait_for_connected("cam")
    with RtspClient(f"{relay.url}/cam?token={CANARY}", "bob", CANARY) as client:
        client.play_tcp((0,))
        client.request("GET_PARAMETER")
        client.request("TEARDOWN")
    relay.wait_for_line("the client is told: 200 OK .*", count=4)
    log = relay.log
    for line in ("DEBUG camera cam main: we ask it: DESCRIBE rtsp://127.0.0.1:", "DEBUG camera cam main: it says: 401 Unauthorized | ",
                 " | WWW-Authenticate: Digest …", " | Authorization: Digest …", " | Content-Type: application/sdp | ", " | a=rtpmap:96 ",
                 "DEBUG the client asks: DESCRIBE rtsp://127.0.0.1:", "/cam?token=…", "DEBUG the client asks: PLAY ", "the client is told: 401 Unauthorized"):
        assert line in log, line
    assert "GET_PARAMETER" not in "".join(line for line in log.splitlines() if "the client asks" in line), "signs of life are no news"
    relay.assert_log_is_clean()
