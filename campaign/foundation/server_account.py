"""The account that owns the embedded PostgreSQL. It refuses to run as root, so root needs another one for it."""

import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path
from typing import TypedDict

ACCOUNT = "rosette-db"


class Identity(TypedDict, total=False):
    """Arguments of subprocess.run: empty for an ordinary user."""

    user: int
    group: int
    extra_groups: list[int]


class NoAccountError(Exception):
    """Root has no account to run PostgreSQL as, and none can be made."""


def may_act_for(data: Path) -> bool:
    """Whether this process may start and stop the server that lives in `data`."""
    return os.geteuid() in {0, data.stat().st_uid}


def identity(data: Path) -> Identity:
    """Who PostgreSQL runs as: the owner of `data`. An ordinary user runs it as himself."""
    if os.geteuid():
        return {}
    owner = data.stat()
    return {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}


def make_private(folder: Path, like: Path | None = None) -> None:
    """Make `folder` for the server's account alone (0700); the account is the owner of `like`, where given.

    Raises PermissionError when the folder is there and somebody else could have put it there.
    """
    uid, gid = _account(like)
    try:
        folder.mkdir(mode=0o700)
        os.chown(folder, uid, gid)
    except FileExistsError:
        found = folder.lstat()
        private = stat.S_ISDIR(found.st_mode) and found.st_uid == uid and not found.st_mode & 0o077
        if not private:
            raise PermissionError(1, "is not private to the server's account", str(folder)) from None


def let_through(installed: Path, data: Path) -> None:
    """As root, let the server's account walk to its programs and its data: pass through, not look around."""
    if os.geteuid():
        return
    for folder in {*installed.parents, *data.parents}:
        _add(folder, stat.S_IXOTH)
    for path in (installed, *installed.rglob("*")):
        _add(path, (path.stat().st_mode & (stat.S_IRUSR | stat.S_IXUSR)) >> 6)


def _add(path: Path, permission: int) -> None:
    mode = path.stat().st_mode
    if mode & permission != permission:
        path.chmod(mode | permission)


def _account(like: Path | None) -> tuple[int, int]:
    if os.geteuid():
        return os.geteuid(), os.getegid()
    if like is not None:
        return like.stat().st_uid, like.stat().st_gid
    try:
        entry = pwd.getpwnam(ACCOUNT)
    except KeyError:
        entry = _add_account()
    return entry.pw_uid, entry.pw_gid


def _add_account() -> pwd.struct_passwd:
    command = [shutil.which("useradd") or "useradd", "--system", "--shell", "/usr/sbin/nologin", ACCOUNT]
    try:
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own arguments
    except (OSError, subprocess.CalledProcessError) as error:
        raise NoAccountError(
            f"PostgreSQL does not run as root and the account {ACCOUNT} could not be added: use an ordinary account."
        ) from error
    return pwd.getpwnam(ACCOUNT)
