(function () {
  "use strict";
  var root = document.documentElement;
  function show(lang) {
    root.lang = lang === "zh" ? "zh-CN" : "en";
    var title = document.querySelector("title");
    document.title = title.getAttribute("data-" + lang);
    document.querySelectorAll("[data-lang]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.lang === lang));
    });
    document.querySelectorAll("[data-hint-en]").forEach(function (input) {
      input.placeholder = input.getAttribute("data-hint-" + lang);
    });
  }
  var asked = /[?&]lang=(en|zh)\b/.exec(location.search);
  show(asked ? asked[1] : /^zh/i.test(navigator.language || "") ? "zh" : "en");
  document.querySelectorAll("[data-lang]").forEach(function (button) {
    button.addEventListener("click", function () { show(button.dataset.lang); });
  });

  function reveal() {
    var target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (var node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    if (target) target.scrollIntoView();
  }
  window.addEventListener("hashchange", reveal);
  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest('a[href^="#"]');
    if (link && link.getAttribute("href") === location.hash) reveal();
  });

  var kept = null;
  window.addEventListener("beforeprint", function () {
    kept = [];
    document.querySelectorAll("details").forEach(function (part) { kept.push([part, part.open]); part.open = true; });
  });
  window.addEventListener("afterprint", function () {
    (kept || []).forEach(function (pair) { pair[0].open = pair[1]; });
    kept = null;
  });

  document.querySelectorAll("[data-open]").forEach(function (button) {
    button.addEventListener("click", function () {
      document.querySelectorAll("details.case").forEach(function (part) { part.open = button.dataset.open === "yes"; });
    });
  });
  document.querySelectorAll("[data-copy]").forEach(function (button) {
    button.addEventListener("click", function () {
      var code = button.previousElementSibling;
      if (navigator.clipboard && window.isSecureContext) navigator.clipboard.writeText(code.textContent);
      var range = document.createRange();
      range.selectNodeContents(code);
      var selection = window.getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
    });
  });

  var chosen = "";
  var field = document.getElementById("search");
  function filter() {
    var wanted = field ? field.value.trim().toLowerCase() : "";
    var any = false;
    document.querySelectorAll("details.chapter").forEach(function (chapter) {
      var some = false;
      chapter.querySelectorAll("tr[data-v]").forEach(function (row) {
        var fits = (!chosen || row.dataset.v === chosen) && (!wanted || row.textContent.toLowerCase().indexOf(wanted) >= 0);
        row.hidden = !fits;
        some = some || fits;
      });
      chapter.hidden = !some;
      if (chosen || wanted) chapter.open = some;
      any = any || some;
    });
    document.querySelectorAll("h3.document").forEach(function (heading) {
      var next = heading.nextElementSibling, visible = false;
      while (next && next.matches("details.chapter")) { visible = visible || !next.hidden; next = next.nextElementSibling; }
      heading.hidden = !visible;
    });
    var nothing = document.getElementById("nothing");
    if (nothing) nothing.hidden = any;
  }
  document.querySelectorAll("[data-filter]").forEach(function (button) {
    button.addEventListener("click", function () {
      chosen = button.dataset.filter;
      document.querySelectorAll(".filters [data-filter]").forEach(function (other) {
        other.setAttribute("aria-pressed", String(other.dataset.filter === chosen));
      });
      filter();
    });
  });
  if (field) field.addEventListener("input", filter);

  var tip = document.getElementById("tip");
  function two(number) { return (number < 10 ? "0" : "") + number; }
  function local(us) {
    var at = new Date(us / 1000 + 8 * 3600000);
    return at.getUTCFullYear() + "-" + two(at.getUTCMonth() + 1) + "-" + two(at.getUTCDate()) + " " +
      two(at.getUTCHours()) + ":" + two(at.getUTCMinutes()) + ":" + two(at.getUTCSeconds());
  }
  function counts(text) {
    var found = [];
    text.split(",").forEach(function (part) {
      var pair = part.split("*");
      for (var n = Number(pair[1] || 1); n > 0; n--) found.push(Number(pair[0]));
    });
    return found;
  }
  function word(key) {
    var entry = document.querySelector('[data-word="' + key + '"]');
    return entry ? entry.getAttribute("data-" + (root.lang === "en" ? "en" : "zh")) : key;
  }
  function watch(svg) {
    if (!svg.dataset.start) return;
    svg.addEventListener("mousemove", function (event) {
      var box = svg.getBoundingClientRect();
      var scale = svg.viewBox.baseVal.width / box.width;
      var x = (event.clientX - box.left) * scale, y = (event.clientY - box.top) * scale;
      var left = Number(svg.dataset.left), plot = Number(svg.dataset.plot);
      var share = (x - left) / plot;
      if (share < 0 || share >= 1) { tip.style.display = "none"; return; }
      var start = Number(svg.dataset.start), end = Number(svg.dataset.end);
      var lines = [local(start + share * (end - start)) + " +08:00"];
      svg.querySelectorAll("g[data-y]").forEach(function (lane) {
        if (y < Number(lane.dataset.y) || y >= Number(lane.dataset.y) + Number(lane.dataset.h)) return;
        lines.push(lane.dataset.name);
        Array.prototype.forEach.call(lane.attributes, function (attribute) {
          if (attribute.name.indexOf("data-s-") !== 0) return;
          var series = counts(attribute.value);
          lines.push(word(attribute.name.slice(7)) + ": " + series[Math.floor(share * series.length)]);
        });
      });
      tip.textContent = lines.join("\n");
      tip.style.display = "block";
      var across = event.clientX + 16 + tip.offsetWidth > window.innerWidth;
      tip.style.left = (across ? event.clientX - 12 - tip.offsetWidth : event.clientX + 16) + "px";
      tip.style.top = event.clientY + 18 + "px";
    });
    svg.addEventListener("mouseleave", function () { tip.style.display = "none"; });
  }
  function watchAll(part) { part.querySelectorAll("figure svg.tl").forEach(watch); }
  watchAll(document);
  document.addEventListener("renewed", function (event) { watchAll(event.target); });
  reveal();
})();
