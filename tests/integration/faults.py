"""Everything a camera can do wrong (tests/support/fault_camera), and what camrelay makes of it: one table for all tests."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Fault:
    """What KNOBS make of a camera: the connection ends with a cause that matches CAUSE within WITHIN_S, or it flows on (CAUSE is None)
    and at least SHARE of the pictures come through."""
    knobs: dict
    cause: str = None
    within_s: float = 5
    share: float = 0.9
    is_hog: bool = False    # it keeps its own process busy: better not in one with cameras that must be punctual


def ends(cause, within_s=5, is_hog=False, **knobs):
    return Fault(knobs, cause, within_s, is_hog=is_hog)


def flows(share=0.9, is_hog=False, **knobs):
    return Fault(knobs, share=share, is_hog=is_hog)


DIALOGUE = {
    "status-404": ends("not-found", status={"DESCRIBE": 404}),
    "status-453": ends("limit", status={"SETUP": 453}),
    "status-503": ends("limit", status={"DESCRIBE": 503}),
    "status-461": ends("unsupported", status={"SETUP": 461}),
    "status-454": ends("protocol", status={"PLAY": 454}),
    "login-never": ends("auth", login="never"),
    "login-unknown": ends("auth", login="unknown"),
    "login-stale-for-ever": ends("auth", login="stale-for-ever"),
    "lockout": ends("lockout", login="never", lockout_after=1),
    "redirect-self": ends("protocol", redirect="self"),
    "grant-udp": ends("unsupported", grant="udp"),
    "udp-only": ends("unsupported", grant="udp-only"),
    "html": ends("protocol", first_bytes="html"),
    "tls": ends("tls", first_bytes="tls"),
    "garbage": ends("protocol|timeout", 13, first_bytes="garbage"),
    "endless-headers": ends("protocol", endless_headers=True, is_hog=True),
    "mute": ends("timeout", 13, mute="DESCRIBE"),
    "mute-all": ends("timeout", 13, mute="all"),
    "drip-answers": ends("timeout", 13, drip_answers=True),
    "black-hole": ends("timeout", 13, black_hole=True),
    "length-long": ends("timeout", 13, content_length="long"),
    "length-short": ends("protocol|sdp", content_length="short"),
    "length-missing": ends("protocol|sdp", content_length="missing"),
    "length-negative": ends("protocol", content_length="negative"),
    "sdp-empty": ends("sdp", sdp="empty"),
    "sdp-garbage": ends("sdp", sdp="garbage"),
    "sdp-nul": ends("sdp|unsupported", sdp="nul"),
    "sdp-huge": ends("protocol|sdp", sdp="huge", is_hog=True),
    "sdp-many-media": ends("sdp", sdp="many-media"),
    "sdp-mikey": ends("unsupported", sdp="mikey"),
    "sdp-vp8": ends("unsupported", sdp="vp8", audio="none"),
}

CONNECTION = {
    "fin": ends("closed", end_after=1),
    "fin-in-frame": ends("closed", end_after=1, in_mid_frame=True),
    "rst": ends("reset", end_after=1, end="rst"),
    "rst-in-frame": ends("reset", end_after=1, end="rst", in_mid_frame=True),
    "bye": ends("closed|end", end_after=1, end="bye"),
    "bye-only": ends("stall|end", 9, end_after=1, end="bye-only"),
    "teardown": ends("closed", ask_after=1, ask="TEARDOWN"),
    "silent": ends("stall", 9, silent_after=2),
    "stopped": ends("stall", 9, freeze_after=2),
    "freeze-video": ends("stall", 9, freeze_video_after=2),
}

MEDIA = {
    "sdp-h265": ends("stall|no-key", 35, sdp="h265", audio="none"),
    "wrong-type": ends("stall", 13, payload_type=97, audio="none"),
    "endless-fragment": ends("stall", 25, endless_fragment=True, audio="none", is_hog=True),
    "lost-starts": ends("stall|no-key", 35, lost_starts=True, mtu=100, audio="none"),
    "rtp-version": ends("stall", 13, rtp_header="version", audio="none"),
    "rtp-padding": ends("stall|no-key", 35, rtp_header="padding", audio="none"),
    "rtp-extension": ends("stall", 13, rtp_header="extension", audio="none"),
    "rtp-csrc": ends("stall", 13, rtp_header="csrc", audio="none"),
    "rtp-some": ends("no-key", 95, rtp_header="some", audio="none"),
    "no-keys": ends("no-key", 35, sets="in-band", key_pictures=False),
    "no-sets": ends("no-key", 35, sets="none", audio="none"),
    "drip": ends("stall|no-key", 35, drip_rate=2000, picture="noise", audio="none"),
}

# Wrong, but pictures come.
HARMLESS = {
    "good": flows(),
    "h265": flows(codec="h265"),
    "h265-sets-in-band": flows(codec="h265", sets="in-band"),
    "pcmu": flows(audio="pcmu"),
    "aac": flows(audio="aac"),
    "video-only": flows(audio="none"),
    "login-basic": flows(login="basic"),
    "login-md5": flows(login="md5"),
    "login-sha256": flows(login="sha256"),
    "login-md5-qop": flows(login="md5-qop"),
    "login-both": flows(login="both"),
    "login-stale": flows(login="stale"),
    "login-fresh-nonce": flows(login="fresh-nonce"),
    "login-closes": flows(login="md5", close_after_challenge=True),
    "options-refused": flows(status={"OPTIONS": 501}),
    "cseq-wrong": flows(cseq="wrong"),
    "cseq-missing": flows(cseq="missing"),
    "slow-answers": flows(answer_delay=0.5),
    "channels": flows(channels=[10]),
    "same-channels": flows(same_channels=True),
    "grant-none": flows(grant="none"),
    "asks": flows(ask_after=1),
    "keep-alive-ignored": flows(keep_alive="ignore", session_timeout=4),
    "keep-alive-454": flows(keep_alive=454, session_timeout=4),
    "sdp-line-feeds": flows(sdp="line-feeds"),
    "sdp-absolute": flows(sdp="absolute"),
    "sdp-metadata": flows(sdp="metadata-first"),
    "sets-in-band": flows(sets="in-band"),
    "sets-sdp": flows(sets="sdp"),
    "no-marker": flows(marker="none"),
    "every-marker": flows(marker="every-slice"),
    "b-frames": flows(b_frames=True),
    "gop-20": flows(gop=20),
    "corrupt": flows(corrupt=0.3),
    "corrupt-h265": flows(corrupt=0.3, codec="h265"),
    "bye-in-report": flows(bye_after=1),
    "junk-between": flows(junk_between=True),
    "aggregate-broken": flows(aggregate="broken"),
    "duplicates": flows(duplicate=True),
    "lying-reports": flows(report_offset=86400),
    "jumping-reports": flows(report_jump=-7200),
    "drift": flows(drift=0.002),
    "wrap": flows(wrap=True),
    "time-jump": flows(time_jump=3600),
    "time-back": flows(time_jump=-3600),
    "time-back-10": flows(time_jump=-10),
    "frozen-time": flows(frozen_time=True),
    "frozen-content": flows(frozen_content_after=2),
    "sequence-back": flows(0.5, sequence_jump=-500),
    "sequence-ahead": flows(0.5, sequence_jump=10000),
    "new-ssrc": flows(0.5, new_ssrc=True),
    "wrong-length": flows(0.3, wrong_length=-7),
    "wrong-length-more": flows(0.1, wrong_length=40),
    "swap": flows(0.05, swap=True),
    "burst": flows(0.5, burst=True),
    "speed": flows(0.5, speed=10000, picture="noise", is_hog=True),
    "loss": flows(0.1, lose=0.01),
    "loss-5": flows(0.01, lose=0.05),
}

HARMFUL = {**DIALOGUE, **CONNECTION, **MEDIA}
ALL = {**HARMFUL, **HARMLESS}
