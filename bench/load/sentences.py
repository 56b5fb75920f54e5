"""What is wrong with a plan of load, by id in both languages."""

from __future__ import annotations

from simulators.sentences import Sentence, Words

HOST = Words("a name or address without blanks and slashes", "不含空格与斜杠的主机名或地址")
PASSWORD = Words("at most 64 characters without blanks", "不含空格、不超过 64 个字符的口令")
PATH = Words("a path that begins with /", "以 / 开头的路径")
"""What a text of a plan should be."""

CHANNEL = Sentence(
    "load-channel", "{kind} goes over plain or tls, got {channel}", "{kind} 仅可用 plain 或 tls，实际为 {channel}"
)
OWN_BROKER = Sentence(
    "load-broker",
    "the broker that the bench starts is plain; name the host of one with TLS",
    "测试台启动的代理没有 TLS，请给出有 TLS 的代理的 host",
)
PORT_OF_HOST = Sentence(
    "load-port", "is missing; a target with a host needs its port", "缺少此项，给出 host 时须给出端口"
)
PORT_WITHOUT_HOST = Sentence(
    "load-port-alone",
    "without a host the bench starts the target and chooses its port; remove it",
    "没有 host 时由测试台启动目标并选择端口，请删除此项",
)
CLIENT_CHANNEL = Sentence(
    "load-client-certificate",
    "{channel} is for the centre that the bench starts; elsewhere plain or tls",
    "{channel} 只用于测试台启动的数据中心，其他目标请用 plain 或 tls",
)
SHARES = Sentence(
    "load-shares",
    "with slow_percent more than {most} in all; a terminal is one of both",
    "与 slow_percent 合计超过 {most}%，一台终端只能属于其一",
)
MIX = Sentence(
    "load-mix",
    "the mix (simple to map) is {total} percent in all; make it {most}",
    "simple 至 map 各项合计为 {total}%，应为 {most}%",
)
THINKING = Sentence("load-thinking", "expected {least} or more, got {got}", "应不小于 {least}，实际为 {got}")
NO_STAGES = Sentence(
    "load-stages",
    "is missing; add at least one [[stages]] with name and for_s",
    "缺少此项，请至少添加一个 [[stages]]，须含 name 与 for_s",
)
STAGE_TWICE = Sentence("load-stage-twice", "two stages are called {name}", "阶段名称 {name} 重复")
NO_LOAD = Sentence(
    "load-nobody",
    "nobody makes any load; give terminals, people.online or active people",
    "没有任何负载，请给出终端、people.online 或活跃人员",
)
NO_ACTIONS = Sentence(
    "load-actions",
    "people need to know what to ask: add [[actions]] or a profile",
    "人员须知道请求什么，请给出 [[actions]] 或 profile",
)
CLASSES_LACKING = Sentence(
    "load-classes",
    "none of class {classes}; add one or set its share of people to 0",
    "缺少 {classes} 类操作，请补充或将 people 中的份额设为 0",
)
NO_PAGES = Sentence(
    "load-pages",
    "people ask a platform; the bench's own centres have no pages: name the platform's",
    "人员访问的是平台，测试台自己的数据中心没有页面，请给出平台地址",
)
WAITING_WORKERS = Sentence(
    "load-waiting-workers", "waiting for {workers} workers at port {port}", "在端口 {port} 等待 {workers} 个工作进程"
)
WAITING_MASTER = Sentence(
    "load-waiting-master", "waiting for the master at {master}:{port}", "等待 {master}:{port} 的主进程"
)
NO_MASTER = Sentence("load-no-master", "no master answers at {master}:{port}", "{master}:{port} 没有主进程应答")
