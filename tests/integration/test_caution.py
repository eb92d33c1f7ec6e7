"""After crashes in a row cameras are dialled one after the other."""

import time

import pytest


def plant_reports(folder, ages_s):
    folder.mkdir(parents=True)
    for i, age_s in enumerate(ages_s):
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() - age_s))
        (folder / f"crash-{stamp}-{100 + i}.txt").write_text("camrelay crash report, format 1\n")


@pytest.mark.parametrize("ages_s, is_careful", [([5, 60, 300], True), ([5, 60, 700], False)], ids=["many", "few"])
def test_after_crashes(start_relay, make_camera, tmp_path, ages_s, is_careful):
    plant_reports(tmp_path / "state" / "crashes", ages_s)
    camera = make_camera(answer_delay=0.1)
    names = [f"cam{number}" for number in range(4)]
    relay = start_relay(*[f"{name}={camera.url}" for name in names], STATE_DIRECTORY=str(tmp_path / "state"))
    for name in names:
        relay.wait_for_connected(name)
    told = [line for line in relay.lines if "are dialled one after the other" in line]
    assert told == (["WARNING 3 crashes within 10 minutes: cameras are dialled one after the other"] if is_careful else [])
    starts = sorted(event["at"] for event in camera.events("request", method="OPTIONS"))
    plays = sorted(event["at"] for event in camera.events("playing"))
    together = max(sum(start <= at for start in starts) - sum(play < at for play in plays) for at in starts)
    assert together <= 2 if is_careful else together >= 3  # the next one begins while the camera still writes down that it plays
