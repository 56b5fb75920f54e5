"""What a rig cannot do and what ended a case there, by id in both languages."""

from __future__ import annotations

from simulators.sentences import Sentence

PROGRAM_ENDED = Sentence(
    "rig-program-ended", "the {item}'s program {words}{first}", "{item}程序自行结束：{words}{first}"
)
DEVICE_LIMITS = Sentence(
    "rig-device-limits",
    "a device's clock cannot be moved from outside and its write barriers cannot be seen",
    "无法从外部调整设备时钟，无法观测落盘时刻",
)
NEEDS_RIG_FILE = Sentence(
    "rig-needs-rig-file",
    'it needs a rig file; add rig = "rig.toml" in section [connection]',
    '需要台架文件，请在 [connection] 一节加上 rig = "rig.toml"',
)
NEEDS_CARDS = Sentence("rig-needs-cards", "a run needs {absent}: the device's cards", "运行需要设备的网卡 {absent}")
NEEDS_SERIAL = Sentence(
    "rig-needs-serial",
    "{path} has no {absent}, where this case needs a serial line",
    "{path} 没有 {absent}，而该用例需要串行线",
)
LINKS_ONLY = Sentence(
    "rig-links-only",
    "links only cut, refuse, reset and delay; a cut link still lets connections open, and then says nothing",
    "链路故障仅有中断、拒绝、复位与延时；中断的链路仍可建立连接，此后无应答",
)
NO_CAPTURES = Sentence("rig-no-captures", "no packet captures", "无抓包")
ONE_NETWORK = Sentence(
    "rig-one-network",
    "terminal and bench share one network: nothing keeps the terminal from other addresses",
    "终端与台架共用一个网络：无法阻止终端访问其他地址",
)
LOOPBACK_CANNOT = Sentence(
    "rig-loopback-cannot",
    "the loopback rig cannot {verb} packets on a link, which this case asks for; use --rig process as root",
    "回环台架不能对链路上的报文 {verb}，而该用例需要，请以 root 使用 --rig process",
)
SLOTS_USED = Sentence(
    "rig-slots-used",
    "all {slots} sets of loopback addresses are in use by benches on this computer",
    "本机的 {slots} 组回环地址均被测试台占用",
)
BEYOND_WIRES = Sentence(
    "rig-beyond-wires",
    "a platform that runs elsewhere is beyond these wires: --rig loopback",
    "在别处运行的平台不在这些线路上：--rig loopback",
)
WITHOUT_THESE = Sentence("rig-without-these", "without these: --rig loopback", "可改用 --rig loopback")
NO_OTHER_CLOCK = Sentence(
    "rig-no-other-clock",
    "the clock of an accelerated program cannot be moved besides",
    "加速运行时不能另行调整终端时钟",
)
DISK_GONE = Sentence("rig-disk-gone", "the terminal's disk is gone: {detail}", "终端磁盘丢失：{detail}")
DISK_FULL = Sentence(
    "rig-disk-full",
    "it has written more than its disk of {disk_mb} MiB holds ({kind})",
    "写入超出其 {disk_mb} MiB 磁盘的容量（{kind}）",
)
ASKED_NOTHING = Sentence(
    "rig-asked-nothing", "in the whole case it asked no meter and connected to no centre", "全程未采集也未连接任何中心"
)
HOST_CLOCK_MOVED = Sentence(
    "rig-host-clock-moved",
    "the clock of the bench's computer moved by {moved:.3f} s during the case",
    "用例期间台架主机时钟变动了 {moved:.3f} s",
)
NO_LAUNCH = Sentence(
    "rig-no-launch", "this adapter has no `launch`: its terminal is no program of its own", "该适配器不支持独立进程"
)
CLOCK_FIXED = Sentence(
    "rig-clock-fixed",
    "the profile says that this terminal's clock cannot be moved from outside",
    "该终端时钟不可从外部调整",
)
ITS_OWN_CLOCK = Sentence(
    "rig-its-own-clock", "the clock of a platform that runs elsewhere is its own", "平台在别处运行，时钟由其自身管理"
)
SUPPLY_ELSEWHERE = Sentence(
    "rig-supply-elsewhere",
    "this platform runs elsewhere: nobody here can cut its supply",
    "平台在别处运行，本台架不能断电",
)
ONE_SUPPLY = Sentence(
    "rig-one-supply", "this rig cuts the supply of the one terminal on test alone", "本台架仅能切断被测终端的供电"
)
NO_LOSSY_DISK = Sentence(
    "rig-no-lossy-disk",
    "this rig has no lossy disk here, so a power cut would lose nothing and prove nothing; it needs FUSE "
    "(/dev/fuse and the right to mount)",
    "本台架没有可丢失数据的磁盘，断电不会丢失也不能证明任何内容；需要 FUSE（/dev/fuse 及挂载权限）",
)
STORAGE_UNSEEN = Sentence(
    "rig-storage-unseen",
    "nobody can look into this terminal's storage here: --rig virtual or process",
    "本台架无法查看终端的存储：--rig virtual 或 process",
)
NO_OWN_DISK = Sentence(
    "rig-no-own-disk",
    "this rig has no disk of its own under the terminal: --rig virtual or process",
    "本台架没有终端自用的磁盘：--rig virtual 或 process",
)
FILES_UNREACHED = Sentence(
    "rig-files-unreached", "the adapter of this product cannot reach into its files", "适配器无法访问其存储文件"
)
POWERED_FILES = Sentence(
    "rig-powered-files", "its files are in others' hands only while it is without power", "仅可在断电时处理其存储"
)
FILES_UNWRITTEN = Sentence(
    "rig-files-unwritten", "the terminal's files cannot be written: {error}", "无法写入终端文件：{error}"
)
SCREEN_FLOODED = Sentence(
    "rig-screen-flooded",
    "more than {octets} MiB on its screen; from now on it is read slowly, and only the beginning and the end are kept",
    "屏幕输出超过 {octets} MiB，此后放慢读取，只保留开头与结尾",
)
NOT_LISTENING = Sentence(
    "rig-not-listening",
    "nothing listens at {host}:{port} {ready_s:g} s after the start{other}",
    "启动 {ready_s:g} s 后 {host}:{port} 仍无监听{other}",
)
REAL_TIME_ONLY = Sentence(
    "rig-real-time-only",
    "this terminal is a program or device and needs real time: --rig process",
    "该终端是程序或设备，须实时台架：--rig process",
)
EMPTY_UNPOWERED = Sentence(
    "rig-empty-unpowered", "storage can be emptied only while the terminal is without power", "仅可在断电时清空存储"
)
DAMAGE_UNPOWERED = Sentence(
    "rig-damage-unpowered", "storage can be damaged only while the terminal is without power", "仅可在断电时损坏存储"
)
ALTER_UNPOWERED = Sentence(
    "rig-alter-unpowered",
    "records can be altered only in a terminal without power whose adapter reaches its storage",
    "仅可在断电且适配器可访问存储时篡改",
)
HOLDS_TIME = Sentence(
    "rig-holds-time",
    "the terminal never lets time go on: it was at {place} when the bench ended it",
    "终端程序在 {place} 占用不放，时间无法推进，台架已将其终止",
)
