"""What is wrong with an account, its methods and its boundary: messages by id, told in what is answered and logged.

Leaves finding what is wrong to the modules of this room.
"""

from __future__ import annotations

from reference_terminal.model.messages import reason

METHOD_OF_OTHER_YEARS = reason(
    "method-of-other-years",
    en="{id} holds from {first_year}{until}, not in {year}; name another method",
    zh="方法 {id} 适用于 {first_year} 年起{until}，不适用于 {year} 年，请另选方法",
)
NO_TERM = reason(
    "no-term", en="{id} has no term {term!r}; it has {known}", zh="方法 {id} 没有 {term!r} 项，现有：{known}"
)
NO_GWP = reason("no-gwp", en="the set {gwp} has no GWP of {gas}", zh="{gwp} 中没有 {gas} 的 GWP")
UNIT_UNLIKE = reason(
    "unit-unlike", en="{wanted} is in {unit}, got {got}: {error}", zh="{wanted}的单位应为 {unit}，实际为 {got}：{error}"
)
NEGATIVE = reason(
    "negative", en="{wanted} is negative; expected 0 or more {unit}", zh="{wanted}不得为负，应不小于 0 {unit}"
)
FAR_FROM_DEFAULT = reason(
    "far-from-default",
    en="{wanted} is {times} times its default in {unit}; look at the unit",
    zh="{wanted}为缺省值（{unit}）的 {times} 倍，请检查单位",
)
ABOVE_BOUND = reason("above-bound", en="{wanted} is above {bound}", zh="{wanted}不得大于 {bound}")
BOOK_UNREADABLE = reason("book-unreadable", en="cannot be read: {strerror}", zh="无法读取：{strerror}")
BOOK_TOO_LARGE = reason("book-too-large", en="larger than {most} MiB", zh="文件大于 {most} MiB")
NO_BOOK = reason("no-book", en="expected an activity file: {error}", zh="应为活动数据文件：{error}")
NO_METHOD_NAMED = reason("no-method-named", en="no method {name!r}{hint}", zh="没有方法 {name!r}{hint}")
SOURCE_TWICE = reason("source-twice", en="stands twice; each id once", zh="排放源编号重复，应各不相同")
AMOUNT_ABOVE_ZERO = reason("amount-above-zero", en="expected an amount above 0", zh="产量应大于 0")
NO_SOURCES = reason("no-sources", en="expected at least one source", zh="至少需要一个排放源")
NO_SUCH_TERM = reason("no-such-term", en="no term of a method is called so", zh="没有该方法或项")
FIGURE_OF_NOTHING = reason(
    "figure-of-nothing",
    en="figure of {of} {key!r}: no source has it{hint}; there are {there}",
    zh="数据项 {of} {key!r}：没有排放源属于它{hint}，现有：{there}",
)
NO_UNIT = reason("no-unit", en="no accounting unit is called {unit!r}", zh="没有名为 {unit!r} 的核算单元")
NO_SOURCE = reason(
    "no-source",
    en="no source is called {name!r}{hint}; known are {known}",
    zh="没有排放源 {name!r}，现有：{known}{hint}",
)
NO_INPUT_OF_FACTOR = reason(
    "no-input-of-factor", en="no input is linked to a factor {factor!r}", zh="没有与因子 {factor!r} 关联的输入"
)
NO_METHOD = reason(
    "no-method",
    en="no method {name!r}{hint}; name one of account --methods",
    zh="没有方法 {name!r}{hint}，请用 account --methods 所列的方法",
)
NO_TERM_NEAR = reason(
    "no-term-near",
    en="{id} has no term {term!r}{hint}; it has {terms}",
    zh="方法 {id} 没有 {term!r} 项，现有：{terms}{hint}",
)
SCOPE = reason("scope", en="{term} is of scope {scope}, not {got}", zh="{term} 属于范围 {scope}，不是范围 {got}")
NO_POINT_TO_FEED = reason("no-point-to-feed", en="no point is called {name!r}", zh="没有监测点 {name!r}")
POINT_UNIT = reason(
    "point-unit",
    en="{id} is measured in {unit}; unit may say of what (tCO2) or its state (Nm3), got {name}",
    zh="{id} 的单位为 {unit}，unit 只可注明物质（tCO2）或状态（Nm3），实际为 {name}",
)
POINT_UNLIKE = reason(
    "point-unlike",
    en="{wanted} is in {unit}, and {id} measures {name}: {error}",
    zh="{wanted}的单位为 {unit}，而 {id} 为 {name}：{error}",
)
NOTHING_COUNTED = reason(
    "nothing-counted",
    en="{term}: no input is fed by a counter or by amounts entered by hand; feed its activity data",
    zh="{term}：没有由累计量监测点或填报数量提供的输入，请提供其活动数据",
)
NOT_PROPORTIONAL = reason(
    "not-proportional",
    en="{text} is not proportional to {amounts}: what is an amount of the period must be fed by a counter "
    "or entered as amount, what is none by neither",
    zh="公式 {text} 与 {amounts} 不成正比：本期的数量须由累计量或填报数量提供，其余则不可",
)
NO_FORMULA = reason("no-formula", en="{text!r} is no formula", zh="写法有误，不是算式")
CALLS = reason("calls", en="{text!r}: only {functions} can be called", zh="可用函数仅有 {functions}")
PARTS = reason("parts", en="{text!r}: only + - * / and brackets stand in a formula", zh="仅可使用 + - * / 和括号")
NUMBERS = reason("numbers", en="{text!r}: only plain decimal numbers stand in a formula", zh="数值仅可为十进制数字")
DIVIDES_BY_ZERO = reason("divides-by-zero", en="{text!r} divides by zero", zh="除数为零")
TAKES = reason("takes", en="{name} takes {wanted}", zh="{name} 的参数单位应为 {wanted}")
UNLIKE_SUM = reason(
    "unlike-sum", en="{beside} stands beside {first} in a sum", zh="相加减的两项单位不同：{first} 与 {beside}"
)
NO_PART = reason("no-part", en="{part!r} is no part of a formula", zh="{part!r} 不可用于公式")
UNTIL = reason("until", en=" to {year}", zh="（至 {year} 年）")
DATA_MISSING = reason(
    "data-missing", en="missing: {what} {wanted} in {unit}{hint}", zh="缺少{what}：{wanted}（{unit}）{hint}"
)
MISSING_INPUT = reason(
    "missing-input",
    en="missing: {what} {wanted} in {unit}; feed it by a point, an entry or a value{hint}",
    zh="缺少{what}：{wanted}（{unit}），请由监测点、填报或数值提供{hint}",
)
ACTIVITY = reason("activity", en="activity data", zh="活动数据")
FACTOR = reason("factor", en="factor", zh="因子")
IT = reason("it", en="it", zh="该项")
NO_DEFAULT = reason("no-default", en="; no default for {item}", zh="；{item}没有缺省值")
NO_DEFAULT_FOR = reason("no-default-for", en="; there is no default for {item!r}", zh="；{item!r} 没有缺省值")
NAME_AN_ITEM = reason("name-an-item", en="; name an item to have its default", zh="；给出 item 可用其缺省值")
TERM_FOR_GAS = reason(
    "term-for-gas",
    en="; {item} is measured in Nm3: name a term for gas",
    zh="；{item} 以 Nm3 计量，请选用气体燃料的项",
)
NOT_THIS = reason("not-this", en="{term} takes {names}, not this", zh="{term}需要 {names}，不需要此数据")
STRANGE_INPUT = reason(
    "strange-input",
    en="{term} takes {names}, not {strange}{hint}",
    zh="{term}需要 {names}，不需要 {strange}{hint}",
)
GAS_OF_NOTHING = reason(
    "gas-of-nothing",
    en="figure of {of} {key}: no source emits {measure!r}; there are {gases}",
    zh="数据项 {of} {key}：没有排放源排放 {measure!r}，现有：{gases}",
)
NO_STACK = reason(
    "no-stack",
    en="{term} is not measured in a stack; remove the table stack",
    zh="{term} 不是烟气实测，请删除表 stack",
)
FORMULA_UNUSABLE = reason(
    "formula-unusable", en="formula {formula} cannot be used: {why}", zh="公式 {formula} 无法使用：{why}"
)
NO_UTF8 = reason(
    "no-utf8", en="expected UTF-8 text, not so at octet {start}", zh="应为 UTF-8 文本，第 {start} 个字节无法解码"
)
NO_UNIT_GIVEN = reason(
    "no-unit-given",
    en="expected a unit, got nothing; a pure number has the unit 1",
    zh="缺少单位，纯数的单位为 1",
)
UNKNOWN_UNIT = reason(
    "unknown-unit", en="{name!r}: {word!r} is no unit that is known", zh="{name!r}：未知的单位 {word!r}"
)
ANOTHER_UNIT = reason("another-unit", en="expected {name}, got {got}", zh="应为 {name}，实际为 {got}")
ADDED_TO = reason("added-to", en="{other} cannot be added to {one}", zh="{one} 不能与 {other} 相加")
TAKEN_FROM = reason("taken-from", en="{other} cannot be taken from {one}", zh="{one} 不能减去 {other}")
DIVISION_BY_ZERO = reason("division-by-zero", en="{text}: division by zero", zh="{text}：除数为零")
NO_STEAM = reason(
    "no-steam",
    en="IF97 has no steam at {pressure:g} MPa absolute",
    zh="绝对压力 {pressure:g} MPa 下无蒸汽（IF97）",
)
NO_COMMON_TERM = reason("no-common-term", en="no common term {term!r}{hint}", zh="没有通用项 {term!r}{hint}")
A_QUOTIENT = reason("a-quotient", en="a number or a quotient such as 44/12", zh="数或商，例如 44/12")
TERM_ID = reason(
    "term-id",
    en="a term of its own needs an id that is its alone, got {id!r}",
    zh="自有项须有不重复的 id，实际为 {id!r}",
)
DEFAULT_ABOVE_BOUND = reason(
    "default-above-bound",
    en="the default of {name} is above its bound {most}",
    zh="{name} 的缺省值大于上限 {most}",
)
NAMES_NO_INPUT = reason(
    "names-no-input",
    en="{formula} names {name}, which is no input of it",
    zh="{name} 不是该项的输入",
)
OTHER_RESULT = reason(
    "other-result",
    en="{formula} does not give {unit} but {got}",
    zh="结果的单位为 {got}，应为 {unit}",
)
INPUTS_UNUSED = reason("inputs-unused", en="{formula} does not use {names}", zh="未使用输入 {names}")
LIQUID = reason(
    "liquid",
    en="at {pressure:g} MPa absolute and {temperature:g} °C water is liquid (it boils at {boiling:.2f} °C);"
    " look whether the pressure is a gauge's",
    zh="绝对压力 {pressure:g} MPa、{temperature:g} °C 下水为液态（沸点 {boiling:.2f} °C），请检查是否为表压",
)
