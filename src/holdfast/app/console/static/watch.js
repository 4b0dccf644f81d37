// Looks on at a session: says so while the page is open and in front, and shows what is done there.
"use strict";

const SAYS_EVERY = 15_000; // milliseconds: it counts for sixty thousand
const LOOKS_EVERY = 1_500; // milliseconds
const MOST_LINES = 200;
const LEFT = "You do not look on any more.";

const part = document.querySelector("[data-watch]");
const [state, button, list] = ["[data-state]", "[data-look]", "[data-attempts]"].map((each) => part?.querySelector(each));
let wanted = false; // whoever sits here wants to look on
let there = false; // and the service knows it
let saidAt = 0;
let place = 0; // how far was looked
let timer = 0;
let turn = 0; // what was begun in an earlier one is over

function tell(text) {
  if (state.textContent !== text) state.textContent = text; // else it is read out again and again
  button.textContent = wanted ? "Stop looking on" : "Look on";
}

function leave() {
  turn += 1;
  clearTimeout(timer);
  if (there) ask("POST", `${part.dataset.watch}/leave`, {}, { keepalive: true }).catch(() => {}); // it is over in a minute anyway
  there = false;
  saidAt = 0;
}

function ended(text) {
  leave();
  wanted = false;
  tell(text);
}

function show({ at, allowed, what, because }) {
  const [line, tag, words, small] = ["li", "span", "bdi", "bdi"].map((each) => document.createElement(each));
  tag.className = allowed ? "tag done" : "tag danger";
  tag.textContent = allowed ? "allowed" : "refused";
  words.textContent = what;
  small.className = "small";
  small.textContent = `${at}: ${because}`;
  line.append(tag, " ", words, document.createElement("br"), small);
  list.prepend(line);
  while (list.children.length > MOST_LINES) list.lastChild.remove();
}

async function look() {
  if (!wanted || document.hidden) return;
  const mine = ++turn;
  try {
    if (Date.now() - saidAt >= SAYS_EVERY) {
      there = true; // so that whoever leaves meanwhile says so
      await post(`${part.dataset.watch}/presence`, {});
      if (mine !== turn) return;
      saidAt = Date.now();
    }
    const { lines, hidden, next, over } = await ask("GET", `${part.dataset.watch}/attempts?after=${place}`);
    if (mine !== turn) return;
    place = next;
    for (const each of lines) show(each);
    if (hidden) show({ at: "Just now", allowed: false, what: `${hidden} more`, because: "you may not watch these" });
    if (over) return ended(over);
    tell("You look on. It counts.");
  } catch (error) {
    if (mine !== turn) return;
    saidAt = 0;
    tell(`This does not count just now: ${error.message}`);
  }
  timer = setTimeout(look, LOOKS_EVERY);
}

if (part) {
  button.addEventListener("click", () => {
    wanted = !wanted;
    if (wanted) look();
    else ended(LEFT);
  });
  document.addEventListener("visibilitychange", () => {
    if (!wanted) return;
    if (!document.hidden) return look();
    leave();
    tell("This page is not in front, so you do not look on.");
  });
  addEventListener("pagehide", () => ended(LEFT)); // for good: a page that comes back is asked anew
}
