"""Runs the programs of this folder: makes their clip, starts cameras, loads a relay, asks for the limit. scripts/bench and the tests use it."""

import json
import os
import pathlib
import re
import subprocess

FPS = 25
KEY_EVERY = 50


def rated(rate):
    return ["-b:v", rate, "-maxrate", rate, "-bufsize", rate, "-g", str(KEY_EVERY), "-keyint_min", str(KEY_EVERY), "-sc_threshold", "0"]


# 1920x1080 as the figures are told for; 640x360 where seconds matter more than bits; 160x120 where only numbers do; one group of 10 s that begins with a picture of 2 MB.
MOVING_NOISE, STANDING_NOISE = "noise=alls=12:allf=t", "noise=alls=100:allf=u,noise=alls=100:all_seed=7:allf=u"
CLIPS = {
    "large": {"size": "1920x1080", "seconds": 10, "name": "4M", "noise": MOVING_NOISE, "encoder": rated("4M")},
    "small": {"size": "640x360", "seconds": 4, "name": "800k", "noise": MOVING_NOISE, "encoder": rated("800k")},
    "tiny": {"size": "160x120", "seconds": 4, "name": "60k", "noise": MOVING_NOISE, "encoder": rated("60k")},
    "dense": {"size": "640x360", "seconds": 4, "name": "4M", "noise": MOVING_NOISE, "encoder": rated("4M")},
    "long": {"size": "1920x1080", "seconds": 10, "name": "2MB-keys", "noise": STANDING_NOISE,
             "encoder": ["-x264-params", "qp=40:ipratio=10:scenecut=0:keyint=250:min-keyint=250"]},
}
PATIENCE_S = 150


def cache_folder():
    return pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "camrelay"


def make_clip(name, folder=None):
    """The path of a clip: H.264 in annex B form, a key picture each KEY_EVERY pictures (the long one: 250), no B-frames. Made once for each folder."""
    clip = CLIPS[name]
    folder = pathlib.Path(folder or cache_folder())
    path = folder / f"bench-{clip['size']}-{clip['name']}-{clip['seconds']}s.h264"
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", f"testsrc2=size={clip['size']}:rate={FPS},{clip['noise']}",
                    "-t", str(clip["seconds"]), "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "veryfast", "-bf", "0",
                    *clip["encoder"], "-f", "h264", str(draft)],
                   check=True, timeout=PATIENCE_S)
    draft.rename(path)
    return path


class Cameras:
    """N simulated cameras at .urls, as a context."""

    def __init__(self, build, clip, count=1, fps=FPS):
        self._command = [str(pathlib.Path(build) / "tests/bench/camera-simulator"), "--clip", str(clip), "--fps", str(fps), "--cameras", str(count)]
        self._count = count
        self.process = None
        self.urls = []

    def __enter__(self):
        self.process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        match = re.match(r"port: (\d+)$", line)
        if not match:
            self.__exit__()
            raise RuntimeError(f"camera-simulator said {line!r}")
        self.urls = [f"rtsp://127.0.0.1:{match[1]}/cam{i}" for i in range(self._count)]
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def run_program(build, name, *arguments):
    """What a program of this folder found out."""
    command = [str(pathlib.Path(build) / "tests/bench" / name), *map(str, arguments)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{name}: {done.stderr.strip() or f'status {done.returncode}'}")
    return json.loads(done.stdout)


def load(build, urls, *arguments):
    return run_program(build, "load-client", *(word for url in urls for word in ("--url", url)), *arguments)


def limit(build, clip, mode, readers, *arguments):
    return run_program(build, "limit-send", "--clip", clip, "--fps", FPS, "--mode", mode, "--readers", readers, *arguments)
