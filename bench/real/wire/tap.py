"""The two kinds of ends a wire has: a TAP device in a namespace, or a raw socket on a real network card.

Leaves reading and writing to `process`: an end is a file descriptor whose every read and write is one buffer, a
virtio network header of `HEADER` octets followed by an Ethernet frame. VLAN tags of a card are not carried.

With offload on, a buffer may hold up to 64 KiB of one TCP stream whose cutting and checksums are still to be done
(`frames.normalised` does it); without, the kernel has done it before the buffer is read. A card always may deliver
such buffers.
"""

from __future__ import annotations

import fcntl
import os
import socket
import struct

from bench.real import netns, sentences

HEADER = 10
"""Octets of the virtio network header in front of each frame."""
BUFFER = 65_536 + 64
"""The longest buffer an end can deliver."""
_TUNSETIFF, _TUNSETOFFLOAD = 0x400454CA, 0x400454D0
_IFF_TAP, _IFF_NO_PI, _IFF_VNET_HDR = 0x0002, 0x1000, 0x4000
_OFFLOAD_CSUM_TSO4_TSO6 = 0x07
_SOL_PACKET, _ADD_MEMBERSHIP, _STATISTICS, _MR_PROMISC, _VNET_HDR, _IGNORE_OUTGOING = 263, 1, 6, 1, 15, 23
_ETH_P_ALL = 0x0003


def open_tap(namespace: str, name: str) -> int:
    """Make a TAP device in a namespace and give its file descriptor; the device lives as long as that is open.

    Raises NetworkTrouble.
    """
    with netns.entered(namespace):
        try:
            fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise netns.NetworkTrouble(
                f"/dev/net/tun cannot be opened ({error.strerror}): modprobe tun and start the bench with sudo"
            ) from None
        try:
            flags = _IFF_TAP | _IFF_NO_PI | _IFF_VNET_HDR
            fcntl.ioctl(fd, _TUNSETIFF, struct.pack("16sH22x", name.encode(), flags))
        except OSError as error:
            os.close(fd)
            raise netns.NetworkTrouble(
                f"TAP device {name!r} cannot be made in namespace {namespace!r} ({error.strerror}): the name must be "
                "free and of at most 15 letters"
            ) from None
    return fd


def offload(fd: int, on: bool) -> None:
    """Whether a TAP device may deliver uncut TCP streams and checksums still to be computed."""
    fcntl.ioctl(fd, _TUNSETOFFLOAD, _OFFLOAD_CSUM_TSO4_TSO6 if on else 0)


def open_card(interface: str) -> int:
    """A raw socket on a network card: every frame it receives (promiscuous), none that this machine sends.

    The card should carry no address of its own, or this machine answers beside the plant. Raises NetworkTrouble.
    """
    try:
        index = socket.if_nametoindex(interface)
    except OSError:
        known = ", ".join(sorted(name for _, name in socket.if_nameindex() if name != "lo")) or "none"
        raise netns.NetworkTrouble(str(sentences.NO_CARD(known=known, card=interface))) from None
    try:
        card = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC, 0)
    except PermissionError:
        raise netns.NetworkTrouble(
            f"network card {interface!r} cannot be opened: raw sockets need CAP_NET_RAW, start the bench with sudo"
        ) from None
    try:
        card.setsockopt(_SOL_PACKET, _VNET_HDR, 1)
        card.setsockopt(_SOL_PACKET, _IGNORE_OUTGOING, 1)
        card.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        card.bind((interface, _ETH_P_ALL))
        card.setsockopt(_SOL_PACKET, _ADD_MEMBERSHIP, struct.pack("iHH8s", index, _MR_PROMISC, 0, b""))
    except OSError as error:
        card.close()
        raise netns.NetworkTrouble(
            f"network card {interface!r} cannot be joined to the wire ({error.strerror}): is it up? ip link set "
            f"{interface} up"
        ) from None
    return card.detach()


def overrun(fd: int) -> int:
    """How many frames a card's socket lost since this was last asked, because nobody took them in time."""
    with socket.socket(fileno=os.dup(fd)) as card:
        return struct.unpack("II", card.getsockopt(_SOL_PACKET, _STATISTICS, 8))[1]
