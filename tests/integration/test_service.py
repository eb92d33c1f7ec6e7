"""The systemd unit: known to systemd, and a tight sandbox."""

import shutil
import subprocess

import pytest

from relay import binary

UNIT = binary().parent / "systemd" / "camrelayd.service"


def systemd_analyze(*arguments):
    return subprocess.run(["systemd-analyze", *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, text=True,
                          check=False)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_every_line_is_known_to_systemd():
    lines = systemd_analyze("verify", UNIT).stdout.splitlines()
    # Neither the program nor its manual is installed here.
    complaints = [line for line in lines if "camrelayd" in line and "not executable" not in line and "'man " not in line]
    assert complaints == []


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_exposure_is_low():
    done = systemd_analyze("security", "--offline=true", "--no-pager", "--threshold=20", UNIT)
    assert done.returncode == 0, done.stdout.splitlines()[-1]


def test_notifies_and_runs_as_its_own_user():
    text = UNIT.read_text()
    assert "\nType=notify\n" in text
    assert "\nUser=camrelay\n" in text
    assert "@SBINDIR@" not in text
