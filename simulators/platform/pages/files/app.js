"use strict";
// Sends forms to the API as JSON, with the proof that a page of this platform made them.
const csrf = document.querySelector('meta[name="csrf"]').content;
const zh = document.documentElement.lang.startsWith("zh");

async function send(path, method, body, headers) {
  const answer = await fetch(path, { method, body, headers: { "X-CSRF-Token": csrf, ...headers } });
  if (answer.ok) return "";
  try {
    const told = await answer.json();
    return (zh ? told.problem_zh : told.problem) || `HTTP ${answer.status}`;
  } catch {
    return `HTTP ${answer.status}`;
  }
}

// Local time of the platform (+08:00), whatever the browser's own is.
const instant = (text) => String(Date.parse(`${text.length === 16 ? text + ":00" : text}+08:00`) * 1000);

function content(form) {
  const found = {};
  for (const field of form.querySelectorAll("[name]")) {
    if (field.value === "") {
      if (form.dataset.method === "PUT" && field.type !== "password") found[field.name] = null;
    } else found[field.name] = "instant" in field.dataset ? instant(field.value) : field.value;
  }
  return found;
}

for (const form of document.querySelectorAll("form[data-api]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const file = "file" in form.dataset;
    const body = file ? form.elements.file.files[0] : JSON.stringify(content(form));
    const type = file ? "text/csv" : "application/json";
    const problem = await send(form.dataset.api, form.dataset.method, body, { "Content-Type": type });
    const told = form.querySelector(".problem");
    told.textContent = problem;
    told.hidden = !problem;
    if (!problem) location.assign(form.dataset.next || location.href);
  });
}

for (const form of document.querySelectorAll("form[data-question]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const query = new URLSearchParams();
    for (const field of form.querySelectorAll("[name]")) {
      if (field.value) query.set(field.name, "instant" in field.dataset ? instant(field.value) : field.value);
    }
    location.assign(`${location.pathname}?${query}`);
  });
}

for (const button of document.querySelectorAll("[data-remove]")) {
  button.addEventListener("click", async () => {
    if (!confirm(button.dataset.sure)) return;
    const problem = await send(button.dataset.remove, "DELETE");
    if (problem) alert(problem);
    else location.assign(button.form.dataset.next);
  });
}

document.querySelector("[data-logout]")?.addEventListener("click", async () => {
  await send("/api/logout", "POST");
  location.assign("/login");
});

const again = document.querySelector("[data-again]");
if (again) setTimeout(() => location.reload(), Number(again.dataset.again) * 1000);
