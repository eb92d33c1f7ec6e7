"""What a fault camera does wrong: every knob, its meaning and the value that is right."""

import dataclasses
import typing


@dataclasses.dataclass
class Knobs:
    """A good camera, until a knob is turned."""
    video: str = ""                # path of an H.264 Annex-B file with access unit delimiters, looped
    fps: float = 25.0
    audio: bool = True             # G.711 A-law beside the video
    user: str = "viewer"
    password: str = "secret"

    faulty_connections: int = 0    # so many connections are faulty, later ones good; 0: all are faulty

    # The dialogue.
    login: str = "none"            # none basic md5 sha256 md5-qop both stale fresh-nonce (a nonce is good once) unknown never
    close_after_challenge: bool = False
    status: dict = dataclasses.field(default_factory=dict)  # {"DESCRIBE": 453}: refuses these methods
    redirect: str = ""             # "self", or where DESCRIBE is sent
    mute: str = ""                 # the method that is never answered
    answer_delay: float = 0.0      # seconds before each answer
    junk_answer: bool = False      # HTML in place of the first answer
    drip: bool = False             # answers byte by byte, one a second
    endless_headers: bool = False
    cseq: str = "right"            # right wrong missing
    long_body: bool = False        # Content-Length says more than there is
    session_timeout: int = 60
    keep_alive: typing.Any = 200   # status, or "ignore"
    channels: typing.Optional[list] = None  # interleaved channels granted to video; audio gets the next two
    same_channels: bool = False    # both media on the same two
    grant: str = "interleaved"     # interleaved none udp
    ask_after: float = 0.0         # seconds after PLAY until the camera sends a request of its own
    ask: str = "OPTIONS"

    # The description.
    sdp: str = "good"              # good empty garbage nul huge many-media mikey vp8 no-rtpmap line-feeds absolute no-control metadata-first
    sets: str = "both"             # both in-band sdp

    # The connection, seconds after PLAY; 0: never.
    silent_after: float = 0.0      # nothing comes any more
    freeze_video_after: float = 0.0  # sound goes on
    fin_after: float = 0.0
    rst_after: float = 0.0
    in_mid_frame: bool = False     # FIN or RST come in the middle of an interleaved frame

    # The packets.
    payload_type: int = 96         # of the video packets; the description says 96
    marker: str = "last"           # last none every-slice
    key_pictures: bool = True
    lose: float = 0.0              # part of the packets that never come
    duplicate: bool = False
    swap: bool = False             # every tenth packet changes places with the next
    sequence_jump: int = 0         # once, 3 seconds after PLAY
    time_jump: float = 0.0         # seconds, once, 3 seconds after PLAY
    frozen_time: bool = False      # the RTP time stamps stand still
    new_ssrc: bool = False         # once, 3 seconds after PLAY
    bye_after: float = 0.0         # RTCP BYE while packets go on
    report_offset: float = 0.0     # sender reports lie by so many seconds
    junk_between: bool = False     # bytes between the interleaved frames
    bad_headers: bool = False      # every third packet is no RTP
    endless_fragment: bool = False  # one fragmented unit without end
    burst: bool = False            # the whole file at once, then nothing for its length

    @classmethod
    def from_dict(cls, values):
        unknown = set(values) - {field.name for field in dataclasses.fields(cls)}
        if unknown:
            raise ValueError(f"no such knob: {' '.join(sorted(unknown))}")
        return cls(**values)

    def good(self):
        """The same camera with nothing wrong."""
        return Knobs(video=self.video, fps=self.fps, audio=self.audio, user=self.user, password=self.password)
