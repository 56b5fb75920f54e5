# pyright: reportPrivateUsage=false
"""Defects of configuring by page: forms that lead nowhere, a line that shows something else."""

from __future__ import annotations

from typing import Any

from conformance.defects import Patch, defect
from reference_terminal.access.rights import Right
from reference_terminal.acquisition.diagnosis import Diagnosis, Frame
from reference_terminal.management.installer import Installer, Outcome
from reference_terminal.model.messages import Text
from reference_terminal.web.centre_orders import CentreOrders
from reference_terminal.web.pages import device, measured, people, site
from reference_terminal.web.pages.asks import Asks
from reference_terminal.web.pages.blocks import Block, Field, Form
from reference_terminal.web.periods import PeriodApi


@defect(
    "page-adds-no-centre",
    en="the form for a centre says that it was added, and it was not",
    zh="页面新增数据中心提示成功但未生效",
    clauses=("csmt/10.6.3a", "isc-2/8.2f"),
)
def page_adds_no_centre(patch: Patch) -> None:
    """The service that should act on it is not there yet."""
    patch(CentreOrders, "add", lambda self, settings, author: {"centre": ""})  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "page-sets-no-period",
    en="the form for the polling period says that it was set, and it was not",
    zh="页面设置采集周期提示成功但未生效",
    clauses=("csmt/10.6.3b", "isc-2/8.2f", "csmt/11.3-1"),
)
def page_sets_no_period(patch: Patch) -> None:
    """It will be, after the next visit of the maker."""

    def put(self: PeriodApi, fields: dict[str, str]) -> Any:
        return {"meter": fields["meter"], "period_s": fields["period_s"]}

    patch(PeriodApi, "set", put)


@defect(
    "page-installs-no-formula",
    en="a formula that is handed over at the page is taken and forgotten",
    zh="页面导入计算公式提示成功但未生效",
    clauses=("csmt/10.6.3c", "isc-2/8.2f"),
)
def page_installs_no_formula(patch: Patch) -> None:
    """It is kept for the next version."""

    def take(self: Installer, octets: bytes, source: str) -> Outcome:
        return Outcome("done", "kept") if source.startswith("file by") else own(self, octets, source)

    own = patch(Installer, "take", take)


@defect(
    "line-shows-requests-only",
    en="the page of a line shows what was sent, and no answer",
    zh="通讯诊断页面只显示发送报文，不显示应答",
    clauses=("isc-2/8.2g",),
)
def line_shows_requests_only(patch: Patch) -> None:
    """The other way needs another buffer."""

    def told(self: Diagnosis, name: str, frame: Frame) -> dict[str, Any]:
        return {**own(self, name, frame), **({} if frame.sent else {"octets": "", "explained": []})}

    own = patch(Diagnosis, "_told", told)


@defect(
    "lines-of-modbus-alone",
    en="the page of a line shows what passes where Modbus is spoken, and nothing elsewhere",
    zh="通讯诊断页面只显示 Modbus 报文，其他规约线路不显示",
    clauses=("isc-2/8.2g",),
)
def lines_of_modbus_alone(patch: Patch) -> None:
    """The others are to follow."""

    def told(self: Diagnosis, name: str, frame: Frame) -> dict[str, Any]:
        spoken = any(word.startswith("modbus") for word in self._words.get(name, ()))
        return {**own(self, name, frame), **({} if spoken else {"octets": "", "explained": []})}

    own = patch(Diagnosis, "_told", told)


@defect(
    "password-page-elsewhere",
    en="the page on which a password is changed is not where the login page says",
    zh="修改口令页面不在登录页所指的地址",
    clauses=("isc-2/8.2f",),
)
def password_page_elsewhere(patch: Patch) -> None:
    """It was renamed, and its links were not."""

    def page(name: str, right: Right, query: tuple[str, ...], handler: str, method: str = "GET") -> Any:
        return real(f"{name}-form" if handler == "password_form" else name, right, query, handler, method)

    real = patch(site, "_page", page)


@defect(
    "records-page-breaks-on-sources",
    en="the page of stored periods fails as soon as points are kept under emission sources",
    zh="一旦监测点归入排放源，历史记录页面即报错",
    clauses=("isc-2/8.2f",),
)
def records_page_breaks_on_sources(patch: Patch) -> None:
    """It was tried with a terminal that has none."""

    async def rows(self: Asks, name: str, key: str = "", **query: str) -> list[dict[str, Any]]:
        found = await own(self, name, key, **query)
        return [{"source": each["emission_source"]} for each in found] if name == "emission-sources" else found

    own = patch(Asks, "rows", rows)


@defect(
    "form-asks-under-another-name",
    en="the form for another centre has its settings under a name that the address it is sent to does not know",
    zh="新增数据中心的表单字段名与接收地址不一致",
    clauses=("isc-2/8.2f",),
)
def form_asks_under_another_name(patch: Patch) -> None:
    """One of the two was renamed."""

    def field(name: str, *given: Any, **more: Any) -> Any:
        return real("text" if name == "settings" else name, *given, **more)

    real = patch(device, "Field", field)


@defect(
    "search-asks-under-another-name",
    en="the form that chooses a line asks under a name that its own page does not know",
    zh="选择线路的表单字段名与页面自身参数不一致",
    clauses=("isc-2/8.2f",),
)
def search_asks_under_another_name(patch: Patch) -> None:
    """Lines were called ports before."""

    def field(name: str, *given: Any, **more: Any) -> Any:
        return real("port" if name == "line" else name, *given, **more)

    real = patch(device, "Field", field)


@defect(
    "no-form-for-the-timetable",
    en="the page of the rounds of inspection has no form for their timetable",
    zh="巡检页面没有设置巡检计划的表单",
    clauses=("isc-2/8.2f",),
)
def no_form_for_the_timetable(patch: Patch) -> None:
    """It was made, and is not put on the page."""

    async def rounds(asks: Asks) -> list[Block]:
        return [each for each in await own(asks) if not isinstance(each, Form)]

    own = patch(device, "_rounds", rounds)


@defect(
    "login-form-without-code",
    en="the form of the login has no field for the one-time code",
    zh="登录表单没有动态口令栏",
    clauses=("isc-2/8.2f",),
)
def login_form_without_code(patch: Patch) -> None:
    """Codes are for programs."""
    patch(site, "_CODE", Field("token", Text("One-time code (if used)", "动态口令（如已启用）"), needed=False))


@defect(
    "certificate-form-leads-nowhere",
    en="the form for another certificate is sent to an address that is not there",
    zh="更换证书的表单指向不存在的地址",
    clauses=("csmt/10.6.3a", "isc-2/8.2f"),
)
def certificate_form_leads_nowhere(patch: Patch) -> None:
    """The address was renamed."""

    def form(*given: Any, to: str = "", **more: Any) -> Form:
        return Form(*given, to="certificate" if to == "centre-certificate" else to, **more)

    patch(device, "Form", form)


@defect(
    "search-offers-what-it-does-not-know",
    en="the list of classes in the search of stored periods has one under a name that the search does not know",
    zh="历史记录查询的时段列表中有查询不认识的选项",
    clauses=("isc-2/8.2f",),
)
def search_offers_what_it_does_not_know(patch: Patch) -> None:
    """The list is of an older version."""
    patch(measured, "CLASSES", (("min", Text("minute", "分钟")), *measured.CLASSES[1:]))


@defect(
    "search-knows-another-success",
    en="the list of outcomes in the search of the log has success under a name that the log does not know",
    zh="日志查询的结果列表中“成功”一项的取值日志并不认识",
    clauses=("isc-2/7.4.1.3(5)a",),
)
def search_knows_another_success(patch: Patch) -> None:
    """The log had other words before."""

    def field(name: str, label: Text, value: Any = "", choices: Any = (), **more: Any) -> Field:
        offered = [("done" if each == "success" else each, words) for each, words in choices]
        return Field(name, label, value, offered if name == "outcome" else choices, **more)

    patch(people, "Field", field)


@defect(
    "replacement-form-under-another-name",
    en="the form for a replaced meter has the new meter's first reading under a name that its address does not know",
    zh="更换表计表单中新表起码的字段名与接收地址不一致",
    clauses=("isc-2/8.2f",),
)
def replacement_form_under_another_name(patch: Patch) -> None:
    """One of the two was renamed."""

    def field(name: str, *given: Any, **more: Any) -> Any:
        return real("first" if name == "initial_new" else name, *given, **more)

    real = patch(measured, "Field", field)
