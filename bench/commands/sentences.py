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
EXPIRED = Sentence(
    "command-expired",
    "expired on {expires}: mend the fail or have its owner extend it",
    "已于 {expires} 到期，请整改该不通过项或由负责人延期",
)
NO_FIRMWARE_HASH = Sentence(
    "command-no-firmware-hash",
    "the profile names no firmware_hash to hold it against; add one to [terminal]",
    "档案缺少 firmware_hash，无从核对，请在 [terminal] 中补上",
)
OTHER_FIRMWARE = Sentence(
    "command-other-firmware",
    "is for firmware {own}, the profile says {firmware}; look at it anew",
    "针对固件 {own}，档案为 {firmware}，请重新核查",
)
FAILS_AS_EXPECTED = Sentence("command-fails-as-expected", "fails as expected: {failing}", "如预期不通过：{failing}")
NOT_IN_RUN = Sentence("command-not-in-run", "not part of this run", "本次运行未涉及")
PASSES_NOW = Sentence("command-passes-now", "passes now: take the entry out", "现已通过，请删除该条目")
NOT_DECIDED = Sentence("command-not-decided", "not decided: {words}", "未判定：{words}")
WOULD_RUN = Sentence(
    "command-would-run",
    "{going} of {cases} would run in the {rig} rig: {span} of the world{open}",
    "台架 {rig}：共 {cases} 个用例，可执行 {going} 个，场景时长 {span}{open}",
)
WAIT_FOR_ANSWERS = Sentence(
    "command-wait-for-answers",
    "? {number} wait for answers of the profile; add",
    "有 {number} 个用例因档案未作答而等待，请补充：",
)
ALL_LISTS = Sentence("command-all-lists", "{more}--all lists each case with its reason", "{more}逐条列出原因用 --all")
FAILS_SINCE = Sentence(
    "command-fails-since", "{first}; in {times} older runs in a row", "{first}，此前连续 {times} 次运行均如此"
)
FAILS_ANEW = Sentence("command-fails-anew", "in this run, not in {had}", "本次首次出现，上一次运行 {had} 中没有")
WRONG_ITEM = Sentence("command-wrong-item", "expected one of {item}", "应为 {item} 之一")
WRONG_DOCUMENT = Sentence("command-wrong-document", "expected one of {documents}", "应为 {documents} 之一")
WITHIN_VIRTUAL = Sentence(
    "command-within-virtual",
    "a case of virtual time takes seconds, whatever its world lasts; give --rig process, loopback or lab",
    "无论场景多长，虚拟时间的用例只需数秒，请给出 --rig process、loopback 或 lab",
)
WRONG_SCREEN = Sentence("command-wrong-screen", "expected one of {screens}", "应为 {screens} 之一")
ACCELERATES_PROGRAMS = Sentence(
    "command-accelerates-programs",
    "what is accelerated is a program: --rig process or loopback",
    "仅程序可加速，请给出 --rig process 或 loopback",
)
NO_SUCH_ATTEMPT = Sentence(
    "command-no-such-attempt", "--repeat {repeat} makes no attempt {text}", "--repeat {repeat} 没有第 {text} 次执行"
)
TOGETHER_CLUSTER = Sentence(
    "command-together-cluster",
    "a cluster does every case by itself; leave out one of both",
    "集群逐个执行用例，两者只能给一个",
)
TOGETHER_WITHIN = Sentence(
    "command-together-within",
    "--within chooses cases one by one; leave out one of both",
    "--within 逐个选择用例，两者只能给一个",
)
RESUMED_WITH_WORDS = Sentence(
    "command-resumed-with-words",
    "a resumed run takes its settings from its folder; leave out {words}",
    "续跑沿用原目录的设置，请去掉 {words}",
)
OTHER_VERSION = Sentence(
    "command-other-version", "written by another version of the bench: {odd}", "由其他版本的测试台写成：{odd}"
)
WRONG_RIG = Sentence("command-wrong-rig", "expected one of {among}", "应为 {among} 之一")
CLUSTER_RIG = Sentence(
    "command-cluster-rig",
    "not with --rig {rig}, whose wires are on this computer",
    "不可与 --rig {rig} 同用，其线路在本机",
)
CLUSTER_WORKERS = Sentence(
    "command-cluster-workers",
    "not with -n {workers}; the cluster has its own workers",
    "不可与 -n {workers} 同用，集群有自己的工作进程",
)
NO_DEFECT = Sentence("command-no-defect", "no such defect{near}{where}", "无此缺陷{near}{where}")
DEFECT_RIG = Sentence(
    "command-defect-rig", "a product can have this only with {rigs}", "仅在 {rigs} 下受测品才会有此缺陷"
)
NO_CASE_NAMED = Sentence("command-no-case-named", "no case of that name{hint}", "没有名为此的用例{hint}")
NO_ENTRY = Sentence("command-no-entry", "no such entry in the ledger{near}", "台账中没有此条款{near}")
ITEM_OF_PROFILE = Sentence("command-item-of-profile", "{path} is the profile of a {item}", "{path} 是{item}的档案")
CASE_OF_OTHER_ITEM = Sentence(
    "command-case-of-other-item",
    "a case that tests a {other}: give --item {item}",
    "该用例测试{other}，请给出 --item {item}",
)
ONLY_REFERENCE_BREAKS = Sentence(
    "command-only-reference-breaks",
    "only the reference {item} has defects; the profile's adapter is {adapter!r}",
    "仅参考{item}可植入缺陷，档案的适配器为 {adapter!r}",
)
DEFECT_OF_OTHER_ITEM = Sentence(
    "command-defect-of-other-item",
    "a defect of the reference {known}: give --item {item}",
    "该缺陷属于参考{known}，请给出 --item {item}",
)
NO_FOLDER_MADE = Sentence(
    "command-no-folder-made", "cannot make {folder}: {strerror}", "无法创建目录 {folder}：{strerror}"
)
NOT_SOUND = Sentence(
    "command-not-sound",
    "nothing was run: the rig must be sound before a signed run",
    "未执行任何用例：签名的运行要求台架就绪",
)
ATTEMPT_MISSING = Sentence(
    "command-attempt-missing",
    "attempt missing: it began at {at} and {said} by the run's log; its folder was removed",
    "执行缺失：运行日志记其于 {at} 开始，{said}，其目录已被删除",
)
IS_RUNNING = Sentence("command-is-running", "running", "执行中")
IS_FINISHED = Sentence("command-is-finished", "finished", "已结束")
IS_INTERRUPTED = Sentence("command-is-interrupted", "interrupted, no process lives", "已中断，进程不存在")
IS_ELSEWHERE = Sentence("command-is-elsewhere", "unknown: it runs on another computer", "未知：在其他主机上执行")
LENGTH_UNKNOWN = Sentence("command-length-unknown", "unknown", "未知")
SITTING = Sentence(
    "command-sitting", "{started}  sitting {sittings} for {span}", "{started}  第 {sittings} 段，已 {span}"
)
PROCESS_GONE = Sentence("command-process-gone", "; its process is gone", "；其进程已不存在")
END_UNKNOWN = Sentence("command-end-unknown", "unknown{late}", "未知{late}")
NOTHING_HEARD = Sentence(
    "command-nothing-heard", "nothing heard of the product for {span}", "受测品已有 {span} 无任何动作"
)
WORLD_SO_FAR = Sentence("command-world-so-far", "{span} of its world", "场景已运行 {span}")
ENDS_ABOUT = Sentence("command-ends-about", "ends about {ends:%m-%d %H:%M}", "预计 {ends:%m-%d %H:%M} 结束")
LEFT_OUT_UNKNOWN = Sentence(
    "command-left-out-unknown",
    "left out by --within {minutes}: its length is not known",
    "未选入 --within {minutes}：时长未知",
)
LEFT_OUT_LONG = Sentence(
    "command-left-out-long", "left out by --within {minutes}: it takes {span}", "未选入 --within {minutes}：需时 {span}"
)
LEFT_OUT_OTHERS = Sentence(
    "command-left-out-others",
    "left out by --within {minutes}: others decide more in the time",
    "未选入 --within {minutes}：其他用例在此时间内判定更多",
)
ACCELERATED_LATE = Sentence(
    "command-accelerated-late",
    "timers late by {late:.2f} s of the world at most, {late_s} s are allowed",
    "计时最多晚 {late:.2f} s（场景时间），允许 {late_s} s",
)
NO_SCHEDULER = Sentence(
    "command-no-scheduler", "what listens there is no Dask scheduler ({error})", "该地址上不是 Dask 调度器（{error}）"
)
NO_WORKER = Sentence(
    "command-no-worker",
    "it has no worker; start some with `dask worker {address} --nthreads 1`",
    "集群没有工作进程，可用 `dask worker {address} --nthreads 1` 启动",
)
CLUSTER_ADDRESS = Sentence(
    "command-cluster-address", "expected an address such as tcp://host:8786", "应为 tcp://host:8786 形式的地址"
)
NO_ANSWER = Sentence(
    "command-no-answer",
    "no scheduler answers ({strerror}); start one with `dask scheduler`",
    "调度器没有应答（{strerror}），可用 `dask scheduler` 启动",
)
OTHER_BENCH = Sentence(
    "command-other-bench",
    "expected this bench ({own}) in the environment of {place}, found {what}; install the same everywhere",
    "{place}的环境应为本测试台（{own}），实际为 {what}，各处须安装相同版本",
)
TASK_DIED = Sentence("command-task-died", "the process of a task ended with {wait}", "任务进程以 {wait} 终止")
LOAD_FILE = Sentence(
    "command-load-file",
    "give the file that describes the load, such as fixtures/load/park.toml",
    "请给出描述负载的文件，例如 fixtures/load/park.toml",
)
MASTER_HOST_ALONE = Sentence(
    "command-master-host-alone", "--master-host goes with --worker", "--master-host 须与 --worker 同用"
)
FAR_WORKERS = Sentence(
    "command-far-workers",
    "workers on other machines do not reach the centre that the bench starts on loopback: name target.host "
    "and target.port",
    "其他机器的工作进程无法访问测试台在本机启动的中心，请给出 target.host 和 target.port",
)
WEB_PORT = Sentence("command-web-port", "expected a port, or address:port", "应为端口或 address:port")
HOW_MANY_WORKERS = Sentence(
    "command-how-many-workers", "say with --workers how many are to come", "请以 --workers 给出将有多少工作进程"
)
BIND_ALONE = Sentence("command-bind-alone", "--bind and --port go with --master", "--bind 和 --port 须与 --master 同用")
OF_MASTER = Sentence(
    "command-of-master", "not with {others}; all that is the master's", "不可与 {others} 同用，这些都属于主进程"
)
WHERE_MASTER = Sentence(
    "command-where-master", "say with --master-host where the master is", "请以 --master-host 给出主进程的地址"
)
LEAST_WHOLE = Sentence(
    "command-least-whole", "expected a whole number of at least {least}", "应为不小于 {least} 的整数"
)
MOST_WHOLE = Sentence("command-most-whole", "expected a whole number of at most {most}", "应为不大于 {most} 的整数")
NO_OUTPUT = Sentence(
    "command-no-output", "standard output: cannot be written: {strerror}", "无法写入标准输出：{strerror}"
)
REAL_RIG = Sentence(
    "command-real-rig", "expected one of the rigs of real time, {real_rigs}", "应为实时台架 {real_rigs} 之一"
)
NO_CASE_OF_ITEM = Sentence(
    "command-no-case-of-item",
    "no case of a {item}, which {profile_path} submits",
    "不是{item}的用例，而 {profile_path} 送检的是{item}",
)
WRONG_LINE = Sentence("command-wrong-line", "{prog}: {message}", "{prog}：命令行有误：{message}")
WRONG_WAIT = Sentence(
    "command-wrong-wait", "expected seconds above 0, {most_wait_s} at most", "应为大于 0、不超过 {most_wait_s} 的秒数"
)
CONFIGURATION_EXISTS = Sentence(
    "command-configuration-exists",
    "exists already; give a new name for the configuration",
    "文件已存在，请为配置另取名称",
)
UNWRITABLE = Sentence("command-unwritable", "cannot be written: {strerror}", "无法写入：{strerror}")
CONFIGURATION_WRITTEN = Sentence(
    "command-configuration-written",
    "written; start it with `carbonbench terminal {target}`",
    "已生成，用 `carbonbench terminal {target}` 启动",
)
MEANT = Sentence("command-meant", "; did you mean {names}?", "；是否应为 {names}？")
PARTS_OF_NAMES = Sentence(
    "command-parts-of-names",
    "; {inside} with it in the name: {option} '*{word}*'",
    "；有 {inside} 个名称含此词：{option} '*{word}*'",
)
LIST_SHOWS = Sentence("command-list-shows", "; `carbonbench list` shows them", "；可用 `carbonbench list` 查看")
PROVE_LISTS = Sentence("command-prove-lists", "; `carbonbench prove` lists them", "；可用 `carbonbench prove` 查看")
FITTING = Sentence(
    "command-fitting",
    "--within {minutes}: {taken} cases, about {lasts}; {left} that could run are left out, `carbonbench "
    "list` with the same words names them",
    "--within {minutes}：选 {taken} 个用例，约 {lasts}，另有 {left} 个可执行的未选入，可用同样参数的 "
    "`carbonbench list` 查看",
)
CASE_OR_CLAUSE = Sentence("command-case-or-clause", "expected either case or clause", "须且仅须填写 case 或 clause")
EXPECTED_CASE = Sentence("command-expected-case", "no case is called {name!r}{meant}", "没有用例 {name!r}{meant}")
EXPECTED_CLAUSE = Sentence(
    "command-expected-clause", "no entry of the ledger is called {name!r}{meant}", "没有条款 {name!r}{meant}"
)
EXPECTED_TWICE = Sentence(
    "command-expected-twice", "{name} is named twice; one entry for each", "{name} 重复，每项只能有一条"
)
UNTIL = Sentence("command-until", "until", "至")
LENGTHS_OPEN = Sentence("command-lengths-open", ", {unknown} of unknown length", "，{unknown} 个时长未知")
MORE_REASONS = Sentence("command-more-reasons", "{rest} more reasons; ", "另有 {rest} 个原因，")
ENDED_WITH = Sentence("command-ended-with", "ended with {verdict}", "以 {verdict} 结束")
NOT_ENDED = Sentence("command-not-ended", "had not ended", "未结束")
NO_LENGTHS = Sentence("command-no-lengths", " ({number} attempts of unknown length)", "（{number} 次执行时长未知）")
THE_SCHEDULER = Sentence("command-the-scheduler", "the scheduler", "调度器")
A_WORKER = Sentence("command-a-worker", "worker {name}", "工作进程 {name} ")
NOTHING_THERE = Sentence("command-nothing-there", "none ({kind}: {found})", "无（{kind}：{found}）")
PARITY_VERDICTS = Sentence(
    "command-parity-verdicts", "{first} in {other} time, {real} in real time", "{other}时间{first}，实时{real}"
)
PARITY_TIME = Sentence(
    "command-parity-time",
    "a time: computing takes none in virtual time, which therefore gives a lower bound (R-08)",
    "时间量：虚拟时间内计算不耗时，仅给出下限（R-08）",
)
PARITY_COUNT = Sentence(
    "command-parity-count",
    "how many there are depends on how soon the terminal was up; records are compared one by one below",
    "数量取决于终端启动快慢；记录在下方逐条对比",
)
PARITY_NOISE = Sentence(
    "command-parity-noise", "a measured quantity on the same side of its limit", "测得值与限值的关系相同"
)
PARITY_POLLED = Sentence(
    "command-parity-polled",
    "each holds what its own meters answered; the polls were milliseconds apart, the plant moved in between",
    "各自与其表计应答一致；两次轮询相差数毫秒，期间对象已变化",
)
PARITY_CUT = Sentence(
    "command-parity-cut",
    "power was lost at another instant relative to this interval, and its content is not certain in both",
    "断电时刻相对该时段不同，其内容并非在两种时间中都确定",
)
PARITY_OUTAGE = Sentence(
    "command-parity-outage",
    "the source failed within this interval, so that its content is not certain, and the answers were not the same",
    "该时段内数据源失效，内容不确定，且两次的应答并不相同",
)
OTHER_CASE_VERDICT = Sentence("command-other-case-verdict", "the case came to another verdict", "用例结论不同")
DECIDED_IN_NEITHER = Sentence("command-decided-in-neither", "the case was decided in neither", "两种时间均未判定该用例")
CASE_VERDICT = Sentence("command-case-verdict", "verdict of the case", "用例结论")
ONE_SIDE_RECORDS = Sentence("command-one-side-records", "a record is in one of them only", "记录仅见于其中之一")
INTERVAL_KEYS = Sentence(
    "command-interval-keys",
    "keys of the {total} records of whole intervals, at every centre",
    "{total} 条完整时段记录在各中心的键",
)
THEIR_VALUES = Sentence("command-their-values", "values of these records", "上述记录的值")
SAME_ANSWERS = Sentence("command-same-answers", "the same answers, other contents", "应答相同而内容不同")
IN_ACCELERATED = Sentence("command-in-accelerated", "accelerated", "加速")
IN_VIRTUAL = Sentence("command-in-virtual", "virtual", "虚拟")
IN_REAL = Sentence("command-in-real", "real time", "实时")
CHECKED_IN_ONE = Sentence("command-checked-in-one", "this check was made in one of them only", "该检查仅在其中之一进行")
OTHER_VERDICT = Sentence("command-other-verdict", "another verdict", "结论不同")
OTHER_COUNT = Sentence("command-other-count", "another count", "数量不同")
MEASURED_IN_ONE = Sentence("command-measured-in-one", "this was measured in one of them only", "该量仅在其中之一测得")
NO_COMMAND = Sentence(
    "command-no-command",
    "no such command{meant}; `carbonbench --help` lists them",
    "没有此命令{meant}，可用 `carbonbench --help` 查看",
)
UNKNOWN_WORDS = Sentence("command-unknown-words", "unknown words {words}; see --help", "未知参数 {words}，请看 --help")
COMMAND_EXPECTED = Sentence(
    "command-command-expected",
    "expected a COMMAND; `carbonbench --help` lists them",
    "缺少命令，可用 `carbonbench --help` 查看",
)
