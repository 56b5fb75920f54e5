// Charts, fetching a page anew, files, a question before what is risky. Pages work without it, charts apart.
"use strict";
(() => {
  const colours = ["#0b6b4f", "#b5541c", "#2f5fa8", "#8a2f7a", "#6b6b00", "#333"];
  const draw = () => {
    for (const place of document.querySelectorAll(".plot:empty")) {
      const given = JSON.parse(place.dataset.chart);
      const paths = given.bars ? uPlot.paths.bars({ size: [0.7, 60] }) : undefined;
      const series = given.lines.map(([name, unit], n) => ({
        label: unit ? `${name} (${unit})` : name, points: { show: given.times.length < 40 && !given.bars }, stroke: colours[n % colours.length], width: 2, spanGaps: false, paths,
        fill: given.bars ? colours[n % colours.length] + "66" : undefined,
      }));
      const zone = (s) => uPlot.tzDate(new Date(s * 1000), "Asia/Shanghai");
      const clock = { grid: { stroke: "#e3e8ec" }, values: (_, ticks) => ticks.map((s) => {
        const d = zone(s), two = (n) => String(n).padStart(2, "0");
        const day = `${two(d.getMonth() + 1)}-${two(d.getDate())}`;
        return ticks.length > 1 && ticks[1] - ticks[0] >= 86400 ? day : `${two(d.getHours())}:${two(d.getMinutes())}\n${day}`;
      }) };
      new uPlot({ width: place.clientWidth || 600, height: place.clientHeight - 40, tzDate: zone, axes: [clock, { size: 84, grid: { stroke: "#e3e8ec" } }],
        scales: given.bars ? { y: { range: (_, low, high) => [Math.min(0, low), Math.max(high, 0) * 1.05 || 1] } } : {},
        series: [{ value: (_, s) => s == null ? "–" : zone(s).toLocaleString(document.documentElement.lang), label: document.documentElement.lang.startsWith("zh") ? "时间" : "Time" }, ...series] },
        [given.times, ...given.lines.map((line) => line[2])], place);
    }
  };
  draw();
  const every = Number(document.body.dataset.refresh);
  if (every > 0) {
    setInterval(async () => {
      if (document.hidden || document.querySelector("main :focus")) return;
      const answer = await fetch(location.href, { headers: { "X-Refresh": "1" } }).catch(() => null);
      if (!answer || answer.redirected) { if (answer) location.reload(); return; }
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      document.querySelector("main").replaceWith(fresh.querySelector("main"));
      document.querySelector(".clock").textContent = fresh.querySelector(".clock").textContent;
      draw();
    }, every * 1000);
  }
  document.addEventListener("invalid", (event) => {
    const field = event.target, told = document.body.dataset;
    field.setCustomValidity(field.validity.valueMissing ? told.needed : field.title ? `${told.wrong} ${field.title}` : "");
  }, true);
  document.addEventListener("input", (event) => event.target.setCustomValidity?.(""));
  document.addEventListener("change", (event) => {
    const said = event.target.closest(".pick")?.querySelector("i");
    if (said) said.textContent = event.target.files[0]?.name ?? said.dataset.none;
  });
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.dataset.sure && !confirm(form.dataset.sure)) { event.preventDefault(); return; }
    if (!form.matches("form.file")) return;
    event.preventDefault();
    const out = form.querySelector("output");
    out.textContent = "…";
    const answer = await fetch(form.dataset.to, { method: "POST", body: await form.querySelector("input").files[0].arrayBuffer(),
      headers: { "Content-Type": "application/json", "X-Proof": document.body.dataset.proof } });
    const text = await answer.text(), zh = document.documentElement.lang.startsWith("zh");
    let told = text;
    try { const read = JSON.parse(text), error = read.error; told = error ? (zh ? error.zh : error.en) : read.message ?? read.result ?? text; } catch { /* as it came */ }
    out.textContent = told;
    out.className = answer.ok ? "said" : "said bad";
  });
})();
