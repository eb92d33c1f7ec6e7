"""meson install: everything is where Debian expects it, readable by all, and nothing of the administrator's is overwritten."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("CAMRELAYD", ROOT / "build" / "camrelayd")).parent

INSTALLED = {
    "etc/camrelay/cameras.d/example.conf.sample",
    "etc/camrelay/camrelay.conf",
    "usr/bin/camrelayctl",
    "usr/lib/systemd/catalog/camrelay.catalog",
    "usr/lib/systemd/system/camrelayd.service",
    "usr/lib/systemd/system/camrelayd.socket",
    "usr/lib/sysusers.d/camrelay.conf",
    "usr/lib/tmpfiles.d/camrelay.conf",
    "usr/libexec/camrelay/camrelay-picture",
    "usr/sbin/camrelayd",
    "usr/share/bash-completion/completions/camrelayctl",
    "usr/share/doc/camrelay/LICENSE",
    "usr/share/doc/camrelay/README.md",
    "usr/share/doc/camrelay/operations.md",
    "usr/share/doc/camrelay/alert-rules.yml",
    "usr/share/doc/camrelay/grafana-dashboard.json",
    "usr/share/doc/camrelay/examples/demo.conf",
    "usr/share/doc/camrelay/examples/full.conf",
    "usr/share/doc/camrelay/examples/minimal.conf",
    "usr/share/man/man1/camrelayctl.1",
    "usr/share/man/man5/camrelay.conf.5",
    "usr/share/man/man8/camrelay-picture.8",
    "usr/share/man/man8/camrelayd.8",
    "usr/share/zsh/vendor-completions/_camrelayctl",
}
EXECUTABLE = {"usr/bin/camrelayctl", "usr/libexec/camrelay/camrelay-picture", "usr/sbin/camrelayd"}

pytestmark = pytest.mark.skipif(not (BUILD / "build.ninja").is_file(), reason=f"{BUILD} is no build of meson's")


def install(folder):
    subprocess.run(["meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", folder], capture_output=True, timeout=60, check=True)
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return install(tmp_path_factory.mktemp("root"))


def test_everything_is_in_its_place(files):
    assert set(files) == INSTALLED


def test_everybody_may_read_it_and_nobody_but_root_write_it(files):
    modes = {name: path.stat().st_mode & 0o777 for name, path in files.items()}
    assert modes == {name: 0o755 if name in EXECUTABLE else 0o644 for name in INSTALLED}


def test_the_installed_daemon_takes_the_installed_configuration(files):
    done = subprocess.run([files["usr/sbin/camrelayd"], "--config", files["etc/camrelay/camrelay.conf"], "--check"], capture_output=True,
                          text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "0 cameras, no errors\n", "")


def test_the_service_starts_what_was_installed(files):
    service = files["usr/lib/systemd/system/camrelayd.service"].read_text(encoding="utf-8")
    assert "\nExecStart=/usr/sbin/camrelayd\n" in service
    assert "\nUser=camrelay\n" in service
    assert files["usr/lib/sysusers.d/camrelay.conf"].read_text(encoding="utf-8").startswith("u camrelay ")
    assert "@" not in service.replace("@system-service", "").replace("@privileged", "").replace("@resources", "")


def test_a_configuration_that_is_there_is_kept(tmp_path):
    kept = tmp_path / "etc" / "camrelay" / "camrelay.conf"
    kept.parent.mkdir(parents=True)
    kept.write_text("[Camera mine]\nURL=test:\n", encoding="utf-8")
    install(tmp_path)
    assert kept.read_text(encoding="utf-8") == "[Camera mine]\nURL=test:\n"
