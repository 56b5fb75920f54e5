"""Options that several commands have, and names that mean something else in one command than in others.

Leaves options of a run to `running.options`, and those of one command alone to the `words` of its folder. A command
never tells an option of its own that stands here under the same name (`tests/bench/commands/test_options.py`).
"""

from __future__ import annotations

from dataclasses import replace

from bench.commands import sentences
from bench.commands.option import Option
from bench.commands.running.options import ROWS

# What stands alike in several commands.
RUN = Option("run", "RUN", "run folder / 运行目录")
JSON = Option("--json", "", "for machines / 机器可读")
CHECK = Option("--check", "", "only check the file / 仅检查")
NAME = Option("--name", "TEXT", "what it is called / 名称")
BY = Option("--by", "NAME", "who says so / 责任人")
WAIT = Option("--wait", "S", "seconds from its start to the first question / 启动后等待秒数", default=70.0, kind=float)
MOST_WAIT_S = 3600


def wrong_wait(seconds: float) -> str:
    """What is wrong with a `--wait`; empty if it is right."""
    if 0 < seconds <= MOST_WAIT_S:
        return ""
    return sentences.WRONG_WAIT(most_wait_s=MOST_WAIT_S).after(f"--wait {seconds:g}")


# One name, other meanings: the commands in `only` have theirs.
# Of a run it is another name of --terminal.
PROFILE = Option("--profile", "FILE", "profile of the item (TOML) / 受测品档案", only=("load", "campaign"))
LATEST = Option("run", "RUN", "run folder (default: the newest) / 运行目录", count="?", only=("status",))
JSON_FILE = Option("--json", "FILE", "write the matrix as JSON / 输出 JSON", only=("prove",))
JSON_LINES = Option("--json", "", "fleet: a line of figures each second / 每秒一行统计", only=("simulate",))
JOURNAL = Option("--resume", "FILE", "go on with the proof of this journal (out/prove-….jsonl) / 续跑", only=("prove",))
SWEPT = Option("--resume", "DIR", "go on with the sweep in this folder / 续跑", only=("sweep",))
NEW_PROFILE = Option("--out", "FILE", "the profile (default my-terminal.toml) / 档案文件", only=("init",))
EITHER = Option("--item", "ITEM", "only terminal, or only platform / 受测品类型", only=("prove",))
REAL_RIG = replace(
    ROWS["rig"], help="rig of real time: process, loopback / 实时台架", default="process", only=("parity",)
)
RATE = replace(ROWS["accelerate"], help="real against N times faster / 实时与加速对比", only=("parity",))
DEFECTS = replace(ROWS["defect"], help="only this defect / 缺陷", many=True, only=("prove",))
LOAD_SEED = Option("--seed", "N", "seed of every truth (default: the file's) / 随机种子", only=("load",))
OF_DRIVES = Option("--together", "", "of the drives that cases share (run --together) / 证明共用驱动", only=("prove",))
PROVEN = Option("--record", "", "put what was seen failing into conformance/proof.json / 记入套件证明", only=("prove",))
COUNTED = Option("--record", "RUN", "count lengths in a whole virtual run / 统计时长", only=("plan",))
EVENTS = Option("--record", "FILE", "fleet: every event as a line of JSON / 事件记录文件", only=("simulate",))
REVIEWED = Option("--clause", "ID", "review, external / 条款", many=True, only=("campaign",))
REASONS = Option("--all", "", "each case that would not, with its reason / 逐条列出", only=("list",))
SAME = Option("--all", "", "also what is the same / 一并列出相同项", only=("compare",))
OF_LABORATORY = Option("--certificate", "FILE", "the laboratory's (PEM) / 机构证书", only=("verify",))
SIGNING = Option("--certificate", "FILE", "sign the PDF with it (PEM) / 签名证书", only=("issue",))
SERVING = Option("--certificate", "FILE", "serve over TLS with it (PEM) / TLS 证书", only=("serve",))
SIGNING_KEY = Option("--key", "FILE", "its key (PEM; CARBONBENCH_PIN opens it) / 私钥", only=("issue",))
SERVING_KEY = Option("--key", "FILE", "its key (PEM) / 私钥", only=("serve",))
