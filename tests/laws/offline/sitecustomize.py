"""Loaded by every Python that has this folder on its path: refuses and reports connections to other machines."""

import ipaddress
import socket
import sys

_LOCAL_NAMES = {"localhost", "", None}


def _refuse(host: object) -> None:
    print(f"CONNECTION {host}", file=sys.stderr, flush=True)  # noqa: T201 - this is the report
    raise OSError(f"the network is off: {host}")


def _is_local(host: object) -> bool:
    if host in _LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False


def _guarded(name: str):
    real = getattr(socket.socket, name)

    def call(self, *arguments):
        address = arguments[-1]
        if (
            self.family in (socket.AF_INET, socket.AF_INET6)
            and isinstance(address, tuple)
            and not _is_local(address[0])
        ):
            _refuse(address[0])
        return real(self, *arguments)

    return call


def _look_up(host, *arguments, **options):
    name = host.decode() if isinstance(host, bytes) else host
    if not _is_local(name):
        _refuse(name)
    return _real_look_up(host, *arguments, **options)


for _name in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, _name, _guarded(_name))
_real_look_up, socket.getaddrinfo = socket.getaddrinfo, _look_up
print("GUARDED", file=sys.stderr, flush=True)  # noqa: T201 - proof that the guard was loaded
