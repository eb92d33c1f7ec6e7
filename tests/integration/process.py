"""Processes that do not outlive the tests: a runner that is killed takes what it started with it."""
import ctypes
import signal
import subprocess

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def _die_with_parent():
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def start(command, **options):
    """subprocess.Popen of a program that the kernel kills when the caller's thread ends."""
    return subprocess.Popen(command, preexec_fn=_die_with_parent, **options)
