"""Short clips of real media that ffmpeg makes once and keeps in a folder, read into units."""

import asyncio
import dataclasses
import fcntl
import os
import subprocess


@dataclasses.dataclass(frozen=True)
class Unit:
    """One picture."""
    nals: list          # of bytes, without start codes and delimiters
    is_key: bool
    shown: int          # its place in the order of presentation


@dataclasses.dataclass(frozen=True)
class Clip:
    codec: str
    fps: float
    units: list
    sets: list          # the parameter sets of the first key picture

    def number_of(self, seconds):
        return int(seconds * self.fps) % len(self.units)


@dataclasses.dataclass(frozen=True)
class Sound:
    codec: str
    clock_rate: int
    frame_samples: int
    frames: list        # of bytes
    config: str = ""    # AAC: the AudioSpecificConfig in hex


SETS = {"h264": (7, 8), "h265": (32, 33, 34)}
DELIMITER = {"h264": 9, "h265": 35}
G711 = {"pcma": ("alaw", 8), "pcmu": ("mulaw", 0)}


def nal_type(codec, nal):
    return nal[0] & 31 if codec == "h264" else nal[0] >> 1 & 63


def is_key_nal(codec, nal):
    return nal_type(codec, nal) == 5 if codec == "h264" else 16 <= nal_type(codec, nal) <= 23


class ClipShelf:
    """Clips by what they show. Several processes may share FOLDER."""

    def __init__(self, folder):
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.clips, self.sounds = {}, {}
        self.reading = asyncio.Lock()

    async def take(self, knobs):
        """The Clip and the Sound (None for none) that KNOBS ask for."""
        clip_key = (knobs.codec, knobs.size, knobs.fps, knobs.gop, knobs.b_frames, knobs.refs, knobs.picture)
        async with self.reading:
            if clip_key not in self.clips:
                self.clips[clip_key] = await asyncio.to_thread(self.read_clip, knobs)
            if knobs.audio != "none" and knobs.audio not in self.sounds:
                self.sounds[knobs.audio] = await asyncio.to_thread(self.read_sound, knobs.audio)
        return self.clips[clip_key], self.sounds.get(knobs.audio)

    def read_clip(self, knobs):
        name = f"{knobs.codec}-{knobs.size}-{knobs.fps:g}-{knobs.gop:g}-{'b' if knobs.b_frames else 'p'}{knobs.refs}-{knobs.picture}"
        data = self.make(f"{name}.{knobs.codec}", video_arguments(knobs))
        units = split_units(knobs.codec, data)
        sets = [nal for nal in units[0].nals if nal_type(knobs.codec, nal) in SETS[knobs.codec]]
        if len(sets) < len(SETS[knobs.codec]):
            raise ValueError(f"{name} has no parameter sets")
        return Clip(knobs.codec, knobs.fps, units, sets)

    def read_sound(self, codec):
        if codec in G711:
            data = self.make(f"tone.{codec}", ["-f", "lavfi", "-i", "sine=440:r=8000", "-t", "2", "-f", G711[codec][0]])
            return Sound(codec, 8000, 160, [data[at:at + 160] for at in range(0, len(data), 160)])
        if codec != "aac":
            raise ValueError(f"no such audio: {codec}")
        data = self.make("tone.aac", ["-f", "lavfi", "-i", "sine=440:r=16000", "-t", "4.096", "-c:a", "aac", "-b:a", "32k", "-f", "adts"])
        return Sound(codec, 16000, 1024, split_adts(data), "1408")  # AAC-LC, 16 kHz, mono

    def make(self, name, arguments):
        """The file's bytes; made if it is not there."""
        path = self.folder / name
        with open(self.folder / "lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.exists():
                part = path.with_suffix(".part")
                subprocess.run(["ffmpeg", "-v", "error", "-nostdin", *arguments, "-y", str(part)], check=True, timeout=60)
                os.rename(part, path)
        return path.read_bytes()


def video_arguments(knobs):
    """What ffmpeg is to make: two seconds, or one group of pictures if that is longer; delimiters between pictures, one slice each."""
    distance = round(knobs.gop * knobs.fps)
    source = f"testsrc2=size={knobs.size}:rate={knobs.fps:g}"
    rate = ["-crf", "28"]
    if knobs.picture == "noise":
        source += ",noise=alls=60:allf=t"
        rate = ["-b:v", "4M", "-maxrate", "4M", "-bufsize", "4M"]
    frames = max(2 * knobs.fps, distance) // distance * distance
    common = ["-f", "lavfi", "-i", source, "-frames:v", str(int(frames)), "-pix_fmt", "yuv420p", "-preset", "ultrafast", "-threads", "1", *rate]
    if knobs.codec == "h265":
        return [*common, "-c:v", "libx265", "-x265-params",
                f"aud=1:repeat-headers=1:keyint={distance}:min-keyint={distance}:scenecut=0:bframes=0:ref={knobs.refs}:open-gop=0:pools=1:log-level=error",
                "-f", "hevc"]
    order = "bframes=2:b-adapt=0:b-pyramid=0:weightp=0" if knobs.b_frames else "bframes=0"
    return [*common, "-c:v", "libx264", "-x264-params",
            f"aud=1:repeat-headers=1:keyint={distance}:min-keyint={distance}:scenecut=0:{order}:ref={knobs.refs}:rc-lookahead=0:slices=1", "-f", "h264"]


def split_units(codec, data):
    """The pictures of an Annex-B stream in which a delimiter begins each."""
    pictures = []
    for part in data.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1"):
        nal = part.rstrip(b"\0")
        if not nal:
            continue
        if nal_type(codec, nal) == DELIMITER[codec]:
            pictures.append([])
        elif pictures:
            pictures[-1].append(nal)
    places = places_shown(codec, pictures)
    return [Unit(nals, any(is_key_nal(codec, nal) for nal in nals), place) for nals, place in zip(pictures, places)]


def places_shown(codec, pictures):
    """Each picture's place in the order of presentation: a picture nobody refers to (H.264, no pyramid) is shown before the one it follows."""
    is_late = [codec == "h264" and all(nal[0] & 0x60 == 0 for nal in nals if 1 <= nal[0] & 31 <= 5) for nals in pictures]
    places, shown, number = [0] * len(pictures), 0, 0
    while number < len(pictures):
        after = number + 1
        while after < len(pictures) and is_late[after]:
            places[after] = shown
            shown, after = shown + 1, after + 1
        places[number] = shown
        shown, number = shown + 1, after
    return places


def split_adts(data):
    """The raw frames of an ADTS stream (ISO 14496-3, 1.A.2)."""
    frames, at = [], 0
    while at + 7 <= len(data):
        size = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
        head = 7 if data[at + 1] & 1 else 9
        frames.append(data[at + head:at + size])
        at += size
    return frames
