"""What proofs of the suite refuse and tell, by id in both languages."""

from __future__ import annotations

from simulators.sentences import Sentence

NO_SUCH_DEFECT = Sentence("proof-no-such-defect", "no such defect; known are {known}", "无此缺陷，可用：{known}")
JOURNAL_AT = Sentence(
    "proof-journal-at",
    "pairs: {path}  (stopped: prove --resume {path})",
    "配对记录：{path}（已中断，续跑用 prove --resume {path}）",
)
WITHOUT_DEFECT = Sentence("proof-without-defect", "{name}: without a defect: {found}", "{name}：无缺陷时：{found}")
PASSES = Sentence("proof-passes", "pass", "通过")
KEPT = Sentence("proof-kept", "{names} recorded", "已记录 {names}")
UNSEEN = Sentence("proof-unseen", "unseen {what}", "未见 {what}")
BESIDES = Sentence("proof-besides", "besides {what}", "另有 {what}")
RECORD_WITH_CASE = Sentence(
    "proof-record-with-case",
    "--record with --case: the figure is of the whole suite; leave one out",
    "--record 与 --case：该数字针对全部用例，请去掉其一",
)
TRIALS_UNUSABLE = Sentence(
    "proof-trials-unusable", "cannot be used for the trials: {strerror}", "无法用于存放试验：{strerror}"
)
NO_TRIALS = Sentence("proof-no-trials", "expected a folder of prove --mutants", "应为 prove --mutants 的目录")
TRIALS_DIFFER = Sentence(
    "proof-trials-differ",
    "its {name} is another one; start anew without it",
    "其 {name} 与现在不同，请不带此项重新开始",
)
SOUND_FAILS = Sentence("proof-sound-fails", "the sound {item} does not pass {bad}", "无缺陷{item}未通过 {bad}")
LEFT_OUT_OPEN = Sentence(
    "proof-left-out-open", "left out, inconclusive with this seed: {open}", "本种子下无法判定，未使用：{open}"
)
TRIALS_STOPPED = Sentence(
    "proof-trials-stopped",
    "{folder}  (stopped: prove --mutants N --resume)",
    "{folder}（已中断，续跑用 prove --mutants N --resume）",
)
TRIED_AT = Sentence(
    "proof-tried-at", "tried at {commit}: counted anew, none is added", "试验于 {commit} 进行，仅重新统计，不新增"
)
PAIRS_UNUSABLE = Sentence(
    "proof-pairs-unusable", "cannot be used for the pairs of a proof: {strerror}", "无法用于证明的配对：{strerror}"
)
NO_JOURNAL = Sentence(
    "proof-no-journal", "expected the journal of a proof ({format}) in its first line", "首行应为证明记录（{format}）"
)
PROOF_DIFFERS = Sentence(
    "proof-proof-differs",
    "its {name} is {was}, this proof's is {wanted}; start anew without it",
    "其 {name} 为 {was}，本次证明为 {wanted}，请不带此项重新开始",
)
NO_PAIR = Sentence(
    "proof-no-pair",
    "line {number} is no pair of defect and case: {error}",
    "第 {number} 行不是缺陷与用例的配对：{error}",
)
BROUGHT_DOWN = Sentence("proof-brought-down", "brought down", "受测品失效")
NO_LONGER_TOGETHER = Sentence(
    "proof-no-longer-together",
    "{case}: {planted} no longer go together: {why}; prove --groups --case {case} --record",
    "{case}：{planted} 不再能同时植入：{why}，请执行 prove --groups --case {case} --record",
)
GROUPS_TRIED = Sentence("proof-groups-tried", "{groups} groups of defects", "试 {groups} 组同时植入的缺陷")
PAIRS_DONE = Sentence("proof-pairs-done", "{done} pairs done, {jobs} more", "已完成 {done} 组，再执行 {jobs} 组")
NO_FOLDER = Sentence("proof-no-folder", "cannot make this folder: {strerror}", "无法创建该目录：{strerror}")
NOT_A_FILE = Sentence("proof-not-a-file", "this is a folder; name a file", "这是目录，请给出文件")
PAIRS_RECORDED = Sentence("proof-pairs-recorded", "{pairs} pairs recorded", "已记录 {pairs} 组")
DEFECTS_GROUPED = Sentence("proof-defects-grouped", "{sum} defects in {many} groups", "{many} 组共 {sum} 个缺陷")
NONE_TO_TRY = Sentence(
    "proof-none-to-try",
    "no defect is tried with {idle}: none names it, nor a clause that it decides",
    "没有可与 {idle} 一试的缺陷：没有缺陷提及它或其判定的条款",
)
CHECKS_FAIL = Sentence("proof-checks-fail", "{defect}: {sum} checks fail", "{defect}：{sum} 项检查不通过")
NOT_SEEN_FAILING = Sentence(
    "proof-not-seen-failing", "{case}:{check} was not seen failing in this drive", "{case}:{check} 在此驱动中未见不通过"
)
NO_DRIVE = Sentence("proof-no-drive", "no drive is shared by it; there are {drives}", "没有驱动包含它，现有 {drives}")
NEVER_FAILED = Sentence("proof-never-failed", "relied on, never seen failing", "所依据而从未见其失败的检查")
NONE_FAILED_HERE = Sentence(
    "proof-none-failed-here",
    "clauses of which no check was seen failing in its own case",
    "无一检查在本用例中失败过的条款",
)
NEVER_SOUND = Sentence("proof-never-sound", "not seen passing with the sound reference", "未见无缺陷参考品通过的用例")
NEVER_TRIED = Sentence("proof-never-tried", "defects that these cases find, not tried", "应由这些用例发现而未试的缺陷")
SURVIVED = Sentence("proof-survived", "defects that nothing noticed", "未被发现的缺陷")
BENCH_BROKE = Sentence("proof-bench-broke", "faults of the bench", "台架故障")
FAILED_ELSEWHERE = Sentence(
    "proof-failed-elsewhere",
    "checks that a pass rests on were seen failing in another case only, which asks the same",
    "所依据的检查仅在提出同一问题的其他用例中见其失败",
)
PARTLY_DECIDED = Sentence(
    "proof-partly-decided",
    "{clauses} clauses pass by some of their cases only; {names} cases were not run: {shown}",
    "{clauses} 条通过的条款仅由部分用例判定；{names} 个用例未执行：{shown}",
)
RESTS_WRITTEN = Sentence(
    "proof-rests-written",
    "{name}: {driven} cases read, {cases} rest on answers",
    "{name}：已读取 {driven} 个用例，其中 {cases} 个依据应答",
)
SOUND_SETTING = Sentence(
    "proof-sound-setting", "its {name} is {get!r}, expected {wanted!r}", "其 {name} 为 {get!r}，应为 {wanted!r}"
)
SOUND_COMMIT = Sentence(
    "proof-sound-commit",
    "the run is of commit {asked}, this bench is {now}",
    "该运行的提交为 {asked}，本测试台为 {now}",
)
SOUND_INPUT = Sentence("proof-sound-input", "{profile} was changed since", "{profile} 此后已被改动")
ONLY_MUTANTS = Sentence("proof-only-mutants", "only with --mutants", "仅与 --mutants 同用")
NOT_TOGETHER = Sentence("proof-not-together", "not with {others}", "不可与 {others} 同用")
OF_DEFECTS = Sentence(
    "proof-of-defects", "not with {others}; these are of defects", "不可与 {others} 同用，这些属于缺陷"
)
CASES_MEASURED = Sentence("proof-cases-measured", "cases measured", "已测用例")
MUTANTS = Sentence("proof-mutants", "mutants", "变异体")
