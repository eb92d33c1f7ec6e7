"""The systemd units: known to systemd, a tight sandbox, what they promise the daemon; and the journal's catalog."""

import configparser
import re
import shutil
import subprocess

import pytest

from relay import ROOT, binary

UNITS = binary().parent / "systemd"
SERVICE = UNITS / "camrelayd.service"
SOCKET = UNITS / "camrelayd.socket"
EXPOSURE = 15  # tenths, at most

needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")


def run(*command):
    return subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, text=True, check=False)


def read_unit(path):
    unit = configparser.ConfigParser(strict=False, interpolation=None, comment_prefixes=("#",), delimiters=("=",))
    unit.optionxform = str
    unit.read_string(path.read_text())
    return unit


@needs_systemd
@pytest.mark.parametrize("unit", [SERVICE, SOCKET], ids=["service", "socket"])
def test_every_line_is_known_to_systemd(unit):
    lines = run("systemd-analyze", "verify", unit).stdout.splitlines()
    # Neither the program nor its manual is installed here.
    complaints = [line for line in lines if "camrelayd" in line and "not executable" not in line and "'man " not in line]
    assert complaints == []


@needs_systemd
def test_exposure_is_low(bar):
    done = run("systemd-analyze", "security", "--offline=true", "--no-pager", f"--threshold={EXPOSURE}", SERVICE)
    last = done.stdout.splitlines()[-1]
    assert done.returncode == 0, last
    bar("exposure of the unit", float(re.search(r"level for camrelayd.service: ([0-9.]+)", last)[1]), EXPOSURE / 10)


def test_what_the_service_promises():
    unit = read_unit(SERVICE)
    service = unit["Service"]
    assert service["Type"] == "notify"
    assert service["User"] == "camrelay"
    assert service["ExecReload"] == "kill -HUP $MAINPID"
    assert 10 <= int(service["WatchdogSec"]) <= 60
    assert int(service["FileDescriptorStoreMax"]) >= 48  # three lists of 16 addresses
    assert service["RuntimeDirectoryPreserve"] == "restart"
    assert service["RuntimeDirectoryMode"] == "0750"  # its group may reach the control socket
    assert unit["Unit"]["StartLimitIntervalSec"] == "0"  # it never gives up
    assert {"64", "78"} <= set(service["RestartPreventExitStatus"].split())
    assert "@SBINDIR@" not in SERVICE.read_text()


def test_the_socket_fits_the_default_configuration():
    socket = read_unit(SOCKET)["Socket"]
    assert (socket["ListenStream"], socket["BindIPv6Only"], socket["FileDescriptorName"]) == ("8554", "both", "rtsp")
    keys = (ROOT / "include" / "camrelay" / "config-keys.def").read_text()
    assert re.search(r'SERVER \(RTSP, Listen, listen, ADDRESSES, "\[::\]:8554"', keys)


@pytest.mark.skipif(not shutil.which("journalctl"), reason="systemd is not installed")
def test_the_catalog_can_be_read(tmp_path):
    source = ROOT / "systemd" / "camrelay.catalog"
    for folder in ("usr/lib/systemd/catalog", "var/lib/systemd/catalog"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(source, tmp_path / "usr/lib/systemd/catalog")
    done = run("journalctl", "--update-catalog", f"--root={tmp_path}")
    assert (done.returncode, done.stdout) == (0, "")
    ids = re.findall(r"^-- ([0-9a-f]{32})$", source.read_text(), re.M)
    shown = run("journalctl", f"--root={tmp_path}", "--dump-catalog", *ids).stdout
    assert re.findall(r"^-- ([0-9a-f]{32})$", shown, re.M) == ids
    # Each entry says what it is about, and something more.
    for entry in re.split(r"^-- [0-9a-f]{32}$", shown, flags=re.M)[1:]:
        assert re.search(r"^Subject: \S.*\nDefined-By: camrelay\nDocumentation: \S+\n\n\S(.|\n){40,}", entry.strip(), re.M), entry
