"""What commands of the bench refuse and tell, by id in both languages."""

from __future__ import annotations

from simulators.sentences import Sentence

RUN_FINISHED = Sentence(
    "command-run-finished",
    "this run is finished, nothing is left to run; start a new one",
    "该运行已完成，没有剩余用例，请新开运行",
)
STILL_RUNNING = Sentence(
    "command-still-running",
    "process {pid} is still running it; wait for it or end it",
    "进程 {pid} 仍在执行，请等待或结束该进程",
)
OTHER_HOST = Sentence(
    "command-other-host",
    "it was run on {host!r}, and nobody can tell here whether it still is; resume it there",
    "在 {host!r} 上执行，此处无法得知是否仍在执行，请在该主机续跑",
)
INPUT_UNREADABLE = Sentence(
    "command-input-unreadable", "{name} cannot be read any more ({strerror})", "{name} 已无法读取（{strerror}）"
)
OTHER_RECORD = Sentence("command-other-record", "the record is not that of its result", "记录与其结果不符")
NO_CASE_IN_SUITE = Sentence("command-no-case-in-suite", "the suite has no case {case}", "套件中没有用例 {case}")
RECORD_WHOLE = Sentence("command-record-whole", "its record is whole", "其记录完整")
NOT_REACHED = Sentence(
    "command-not-reached",
    "not reached: the run ended before it; `carbonbench run --resume` continues",
    "未执行到：运行此前已结束，可用 `carbonbench run --resume` 续跑",
)
NO_SIGNER = Sentence(
    "command-no-signer", "has no [[signer]]: nothing would be signed", "没有 [[signer]]，不会有任何签名"
)
ALL_PASSED = Sentence(
    "command-all-passed", "every case of that run passed; nothing to run again", "该运行的用例全部通过，无须重跑"
)
NONE_WITHIN = Sentence(
    "command-none-within", "{told}; `carbonbench list` tells why", "{told}，可用 `carbonbench list` 查看原因"
)
SELF_TEST = Sentence(
    "command-self-test", "the rig's self test failed, nothing was run: {error}", "台架自检失败，未执行任何用例：{error}"
)
NO_BEGINNING_KEPT = Sentence(
    "command-no-beginning-kept",
    "nothing was run: its beginning cannot be kept: {error}",
    "未执行任何用例：开始记录无法留存：{error}",
)
END_UNSIGNED = Sentence("command-end-unsigned", "its end was not signed: {error}", "结束时未能签名：{error}")
CLUSTER_GONE = Sentence(
    "command-cluster-gone",
    "the cluster is gone; go on with `carbonbench run --resume`",
    "集群已断开，可用 `carbonbench run --resume` 续跑",
)
CLUSTER_FAILED = Sentence(
    "command-cluster-failed", "the cluster did not do it: {kind}: {error}", "集群未能完成：{kind}：{error}"
)
LENGTHS_UNREADABLE = Sentence("command-lengths-unreadable", "cannot be read ({error})", "无法读取用例时长（{error}）")
NO_RUN = Sentence(
    "command-no-run", "expected a folder of runs, found {found}; name one", "应为运行目录，实际为 {found}，请给出一个"
)
NEVER_BEGAN = Sentence("command-never-began", "tells of no sitting; the run never began", "没有执行记录，运行未曾开始")
FEWER_BARRIERS = Sentence(
    "command-fewer-barriers", "the scenario has {syncs} write barriers", "场景仅有 {syncs} 次落盘"
)
NO_SWEEP_CASE = Sentence(
    "command-no-sweep-case",
    "no case that can be swept; known are {known}",
    "没有可扫描的用例，可用：{known}",
)
SYNCS_FORM = Sentence(
    "command-syncs-form", "expected a number, a range such as 3-7, or {side}", "应为数字、3-7 形式的范围或 {side}"
)
SYNCS_OR_MOST = Sentence(
    "command-syncs-or-most", "--syncs and --most: give one of them", "--syncs 与 --most 只能给一个"
)
DRY_RUN = Sentence("command-dry-run", "dry run: counting the write barriers", "预演：统计落盘次数")
SWEEP_COMMIT = Sentence(
    "command-sweep-commit",
    "began with the bench at {commit}, which is now at {now}: begin a new sweep",
    "开始时测试台为 {commit}，现为 {now}，请重新开始扫描",
)
WORKER_DIED = Sentence(
    "command-worker-died",
    "a worker died; go on with: carbonbench sweep --resume {folder}",
    "工作进程终止，续跑用 carbonbench sweep --resume {folder}",
)
SWEEP_STOPPED = Sentence(
    "command-sweep-stopped",
    "stopped; go on with: carbonbench sweep --resume {folder}",
    "已中断，续跑用 carbonbench sweep --resume {folder}",
)
WRITTEN = Sentence("command-written", "written", "已生成")
SECONDS = Sentence(
    "command-seconds", "expected 0 (until Ctrl-C) or seconds up to a year", "应为 0（直至 Ctrl-C）或不超过一年的秒数"
)
FOR_FLEETS = Sentence(
    "command-for-fleets",
    "{name} is for fleets, and {path} describes a world; leave it out",
    "{name} 用于集群，而 {path} 描述的是场景，请去掉",
)
LINES_FOLDER = Sentence(
    "command-lines-folder", "expected a folder that is there; make it first", "应为已有的目录，请先创建"
)
FOR_WORLDS = Sentence(
    "command-for-worlds",
    "--credentials is for worlds with centres, and {path} describes a fleet; leave it out",
    "--credentials 用于有数据中心的场景，而 {path} 描述的是集群，请去掉",
)
RECORD_UNWRITABLE = Sentence(
    "command-record-unwritable", "cannot be written: {strerror}", "无法写入记录文件：{strerror}"
)
STOPPED = Sentence("command-stopped", "stopped", "已停止")
SOUND = Sentence("command-sound", "sound", "描述有效")
CANNOT_SERVE = Sentence(
    "command-cannot-serve",
    "cannot serve{where}: {reason}; is a port or a device name in use?",
    "无法提供服务{where}：{reason}，端口或设备名是否被占用？",
)
NO_SWEEP_FOLDER = Sentence(
    "command-no-sweep-folder", "cannot make {folder}: {reason}", "无法创建目录 {folder}：{reason}"
)
FAILS_UNCUT = Sentence(
    "command-fails-uncut",
    "{case} fails without any cut: {checks}; see {record}",
    "{case} 未断电即不通过：{checks}，扫描无意义，见 {record}",
)
NO_SWEEP = Sentence("command-no-sweep", "holds no sweep that can go on: {why}", "没有可续跑的扫描：{why}")
TO_SWEEP = Sentence(
    "command-to-sweep",
    "{syncs} write barriers, {trials} trials, {left} to run",
    "落盘 {syncs} 次，试验 {trials} 项，待执行 {left} 项",
)
OTHER_COMMIT = Sentence(
    "command-other-commit",
    "the run is of commit {commit}, this bench is {now}; check that commit out or start a new run",
    "该运行的提交为 {commit}，本测试台为 {now}，请检出该提交或新开运行",
)
INPUT_CHANGED = Sentence(
    "command-input-changed",
    "{name} was changed: expected SM3 {wanted}…, found {found}…; restore it or start a new run",
    "{name} 已被改动：SM3 应为 {wanted}…，实际为 {found}…，请恢复或新开运行",
)
