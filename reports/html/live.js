(function () {
  "use strict";
  // Parts of a page that live are fetched anew and replaced where they changed; what is typed beside them stays.
  var mark = document.querySelector("[data-refresh]");
  var shown = {};
  function each(page, selector, work) { Array.prototype.forEach.call(page.querySelectorAll(selector), work); }
  function renew(part, fresh) {
    var at = part.contains(document.activeElement) ? document.activeElement : null;
    if (shown[part.id] === fresh.innerHTML || (at && at.matches("input, select, textarea"))) return;
    shown[part.id] = fresh.innerHTML;
    var open = {}, held = at && at.tagName === "SUMMARY" && at.parentElement.dataset.key;
    each(part, "details[open]", function (one) { open[one.dataset.key] = true; });
    part.innerHTML = fresh.innerHTML;
    each(part, "details", function (one) {
      one.open = one.open || Boolean(open[one.dataset.key]);
      if (held && held === one.dataset.key) one.firstElementChild.focus({ preventScroll: true });
    });
    part.dispatchEvent(new CustomEvent("renewed", { bubbles: true }));
  }
  function later(told) { if (told && Number(told.dataset.refresh)) window.setTimeout(look, 1000 * told.dataset.refresh); }
  function look() {
    fetch(location.href, { redirect: "error" }).then(function (answer) {
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.text();
    }).then(function (text) {
      var page = new DOMParser().parseFromString(text, "text/html");
      each(page, "[data-live]", function (fresh) {
        var part = document.getElementById(fresh.id);
        if (part) renew(part, fresh);
      });
      later(page.querySelector("[data-refresh]"));
    }).catch(function () { later(mark); });
  }
  each(document, "[data-live]", function (part) { shown[part.id] = part.innerHTML; });
  later(mark);
})();
