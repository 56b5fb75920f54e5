"""Why something cannot be done with what stands on the bench, by id in both languages."""

from __future__ import annotations

from bench.dut.sentences import NO_CERTIFIER as NO_MAINTAINER
from simulators.sentences import Sentence

__all__ = ["NO_MAINTAINER"]

ASKED_AGAIN = Sentence("facade-asked-again", " when asked again", "（再次提交时）")
LOAD_FOLDER = Sentence("facade-load-folder", "a load needs a folder for its books", "负载测试需要运行目录")
NOBODY_LET_IN = Sentence("facade-nobody-let-in", "nobody was let in at the platform", "无账户可登录平台")
NOT_MAPPED = Sentence("facade-not-mapped", "not mapped by the profile", "档案未映射")
SILENT_AT_REST = Sentence("facade-silent-at-rest", "not answered at rest: {error}", "空载时无应答：{error}")
STATUS_AT_REST = Sentence("facade-status-at-rest", "status {status} at rest{again}", "空载时返回状态 {status}{again}")
LOAD_IN_REAL_TIME = Sentence(
    "facade-load-in-real-time",
    "a load is made in real time: --rig loopback, process or lab",
    "负载测试仅用于实时台架：--rig loopback、process 或 lab",
)
NO_MACHINE = Sentence("facade-no-machine", "nobody here can load the machine of this item", "本台架不能给被测件加载")
NO_SECRET = Sentence(
    "facade-no-secret",
    "the secret of one-time codes is no base32 of 16 octets: {error}",
    "一次性口令的密钥不是 16 个字节的 base32：{error}",
)
HJ212_ALONE = Sentence(
    "facade-hj212-alone",
    "the case asks centre {name} for {what}, which HJ 212 alone has",
    "用例要求中心 {name} 的 {what}，仅 HJ 212 具备",
)
CENTRE_CANNOT = Sentence("facade-centre-cannot", "centre {name}: {error}", "中心 {name}：{error}")
CENTRE_IS_OTHER = Sentence(
    "facade-centre-is-other",
    "the case asks something of centre {name} as one of HJ 212; for this terminal it is {title}",
    "用例要求 HJ 212 的中心 {name}，而该终端的中心为{title}",
)
HOLDS_ONE = Sentence(
    "facade-holds-one",
    "terminal {name} stands beside the one on test; this rig holds one",
    "终端 {name} 在被测终端之外，本台架仅容纳一台",
)
LINE_UNDISTURBED = Sentence(
    "facade-line-undisturbed",
    "the case disturbs serial line {name}; this rig cannot, run it in virtual time",
    "用例干扰串行线 {name}，本台架不能，请在虚拟时间运行",
)
DENIES_READOUT = Sentence("facade-denies-readout", "the profile denies local.readout", "档案声明无本地查询")
STREAM_ENDED = Sentence("facade-stream-ended", "the terminal ended the stream", "终端结束了事件流")
NO_STREAM = Sentence("facade-no-stream", "nothing is known of what it tells by itself", "未声明主动事件流")
NO_BASE64 = Sentence("facade-no-base64", "octets are no base64: {error}", "不是 base64：{error}")
NOBODY_LISTENS = Sentence(
    "facade-nobody-listens", "nobody listens at the local interface, {host}:{port}", "本地接口 {host}:{port} 无监听"
)
NO_AUDIT = Sentence("facade-no-audit", "the profile has no section [access.audit]", "档案无 [access.audit] 小节")
NO_EXPORT = Sentence("facade-no-export", "the profile names no export of the audit log", "档案未说明审计日志的导出")
NO_DISPLAY = Sentence(
    "facade-no-display", "the profile has no section [access.display]", "档案无 [access.display] 小节"
)
SHOWS_NOTHING = Sentence("facade-shows-nothing", "{function} shows nothing", "{function} 未显示任何内容")
NO_STATE = Sentence("facade-no-state", "the profile has no section [access.state]", "档案无 [access.state] 小节")
NO_INSTRUMENTS = Sentence(
    "facade-no-instruments", "the profile has no section [access.instruments]", "档案无 [access.instruments] 小节"
)
NO_REGISTER = Sentence(
    "facade-no-register", "the profile has no section [access.register]", "档案无 [access.register] 小节"
)
NO_ROUNDS = Sentence("facade-no-rounds", "the profile has no section [access.rounds]", "档案无 [access.rounds] 小节")
WAS_REFUSED = Sentence("facade-was-refused", "{of} was refused", "{of} 被拒绝")
NO_REVIEW = Sentence("facade-no-review", "the profile has no section [access.review]", "档案无 [access.review] 小节")
NO_ACCESS = Sentence(
    "facade-no-access",
    "the profile has no section [access]: accounts and functions of the product are not known",
    "档案无 [access] 小节，不知产品的账户与功能",
)
NO_ACCOUNT = Sentence(
    "facade-no-account",
    "the profile has no account {word!r} in [access.accounts]",
    "档案的 [access.accounts] 中没有账户 {word!r}",
)
NO_CERTIFIER = Sentence("facade-no-certifier", "nobody certifies the terminal here", "此处无证书签发")
NO_FUNCTION = Sentence(
    "facade-no-function",
    "the profile has no function at {door} that {role} may use and that only shows something",
    "档案在 {door} 没有角色 {role} 可用的只读功能",
)
NO_CODES = Sentence("facade-no-codes", "the profile has no section [access.codes]", "档案无 [access.codes] 小节")
NOT_CALLED = Sentence("facade-not-called", "{name} cannot be called at {door}", "{door} 不能调用 {name}")
NO_WITNESS = Sentence("facade-no-witness", "no witness was let in: {words}", "见证账户无法登录：{words}")
NO_WAY_IN = Sentence(
    "facade-no-way-in",
    "the profile has no section [connection.{way}]: terminals cannot reach it so",
    "档案没有 [connection.{way}] 小节，终端不能以此接入",
)
NO_WAY_TO = Sentence(
    "facade-no-way-to", "the profile has no way to {what} in [functions]", "档案的 [functions] 未说明如何 {what}"
)
NOT_LET_IN = Sentence("facade-not-let-in", "{word} was not let in", "{word} 未能登录")
NOT_SPOILT = Sentence("facade-not-spoilt", "{kind} cannot be spoilt by {unknown}", "{kind} 不能以 {unknown} 破坏")
NO_CERTIFICATES = Sentence("facade-no-certificates", "this rig has no certificates for senders", "本台架无终端证书")
NO_TIME_SERVER = Sentence(
    "facade-no-time-server",
    "this scenario has no time server; give it time_server=True",
    "场景没有时间服务器，请给出 time_server=True",
)
REFUSED_WITH = Sentence("facade-refused-with", "{name} was refused: status {status}", "{name} 被拒绝：状态 {status}")
