"""What this machine lacks for the bench's wires, disks and clocks, and what broke there, by id in both languages."""

from __future__ import annotations

from simulators.sentences import Sentence

OCTETS_LEFT_OUT = Sentence("real-octets-left-out", "{number} octets left out", "此处省略 {number} 字节")
NO_FUSE = Sentence(
    "real-no-fuse",
    "the lossy disk needs the kernel's FUSE device {device}, which is not there: modprobe fuse, or pass the "
    "device into the container",
    "可丢失数据的磁盘需要内核的 FUSE 设备 {device}，此处没有：modprobe fuse，或将该设备传入容器",
)
FUSE_FORBIDDEN = Sentence(
    "real-fuse-forbidden",
    "the lossy disk needs to read and write {device}, which this user may not: run as root",
    "可丢失数据的磁盘需要读写 {device}，当前用户无权：请以 root 运行",
)
NO_MOUNT = Sentence(
    "real-no-mount",
    "the lossy disk needs the right to mount (CAP_SYS_ADMIN), which this process has not: run as root",
    "可丢失数据的磁盘需要挂载权限（CAP_SYS_ADMIN），本进程没有：请以 root 运行",
)
NO_MFUSEPY = Sentence(
    "real-no-mfusepy",
    "the lossy disk needs the package mfusepy: pip install mfusepy",
    "可丢失数据的磁盘需要 mfusepy 包：pip install mfusepy",
)
NO_LIBFUSE = Sentence(
    "real-no-libfuse",
    "the lossy disk needs libfuse 3, which could not be loaded ({error}): apt-get install fuse3",
    "可丢失数据的磁盘需要 libfuse 3，无法加载（{error}）：apt-get install fuse3",
)
NO_FAKETIME = Sentence(
    "real-no-faketime",
    "{name} is not installed, so a program's clock cannot be moved (apt-get install faketime)",
    "未安装 {name}，无法调整程序的时钟（apt-get install faketime）",
)
NOT_INSTALLED = Sentence("real-not-installed", "{each} is not installed", "未安装 {each}")
NEEDS_LINUX = Sentence(
    "real-needs-linux",
    "network namespaces need Linux, this is {platform}: use the loopback rig",
    "网络命名空间需要 Linux，此处为 {platform}：请用 loopback 台架",
)
NEEDS_RIGHTS = Sentence(
    "real-needs-rights",
    "the bench's wires need root, or {missing}, which this process lacks: start it with sudo or use the loopback rig",
    "测试线路需要 root 或 {missing}，本进程没有：请用 sudo 启动或改用 loopback 台架",
)
NO_IP = Sentence(
    "real-no-ip",
    "the program ip is not installed: apt-get install iproute2",
    "未安装 ip 程序：apt-get install iproute2",
)
NO_TUN = Sentence(
    "real-no-tun",
    "/dev/net/tun does not exist, so no TAP device can be made: modprobe tun, or start the container with "
    "--device /dev/net/tun",
    "没有 /dev/net/tun，无法创建 TAP 设备：modprobe tun，或以 --device /dev/net/tun 启动容器",
)
TUN_FORBIDDEN = Sentence(
    "real-tun-forbidden",
    "/dev/net/tun may not be opened: start the bench with sudo",
    "无权打开 /dev/net/tun：请用 sudo 启动测试台",
)
NO_NAMESPACE = Sentence(
    "real-no-namespace",
    "network namespace {name!r} does not exist: it was removed, or its bench closed",
    "网络命名空间 {name!r} 不存在：已被删除，或其测试台已关闭",
)
IP_FAILED = Sentence("real-ip-failed", "ip {words} failed: {said}", "ip {words} 失败：{said}")
FORWARDER = Sentence("real-forwarder", "loopback forwarder, {name}: {why}", "回环转发器 {name}：{why}")
SERIAL_FAILS = Sentence(
    "real-serial-fails",
    "serial line {name} fails ({strerror}): the adapter is dead or unplugged",
    "串行线 {name} 失效（{strerror}）：适配器损坏或已拔出",
)
NO_CARD = Sentence(
    "real-no-card",
    "network card {card!r} does not exist; this machine has: {known}",
    "没有网卡 {card!r}，本机有：{known}",
)
WIRES_CLOSED = Sentence("real-wires-closed", "the wires are closed", "线路已关闭")
WIRE_GONE = Sentence(
    "real-wire-gone",
    "the wire process is gone ({how}), nothing travels any more",
    "线路进程已终止（{how}），不再传送任何数据",
)
WIRES_WERE_CLOSED = Sentence("real-wires-were-closed", "the wires were closed", "线路曾被关闭")
WIRE_SILENT = Sentence("real-wire-silent", "the wire process does not answer ({error})", "线路进程无应答（{error}）")
WIRES_NEVER = Sentence("real-wires-never", "the wires never stood", "线路未建立")
