"""What a client got, unit by unit: RTP packets captured by a real client, taken apart by a reader that shares no code with the daemon.

A capture is a file of packets, each behind its length as 2 bytes (RFC 4571), as GStreamer's rtpstreampay writes it.
"""
import base64
import re
import struct

H264_SETS = {7, 8, 13, 15}
H265_SETS = {32, 33, 34}


class Packet:
    def __init__(self, data):
        self.marker = bool(data[1] & 0x80)
        self.payload_type = data[1] & 0x7F
        self.sequence, self.time, self.ssrc = struct.unpack(">HII", data[2:12])
        at = 12 + 4 * (data[0] & 0x0F)
        if data[0] & 0x10:
            at += 4 + 4 * struct.unpack(">H", data[at + 2 : at + 4])[0]
        end = len(data) - data[-1] if data[0] & 0x20 else len(data)
        self.payload = data[at:end]


def read_capture(path):
    """The packets of a capture in order; a packet cut by the end of the capture is left out."""
    data = path.read_bytes() if path.exists() else b""
    packets, at = [], 0
    while at + 2 <= len(data):
        size = struct.unpack(">H", data[at : at + 2])[0]
        if at + 2 + size > len(data):
            break
        packets.append(Packet(data[at + 2 : at + 2 + size]))
        at += 2 + size
    return packets


def gaps(packets):
    """How many sequence numbers are missing or out of order."""
    return sum((b.sequence - a.sequence) & 0xFFFF != 1 for a, b in zip(packets, packets[1:]))


def pictures(packets, first_is_whole):
    """Packets by picture: lists of one time stamp each; the last, which may be cut, is left out, and the first unless it @first_is_whole."""
    groups = []
    for packet in packets:
        if not groups or groups[-1][0].time != packet.time:
            groups.append([])
        groups[-1].append(packet)
    return groups[0 if first_is_whole else 1 : -1]


def h264_nals(packets):
    nals, open_nal = [], None
    for packet in packets:
        payload = packet.payload
        kind = payload[0] & 0x1F
        if kind == 24:
            at = 1
            while at + 2 <= len(payload):
                size = struct.unpack(">H", payload[at : at + 2])[0]
                nals.append(payload[at + 2 : at + 2 + size])
                at += 2 + size
        elif kind == 28:
            if payload[1] & 0x80:
                open_nal = bytearray([payload[0] & 0xE0 | payload[1] & 0x1F])
            if open_nal is not None:
                open_nal += payload[2:]
                if payload[1] & 0x40:
                    nals.append(bytes(open_nal))
                    open_nal = None
        else:
            nals.append(payload)
    return nals


def h265_nals(packets):
    nals, open_nal = [], None
    for packet in packets:
        payload = packet.payload
        kind = payload[0] >> 1 & 0x3F
        if kind == 48:
            at = 2
            while at + 2 <= len(payload):
                size = struct.unpack(">H", payload[at : at + 2])[0]
                nals.append(payload[at + 2 : at + 2 + size])
                at += 2 + size
        elif kind == 49:
            if payload[2] & 0x80:
                open_nal = bytearray([payload[0] & 0x81 | (payload[2] & 0x3F) << 1, payload[1]])
            if open_nal is not None:
                open_nal += payload[3:]
                if payload[2] & 0x40:
                    nals.append(bytes(open_nal))
                    open_nal = None
        else:
            nals.append(payload)
    return nals


def sets_in_sdp(sdp):
    """The parameter sets of sprop-parameter-sets (RFC 6184, 8.1) or sprop-vps, -sps and -pps (RFC 7798, 7.1)."""
    values = re.findall(r"sprop-(?:parameter-sets|vps|sps|pps)=([^;\s]*)", sdp)
    return {base64.b64decode(text) for value in values for text in value.split(",")}


def h264_units(packets, first_is_whole):
    """(list of NAL units of types 1 to 6, set of parameter sets), from whole pictures."""
    nals = [nal for picture in pictures(packets, first_is_whole) for nal in h264_nals(picture)]
    return ([nal for nal in nals if 1 <= nal[0] & 0x1F <= 6], {nal for nal in nals if nal[0] & 0x1F in H264_SETS})


def h265_units(packets, first_is_whole):
    """(list of NAL units of types 0 to 31, 39 and 40, set of parameter sets), from whole pictures."""
    nals = [nal for picture in pictures(packets, first_is_whole) for nal in h265_nals(picture)]
    kinds = [(nal[0] >> 1 & 0x3F, nal) for nal in nals]
    return ([nal for kind, nal in kinds if kind <= 31 or kind in (39, 40)], {nal for kind, nal in kinds if kind in H265_SETS})


def mjpeg_units(packets, first_is_whole):
    """(scan data and size of each picture, {quantisation tables})."""
    units, tables = [], set()
    for picture in pictures(packets, first_is_whole):
        scan = bytearray()
        for packet in picture:
            payload = packet.payload
            offset = int.from_bytes(payload[1:4], "big")
            kind, quality, at = payload[4], payload[5], 8
            if kind >= 64:
                at += 4
            if offset == 0 and quality >= 128:
                length = struct.unpack(">H", payload[at + 2 : at + 4])[0]
                tables.add(bytes(payload[at + 4 : at + 4 + length]))
                at += 4 + length
            assert offset == len(scan), "a fragment is missing"
            scan += payload[at:]
        end = len(scan) - 2 if scan.endswith(b"\xff\xd9") else len(scan)  # an EOI marker may be there or not
        units.append((picture[0].payload[6:8], bytes(scan[:end])))
    return units, tables


def aac_units(packets):
    """Raw frames out of mpeg4-generic with AAC-hbr headers (RFC 3640, 3.3.6)."""
    frames, partial = [], b""
    for packet in packets:
        payload = packet.payload
        headers = struct.unpack(">H", payload[:2])[0] // 16
        sizes = [struct.unpack(">H", payload[2 + 2 * i : 4 + 2 * i])[0] >> 3 for i in range(headers)]
        at = 2 + 2 * headers
        if headers == 1 and sizes[0] > len(payload) - at + len(partial) or partial:
            partial += payload[at:]
            if packet.marker:
                frames.append(partial)
                partial = b""
            continue
        for size in sizes:
            frames.append(payload[at : at + size])
            at += size
    return frames


def latm_units(packets):
    """Raw frames out of MP4A-LATM with cpresent=0 (RFC 6416, 5.3)."""
    frames, open_element = [], b""
    for packet in packets:
        open_element += packet.payload
        if not packet.marker:
            continue
        size, at = 0, 0
        while at < len(open_element):
            size += open_element[at]
            at += 1
            if open_element[at - 1] != 255:
                break
        frames.append(open_element[at : at + size])
        open_element = b""
    return frames


def mpeg_audio_units(packets):
    """The elementary stream, without the 4 bytes of RFC 2250, 3.5, cut at its frames."""
    frames = []
    for packet in packets:
        offset = struct.unpack(">H", packet.payload[2:4])[0]
        if offset == 0:
            frames.append(packet.payload[4:])
        elif frames:
            frames[-1] += packet.payload[4:]
    return [frame for whole in frames for frame in split_mpeg_audio(whole)]


MPEG_RATES = {
    2: [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    3: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    "low": [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
}


def split_mpeg_audio(data):
    """Frames of layers II and III (ISO 11172-3, 2.4.1.3; ISO 13818-3 for the low rates)."""
    frames, at = [], 0
    while at + 4 <= len(data):
        header = struct.unpack(">I", data[at : at + 4])[0]
        assert header >> 21 == 0x7FF, "no frame where one should begin"
        version, layer = header >> 19 & 3, 4 - (header >> 17 & 3)
        full = version == 3
        kbit = (MPEG_RATES[layer] if full else MPEG_RATES["low"])[header >> 12 & 15]
        rate = [44100, 48000, 32000][header >> 10 & 3] // (1 if full else 2 if version == 2 else 4)
        samples = 1152 if layer == 2 or full else 576
        size = samples // 8 * kbit * 1000 // rate + (header >> 9 & 1)
        frames.append(data[at : at + size])
        at += size
    return frames


def opus_units(packets):
    return [packet.payload for packet in packets]


def sample_units(packets):
    """Samples have no frames: one long run, as the list of its bytes in pieces of one sample."""
    return [b"".join(packet.payload for packet in packets)]


def begins_with_key_unit(video, packets):
    """Whether the first picture is one where decoding can begin, its parameter sets before it."""
    first = pictures(packets, True)[0]
    if video == "h264":
        kinds = [nal[0] & 0x1F for nal in h264_nals(first)]
        return 5 in kinds and 7 in kinds[: kinds.index(5)] and 8 in kinds[: kinds.index(5)]
    if video == "h265":
        kinds = [nal[0] >> 1 & 0x3F for nal in h265_nals(first)]
        keys = [at for at, kind in enumerate(kinds) if 16 <= kind <= 23]
        return bool(keys) and H265_SETS <= set(kinds[: keys[0]])
    return True


def is_run_of(part, whole):
    """Whether the list @part stands in @whole without a hole."""
    if not part:
        return False
    for at, unit in enumerate(whole):
        if unit == part[0] and whole[at : at + len(part)] == part:
            return True
    return False
