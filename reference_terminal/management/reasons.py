"""Why the management room refuses something: messages by id, told in what is answered and logged.

Leaves when they are told to the modules of this room.
"""

from __future__ import annotations

from reference_terminal.model.messages import reason

DIGEST_DIFFERS = reason("digest-differs", en="the content does not have the digest that is signed", zh="内容与摘要不符")
SIGNATURE_DIFFERS = reason(
    "signature-differs",
    en="the signature is not that of {issuer} over this package",
    zh="签名无效",
)
PACKAGE_TOO_LONG = reason("package-too-long", en="the package is longer than {most} octets", zh="文件过长")
PACKAGE_NO_JSON = reason(
    "package-no-json", en="the file is no JSON object; fetch it again", zh="文件不是 JSON 对象，请重新获取"
)
MEMBERS_DIFFER = reason("members-differ", en="members are missing or unknown: {members}", zh="缺少或含未知字段")
MEMBERS_NO_TEXT = reason("members-no-text", en="expected every member as text", zh="字段应为文本")
FORMAT_DIFFERS = reason("format-differs", en="expected format {known}, got {got}", zh="格式版本不符")
KIND_UNKNOWN = reason("kind-unknown", en="expected kind one of {known}, got {got}", zh="类别未知")
VERSION_UNREADABLE = reason("version-unreadable", en="expected version as numbers and dots, got {got}", zh="版本号无效")
NOT_ONE_LINE = reason("not-one-line", en="expected {name} as one line of 1 to 200 characters", zh="{name} 应为单行文本")
VALID_FROM_UNREADABLE = reason(
    "valid-from-unreadable",
    en="expected validFrom as YYYY-MM-DD or with a time, got {got}",
    zh="生效时间无效",
)
NOT_ENCODED = reason("not-encoded", en="{name} is not base64", zh="{name} 不是 base64")
NOT_FOR_SIGNING = reason(
    "not-for-signing", en="the certificate of {subject} is not for signing", zh="签发者证书密钥用途不符"
)
NO_MANAGEMENT_SOFTWARE = reason(
    "no-management-software", en="{subject} is no management software", zh="签发者不是管理端软件"
)
NO_BACKUP = reason("no-backup", en="the file is no backup of a configuration", zh="文件不是配置备份")
BACKUP_ROWS = reason("backup-rows", en="expected settings as rows of three texts", zh="配置项格式不符")
NO_CONFIGURATION = reason("no-configuration", en="the file holds what is no configuration", zh="文件含非配置内容")
BACKUP_ALTERED = reason(
    "backup-altered",
    en="the settings do not have the digest of the file; it was altered",
    zh="内容与摘要不符",
)
SEAL_DIFFERS = reason("seal-differs", en="the seal is not that of this terminal over this file", zh="封印无效")
CONTENT_OF_ANOTHER_KIND = reason(
    "content-of-another-kind",
    en="the content is not that of a package of {kind}: expected as text {form}, no more and no less",
    zh="内容与类别 {kind} 不符，应为文本字段 {form}，不多不少",
)
NO_ANCHOR = reason("no-anchor", en="this terminal was given no anchor for packages", zh="未配置软件包信任根")
NOT_NEWER = reason("not-newer", en="version {version} is not newer than {newest}", zh="版本不高于 {newest}")
ON_TRIAL = reason("on-trial", en="another program is on trial; come again in a minute", zh="另一版本试运行中")
PART_OF_PROGRAM = reason("part-of-program", en="{name} is part of the program", zh="该模块属于主程序，不可卸载")
NOT_INSTALLED = reason("not-installed", en="no application {name} is installed", zh="未安装该应用程序")
PARAMETERS_WRONG = reason("parameters-wrong", en="{problem}", zh="参数无效")
WOULD_NOT_START = reason(
    "would-not-start",
    en="the terminal could not start with these settings: {problem}",
    zh="无法以这些配置启动：{problem}",
)
FACTOR_UNREADABLE = reason("factor-unreadable", en="{what} cannot be read: {got!r}", zh="{what} 无法解析：{got!r}")
PURE_NUMBER = reason("pure-number", en="unit is missing; a pure number has the unit 1", zh="缺少 unit，纯数的单位为 1")
NO_LINKED_INPUT = reason(
    "no-linked-input",
    en="no input is linked to {named}{hint}; known are {linked}",
    zh="没有输入与 {named} 关联，可用编码：{linked}{hint}",
)
