"""What a fault camera is and does wrong: every knob, its meaning and the value that is right."""

import dataclasses
import typing


@dataclasses.dataclass(frozen=True)
class Knobs:
    """A good camera, until a knob is turned. README.md has them in a table with what camrelay does about each."""

    # What it is.
    codec: str = "h264"            # h264 h265
    size: str = "320x240"
    fps: float = 25.0
    gop: float = 1.0               # seconds from key picture to key picture
    b_frames: bool = False         # pictures out of order, H.264 only
    refs: int = 1                  # reference pictures: another number is another SPS
    picture: str = "test"          # test; noise: 4 Mbit/s and more
    audio: str = "pcma"            # pcma pcmu aac none
    stamp: bool = False            # each picture carries its number and the time of its sending in an SEI message, H.264 only
    begin: float = 0.0             # seconds into the clip at which every PLAY begins
    user: str = "viewer"
    password: str = "secret"

    faulty_connections: int = 0    # so many connections are faulty, later ones good; 0: all are faulty
    black_hole: bool = False       # SYNs are dropped; from the next time it comes up

    # Who may talk to it.
    login: str = "none"            # none basic md5 sha256 md5-qop both stale stale-for-ever fresh-nonce (good once) unknown never
    lockout_after: int = 0         # so many refused log-ins and the account is locked, whatever comes
    lockout_status: int = 403
    lockout_phrase: str = "Account locked, try again in 30 minutes"
    close_after_challenge: bool = False
    max_sessions: int = 0          # more get limit_status; 0: no limit
    limit_status: int = 453
    retry_after: int = 0           # with limit_status: Retry-After
    keep_sessions: bool = False    # a session outlives its connection until TEARDOWN or its time-out
    session_timeout: int = 60

    # The dialogue.
    status: dict = dataclasses.field(default_factory=dict)  # {"DESCRIBE": 453}: refuses these methods
    redirect: str = ""             # "self", or where DESCRIBE is sent
    mute: str = ""                 # the method that is never answered; "all"
    answer_delay: float = 0.0      # seconds before each answer
    first_bytes: str = ""          # in place of the first answer: html, tls (an alert, then the end), garbage
    drip_answers: bool = False     # answers byte by byte, one a second
    endless_headers: bool = False
    cseq: str = "right"            # right wrong missing
    content_length: str = "right"  # of the description: right long short missing negative
    keep_alive: typing.Any = 200   # status, or "ignore"
    channels: typing.Optional[list] = None  # interleaved channels granted to video; audio gets the next two
    same_channels: bool = False    # both media on the same two
    grant: str = "interleaved"     # interleaved none udp; udp-only refuses TCP with 461
    ask_after: float = 0.0         # seconds after PLAY until the camera sends a request of its own
    ask: str = "OPTIONS"

    # The description.
    sdp: str = "good"              # good empty garbage nul huge many-media mikey vp8 h265 no-rtpmap line-feeds absolute no-control metadata-first
    sets: str = "both"             # both in-band sdp none

    # The connection, seconds after PLAY; 0: never. Turned while it plays, a time that has passed is now.
    silent_after: float = 0.0      # no more media; requests are answered
    freeze_after: float = 0.0      # nothing at all any more, as a stopped process
    freeze_video_after: float = 0.0  # sound goes on
    end_after: float = 0.0
    end: str = "fin"               # fin rst bye (RTCP BYE, then FIN) bye-only (RTCP BYE, then silence)
    in_mid_frame: bool = False     # FIN or RST come in the middle of an interleaved frame

    # The units.
    key_pictures: bool = True
    picture_every: int = 1         # of so many pictures one is sent, and each key picture
    corrupt: float = 0.0           # part of the bytes of each slice that are something else, its first ones, too
    frozen_content_after: float = 0.0  # the same pictures again and again, time stamps go on
    frozen_time: bool = False      # the RTP time stamps stand still
    endless_fragment: bool = False  # one fragmented unit without end
    lost_starts: bool = False      # fragmented units come without their first piece
    mtu: int = 1400
    aggregate: str = "none"        # none; broken: a STAP-A with wrong lengths before each picture

    # Time.
    speed: float = 1.0             # times faster than real
    drip_rate: int = 0             # bytes a second in all
    burst: bool = False            # the whole clip at once, then nothing for its length
    drift: float = 0.0             # part by which the camera's clock is fast
    wrap: bool = False             # the time stamps wrap 3 seconds after PLAY
    time_jump: float = 0.0         # seconds, once, 3 seconds after PLAY
    report_offset: float = 0.0     # sender reports lie by so many seconds
    report_jump: float = 0.0       # … from 3 seconds after PLAY on

    # The packets.
    payload_type: int = 96         # of the video packets; the description says 96
    marker: str = "last"           # last none every-slice
    lose: float = 0.0              # part of the packets that never come
    lose_every: float = 0.0        # seconds from one lost packet to the next
    duplicate: bool = False
    swap: bool = False             # every tenth packet changes places with the next
    sequence_jump: int = 0         # once, 3 seconds after PLAY
    new_ssrc: bool = False         # once, 3 seconds after PLAY
    bye_after: float = 0.0         # RTCP BYE in a report while packets go on
    rtp_header: str = "right"      # right version (0) padding extension csrc: wrong in every packet; some: every third is no RTP
    junk_between: bool = False     # bytes between the interleaved frames
    wrong_length: int = 0          # every 50th interleaved frame's length is wrong by so much

    def good(self):
        """The same camera with nothing wrong."""
        kept = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)[:WHAT_IT_IS]}
        return Knobs(**kept)


# The fields up to the password say what a camera is, the others what it does wrong.
WHAT_IT_IS = [field.name for field in dataclasses.fields(Knobs)].index("password") + 1
