// Places lockdowns, after showing what they would stop, and has two people loosen them.
"use strict";

function lockOf(form) {
  const { level, named, role, minutes, ...texts } = Object.fromEntries(new FormData(form));
  const names = named.split(/[\s,]+/).filter(Boolean);
  return { ...texts, level: Number(level), named: names, role: role || null, minutes: Number(minutes) };
}

function count(number, one, many) {
  return `${number} ${number === 1 ? one : many}`;
}

async function reach(form) {
  const found = await post("/console/lockdown/preview", lockOf(form));
  const { words, functions, of, people, sessions, ends, shuts_you_out: out } = found;
  const parts = [
    `Level ${lockOf(form).level}: ${words}.`,
    `It would be about ${functions} of ${count(of, "function", "functions")}, ${count(people, "person", "people")} and ${count(sessions, "live session", "live sessions")}; ${ends ? `${ends} of these would end` : "none of these would end"}.`,
  ];
  if (!functions || !people) parts.push("As it is, it would stop nothing: look at what it is on.");
  if (out) parts.push("It would shut you out of the tools, too. Lifting it never is.");
  const text = parts.join(" ");
  document.querySelector("[data-reach]").textContent = text;
  return { text, level: lockOf(form).level };
}

on("[data-preview]", "click", async (button) => {
  if (button.form.reportValidity()) await reach(button.form);
});

on("form[data-lock]", "submit", async (form) => {
  const { text, level } = await reach(form);
  if (level >= 3 && !confirm(`${text} Place it?`)) return null;
  return post("/console/lockdown/place", lockOf(form));
});

on("form[data-loosen]", "submit", (form) => {
  const { level, why } = Object.fromEntries(new FormData(form));
  return post("/console/lockdown/propose", { lock: form.dataset.loosen, level: level === "" ? null : Number(level), why });
});
