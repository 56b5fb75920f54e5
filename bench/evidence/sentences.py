"""What is wrong with keys, seals, stamps and logs, by id in both languages."""

from __future__ import annotations

from simulators.sentences import LINE_OF as LINE_OF
from simulators.sentences import Sentence

UNREADABLE = Sentence("unreadable", "cannot be read ({reason})", "无法读取（{reason}）")
CHAIN_BROKEN = Sentence(
    "chain-broken",
    "the chain is broken; this line or one before it was altered, added or removed",
    "哈希链断开：该行或其之前的内容被改动、增加或删除",
)
NO_LINE = Sentence("log-line-foreign", "not what the bench wrote ({error})", "不是测试台写入的内容（{error}）")
NO_OPENING = Sentence("no-opening", "not an opening statement ({error})", "不是有效的开始声明（{error}）")
NO_SM2_KEY = Sentence(
    "no-sm2-key", "OpenSSL's libcrypto takes no SM2 key from it", "OpenSSL 的 libcrypto 无法从中取得 SM2 私钥"
)
CANNOT_SIGN = Sentence(
    "cannot-sign", "OpenSSL's libcrypto cannot sign with it", "OpenSSL 的 libcrypto 无法用该私钥签名"
)
NO_OPENSSL = Sentence(
    "no-openssl",
    "SM2 keys need OpenSSL 3 (libcrypto.so.3), which this computer lacks",
    "SM2 私钥需要 OpenSSL 3（libcrypto.so.3），本机没有",
)
TOKEN_CANNOT_SIGN = Sentence("token-cannot-sign", "cannot sign ({words})", "密码设备无法签名（{words}）")
NO_SIGNATURE = Sentence("no-signature", "no signature within {longest_s} s", "签名程序 {longest_s} 秒内未签名")
NOT_STARTED = Sentence("not-started", "cannot be started ({strerror})", "签名程序无法启动（{strerror}）")
SIGNER_FAILED = Sentence("signer-failed", "ended with {returncode} ({last})", "签名程序以 {returncode} 结束（{last}）")
TOKEN_PARTS = Sentence(
    "token-parts",
    "signer.key {key}: expected pkcs11:token=…;object=… and a module",
    "signer.key {key}：应为 pkcs11:token=…;object=… 和模块",
)
TOKEN_ALGORITHM = Sentence(
    "token-algorithm", "a token signs with ECDSA on P-256 or P-384 here", "密码设备仅支持 P-256 或 P-384 的 ECDSA 签名"
)
PROGRAM_PARTS = Sentence(
    "program-parts",
    "signer.key {key}: expected program: and a command, quotes in pairs",
    "signer.key {key}：应为“program:”加命令，引号须配对",
)
OTHER_CERTIFICATE = Sentence("other-certificate", "is not the certificate of {key}", "不是 {key} 的证书")
NO_PEM_KEY = Sentence("no-pem-key", "expected a private key in PEM", "应为 PEM 格式的私钥")
SM2_FORM = Sentence(
    "sm2-form", "an SM2 key must be unencrypted PKCS#8 or on a token", "SM2 私钥须为未加密的 PKCS#8 或位于密码设备"
)
KEY_UNUSABLE = Sentence("key-unusable", "cannot be used ({error})", "无法使用（{error}）")
KEY_CURVE = Sentence("key-curve", "expected a key on P-256, P-384 or SM2", "应为 P-256、P-384 或 SM2 私钥")
NO_CERTIFICATE_IN = Sentence("no-certificate-in", "holds no certificate", "文件中没有证书")
NO_CERTIFICATE = Sentence("evidence-no-certificate", "not a certificate", "不是有效的证书")
URL_OR_OWN = Sentence("url-or-own", "expected url or own, one of them", "应给出 url 或 own 之一")
STAMP_URL = Sentence(
    "stamp-url", "expected http:// or https://, got {url!r}", "应为 http:// 或 https://，实际为 {url!r}"
)
STAMP_WITHOUT_SIGNER = Sentence(
    "stamp-without-signer", "a stamp is put on a signature; add a [[signer]]", "时间戳加在签名上，请补充 [[signer]]"
)
NOT_LABORATORY = Sentence("not-laboratory", "no signature by the laboratory's certificate", "该行没有机构证书的签名")
LOG_SHORTENED = Sentence(
    "log-shortened", "has {count} lines, {number} were signed", "日志有 {count} 行，已签名 {number} 行，日志被截短"
)
NOT_SIGNED = Sentence("not-signed", "not signed", "未签名")
SEALS_MISSING = Sentence("seals-missing", "its seals are missing, it had been signed", "封存文件缺失，该运行曾经签名")
OTHER_SIGNER = Sentence("other-signer", "not signed by the given certificate", "不是由所给证书签名")
ALTERED = Sentence("altered", "was altered, the signature of {name} does not hold", "内容被改动，{name} 的签名无效")
NOT_VALID_THEN = Sentence(
    "not-valid-then", "{name}: the certificate was not valid then", "{name}：签名时证书不在有效期"
)
CERTIFICATE_NOT_AT_HAND = Sentence(
    "certificate-not-at-hand", "the certificate {mark}… is not at hand", "缺少证书 {mark}…"
)
BY_ITS_OWN_WORDS = Sentence(
    "by-its-own-words",
    "signed by {names} by its own words; give --certificate to hold it against the laboratory's",
    "据其自述由 {names} 签名，请用 --certificate 给出机构证书以核对",
)
STAMPS_UNCHECKED = Sentence(
    "stamps-unchecked",
    "the time stamp authority was not checked; give --roots",
    "未核对时间戳机构，请用 --roots 给出根证书",
)
STAMP_ROOTS = Sentence("stamp-roots", "{by}: leads to none of the given roots", "{by}：证书链不通向所给的任何根证书")
STAMP_MISSING = Sentence("stamp-missing", "a time stamp is missing", "缺少时间戳")
NOT_FOLLOWING = Sentence("not-following", "does not follow from the seal before it", "与前一封存文件不连续")
ITS_STAMP_MISSING = Sentence("its-stamp-missing", "its time stamp is missing", "其时间戳缺失")
OTHER_LOG = Sentence("other-log", "is not the log that was sealed at {at}", "不是 {at} 封存的日志")
OPENING_ALTERED = Sentence("opening-altered", "was altered or removed since {at}", "自 {at} 起被改动或删除")
OTHER_ITEM = Sentence("other-item", "is of another item", "属于另一受测品")
OPENINGS_DIFFER = Sentence("openings-differ", "its opening statements are not those of its log", "开始声明与日志不符")
NO_BEGINNING = Sentence("no-beginning", "was not signed at its beginning", "开始时未签名")
STAMPED_BEFORE = Sentence(
    "stamped-before",
    "was stamped at {at:%Y-%m-%d %H:%M:%S} UTC, before what it covers is said to have happened ({said})",
    "时间戳为 {at:%Y-%m-%d %H:%M:%S} UTC，早于所含内容所述的发生时刻（{said}）",
)
SIGNED_LATER = Sentence(
    "signed-later",
    "signed later than it says: stamped at {at:%Y-%m-%d %H:%M:%S} UTC, and {what} had gone on at {gone}",
    "签名晚于其所述时刻：时间戳为 {at:%Y-%m-%d %H:%M:%S} UTC，而 {what} 已于 {gone} 继续",
)
STAMPED_LATER = Sentence(
    "stamped-later",
    "signed later than it says: says {at}, stamped at {stamped:%Y-%m-%d %H:%M:%S} UTC",
    "签名晚于其所述时刻：自述 {at}，时间戳为 {stamped:%Y-%m-%d %H:%M:%S} UTC",
)
GAP = Sentence("gap", "nothing was signed from {begin} to {end}", "{begin} 至 {end} 期间未封存")
NO_END = Sentence("no-end", "not signed at its end", "结束时未签名")
EVIDENCE_ALTERED = Sentence(
    "evidence-altered",
    "altered since it was signed: the evidence has digest {found}, signed was {evidence}",
    "签名后被改动：证据的摘要为 {found}，签名时为 {evidence}",
)
REGISTER_NOT_GIVEN = Sentence(
    "register-not-given", "give --register to hold it against the register", "请用 --register 给出登记簿以核对"
)
NOT_IN_REGISTER = Sentence("not-in-register", "this run is not in the register {path}", "登记簿 {path} 中没有此运行")
ABANDONED = Sentence("abandoned", "the register says that this run was abandoned", "登记簿载明该运行已放弃")
OTHER_END = Sentence("other-end", "the register names another end of this run", "登记簿中该运行的结束记录不符")
OTHER_REGISTER = Sentence(
    "other-register",
    "is not the register that this run was sealed with, lines were removed or altered",
    "不是封存该运行时的登记簿，有行被删除或改动",
)
ATTEMPT_UNTOLD = Sentence(
    "attempt-untold",
    "attempt missing: {name} began by the log, verdicts.json lacks it",
    "执行缺失：日志记录 {name} 已开始，verdicts.json 中没有",
)
ATTEMPT_FOLDER = Sentence(
    "attempt-folder",
    "attempt missing: {name} began by the log, its folder is not there",
    "执行缺失：日志记录 {name} 已开始，其目录不在",
)
OTHER_VERDICT = Sentence(
    "other-verdict",
    "{name}: verdicts.json says {told}, its log says {verdict}",
    "{name}：verdicts.json 为 {told}，日志为 {verdict}",
)
RESULT_ALTERED = Sentence("result-altered", "was altered since the attempt ended", "该次执行结束后被改动")
ATTEMPT_PLANNED = Sentence(
    "attempt-planned",
    "attempt missing: {case} #{attempt} was planned, verdicts.json lacks it",
    "执行缺失：计划有 {case} #{attempt}，verdicts.json 中没有",
)
SEAL_MISSING = Sentence("seal-missing", "this seal is missing, a later one is there", "该封存文件缺失，其后的存在")
NO_SEAL = Sentence("no-seal", "not a seal ({error})", "不是有效的封存文件（{error}）")
SEAL_MOVED = Sentence(
    "seal-moved", "says {format!r}, number {number}; it was moved", "自述为 {format!r}、序号 {number}，位置被移动"
)
NO_ANSWER = Sentence(
    "no-answer", "time stamp authority {url}: no answer ({words})", "时间戳机构 {url} 无应答（{words}）"
)
OTHER_QUESTION = Sentence(
    "other-question",
    "time stamp authority {url}: answers another question (nonce)",
    "时间戳机构 {url} 的应答不属于该请求（nonce）",
)
NO_RFC3161 = Sentence(
    "no-rfc3161",
    "time stamp authority {where}: its answer is none of RFC 3161",
    "时间戳机构 {where} 的应答不符合 RFC 3161",
)
STAMP_REFUSED = Sentence(
    "stamp-refused",
    "time stamp authority {where}: refuses ({status} {words})",
    "时间戳机构 {where} 拒绝（{status} {words}）",
)
NO_TOKEN = Sentence("no-token", "not a time stamp token", "不是时间戳")
OTHER_OCTETS = Sentence("other-octets", "the time stamp is not of these octets", "时间戳与内容不符")
STAMP_ALTERED = Sentence("stamp-altered", "the time stamp was altered", "时间戳被改动")
STAMP_SIGNATURE = Sentence("stamp-signature", "the time stamp's signature does not hold", "时间戳的签名无效")
STAMP_CERTIFICATE = Sentence("stamp-certificate", "the time stamp names another certificate", "时间戳指明的是另一证书")
NOT_FOR_STAMPS = Sentence("not-for-stamps", "is no certificate for time stamps", "证书用途不是时间戳")
STAMP_INCOMPLETE = Sentence(
    "stamp-incomplete", "the time stamp does not hold its authority's certificate", "时间戳中没有签发机构的证书"
)
STAMP_CURVE = Sentence("stamp-curve", "expected a key on P-256", "应为 P-256 私钥")
