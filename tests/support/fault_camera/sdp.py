"""Descriptions, good and broken."""

import base64

MIKEY = "AQAFgM0adlABAAAAAAAAAAAAAAAAAAA="


def describe(knobs, base, sets):
    """The description for DESCRIBE, as bytes. SETS: SPS and PPS."""
    if knobs.sdp in BROKEN:
        return BROKEN[knobs.sdp]
    lines = ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=fault", "c=IN IP4 0.0.0.0", "t=0 0"]
    if knobs.sdp == "mikey":
        lines.append(f"a=key-mgmt:mikey {MIKEY}")
    if knobs.sdp == "metadata-first":
        lines += ["m=application 0 RTP/AVP 107", "a=rtpmap:107 vnd.onvif.metadata/90000", "a=control:meta"]
    lines += video_lines(knobs, base, sets)
    if knobs.audio:
        lines += ["m=audio 0 RTP/AVP 8", "a=rtpmap:8 PCMA/8000", f"a=control:{control(knobs, base, 2)}"]
    end = "\n" if knobs.sdp == "line-feeds" else "\r\n"
    return (end.join(lines) + end).encode()


def video_lines(knobs, base, sets):
    codec = "VP8" if knobs.sdp == "vp8" else "H264"
    lines = ["m=video 0 RTP/AVP 96"]
    if knobs.sdp != "no-rtpmap":
        lines.append(f"a=rtpmap:96 {codec}/90000")
    if knobs.sets != "in-band":
        encoded = ",".join(base64.b64encode(nal).decode() for nal in sets)
        lines.append(f"a=fmtp:96 packetization-mode=1;sprop-parameter-sets={encoded}")
    if knobs.sdp != "no-control":
        lines.append(f"a=control:{control(knobs, base, 1)}")
    return lines


def control(knobs, base, number):
    return f"{base}/trackID={number}" if knobs.sdp == "absolute" else f"trackID={number}"


BROKEN = {
    "empty": b"",
    "garbage": bytes(range(1, 256)) * 8,
    "nul": b"v=0\r\n\0\0\0\0",
    "huge": b"v=0\r\ns=-\r\nt=0 0\r\n" + b"a=x:" + b"y" * 2_000_000 + b"\r\n",
    "many-media": b"v=0\r\ns=-\r\nt=0 0\r\n" + b"m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n" * 300,
}
