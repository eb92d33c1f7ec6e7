"""Descriptions, good and broken."""

import base64

MIKEY = "AQAFgM0adlABAAAAAAAAAAAAAAAAAAA="
PCM = {"pcma": (8, "PCMA"), "pcmu": (0, "PCMU")}


def describe(knobs, base, sets, sound):
    """The description for DESCRIBE, as bytes. SETS: the video's parameter sets; SOUND: a Sound or None."""
    if knobs.sdp in BROKEN:
        return BROKEN[knobs.sdp]()
    lines = ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=fault", "c=IN IP4 0.0.0.0", "t=0 0"]
    if knobs.sdp == "mikey":
        lines.append(f"a=key-mgmt:mikey {MIKEY}")
    if knobs.sdp == "metadata-first":
        lines += ["m=application 0 RTP/AVP 107", "a=rtpmap:107 vnd.onvif.metadata/90000", "a=control:meta"]
    lines += video_lines(knobs, base, sets)
    if sound:
        lines += [*audio_lines(sound), f"a=control:{control(knobs, base, 2)}"]
    end = "\n" if knobs.sdp == "line-feeds" else "\r\n"
    return (end.join(lines) + end).encode()


def video_lines(knobs, base, sets):
    codec = {"vp8": "VP8", "h265": "H265"}.get(knobs.sdp, knobs.codec.upper())
    lines = ["m=video 0 RTP/AVP 96"]
    if knobs.sdp != "no-rtpmap":
        lines.append(f"a=rtpmap:96 {codec}/90000")
    if knobs.sets in ("both", "sdp") and codec == knobs.codec.upper():
        encoded = [base64.b64encode(nal).decode() for nal in sets]
        if knobs.codec == "h264":
            lines.append(f"a=fmtp:96 packetization-mode=1;sprop-parameter-sets={','.join(encoded)}")
        else:
            lines.append("a=fmtp:96 " + ";".join(f"sprop-{name}={value}" for name, value in zip(("vps", "sps", "pps"), encoded)))
    if knobs.sdp != "no-control":
        lines.append(f"a=control:{control(knobs, base, 1)}")
    return lines


def audio_lines(sound):
    if sound.codec in PCM:
        number, name = PCM[sound.codec]
        return [f"m=audio 0 RTP/AVP {number}", f"a=rtpmap:{number} {name}/8000"]
    return ["m=audio 0 RTP/AVP 97", f"a=rtpmap:97 mpeg4-generic/{sound.clock_rate}/1",
            f"a=fmtp:97 streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config={sound.config}"]


def control(knobs, base, number):
    return f"{base}/trackID={number}" if knobs.sdp == "absolute" else f"trackID={number}"


BROKEN = {
    "empty": lambda: b"",
    "garbage": lambda: bytes(range(1, 256)) * 8,
    "nul": lambda: b"v=0\r\n\0\0\0\0",
    "huge": lambda: b"v=0\r\ns=-\r\nt=0 0\r\na=x:" + b"y" * 20_000_000 + b"\r\n",
    "many-media": lambda: b"v=0\r\ns=-\r\nt=0 0\r\n" + b"m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n" * 300,
}
