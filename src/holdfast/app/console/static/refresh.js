// Keeps a page up to date while somebody has it before them, and touches nothing that has not changed.
"use strict";

const PATIENCE = 10_000; // milliseconds until a question counts as unanswered
const SELDOM = 60_000; // milliseconds between two tries at most
const GENTLE = 20; // what takes so long to answer is asked for so many times as seldom
const SETTLES = 500; // milliseconds in which nobody can have meant what has just moved under their finger
const LONGEST = 160; // characters of what is read out

const live = document.querySelector("[data-live]");
const [news, asof, again] = ["[data-news]", "[data-asof]", "[data-refresh]"].map((each) => document.querySelector(each));
const EVERY = Number(live?.dataset.live ?? 0) * 1_000; // 0: what is shown is over, and stays as it is
let freshAt = asof?.dateTime; // when the service last said how things stand
let wait = EVERY;
let timer = 0;
let asking = false;
let movedAt = -SETTLES;

// XMLHttpRequest, because it alone hands out a document: no text becomes markup here, and no script in it runs.
function asked() {
  return new Promise((answer, fail) => {
    const request = new XMLHttpRequest();
    request.open("GET", location.pathname + location.search);
    request.responseType = "document";
    request.timeout = PATIENCE;
    request.setRequestHeader("x-holdfast-refresh", "1");
    request.setRequestHeader("if-none-match", live.dataset.tag);
    request.onload = () => answer(request);
    request.onerror = request.ontimeout = request.onabort = () => fail(new Error("the service does not answer"));
    request.send();
  });
}

const clock = (at) => `${at.slice(11, 19)} UTC`;

function read(text) {
  if (news.textContent !== text) news.textContent = text; // else it is read out again and again
}

async function refresh() {
  clearTimeout(timer);
  if (document.hidden || asking) return;
  asking = true;
  const began = performance.now();
  try {
    const answer = await asked();
    if (answer.status === 401) return over("You are signed out, because nothing was done here for a while.");
    if (answer.status === 403) return over("You may not see this any more.");
    if (answer.status === 404) return over("This is not there any more.");
    const fresh = answer.status === 200 ? answer.response?.querySelector("[data-live]") : null;
    if (!fresh && answer.status !== 304) throw new Error("the service cannot say it just now");
    stands(answer.getResponseHeader("x-holdfast-time"));
    if (fresh) take(fresh);
    wait = Math.max(EVERY, GENTLE * (performance.now() - began));
  } catch (error) {
    live.dataset.lost = "";
    read(`Not refreshed since ${clock(freshAt)}: ${error.message}. It is tried again.`);
    wait = Math.min(SELDOM, 2 * wait);
  } finally {
    asking = false;
  }
  if (!document.hidden) timer = setTimeout(refresh, wait);
}

function stands(at) {
  if ("lost" in live.dataset) read(`Refreshed again at ${clock(at)}.`);
  delete live.dataset.lost;
  freshAt = asof.dateTime = at;
  asof.textContent = `${at.slice(0, 10)} ${clock(at)}`;
}

function over(text) {
  live.dataset.lost = "";
  const link = document.createElement("a");
  link.href = "/console";
  link.textContent = "Go on from the first page";
  news.replaceChildren(`Not refreshed since ${clock(freshAt)}. ${text} `, link);
  document.removeEventListener("visibilitychange", come);
  removeEventListener("online", refresh);
  again.removeEventListener("click", byHand);
}

function take(fresh) {
  const at = document.activeElement;
  const came = [];
  const counts = { gone: 0, changed: 0 };
  for (const each of live.querySelectorAll("[data-new]")) delete each.dataset.new;
  const before = live.offsetHeight;
  children(live, document.importNode(fresh, true), came, counts);
  live.dataset.tag = fresh.dataset.tag;
  if (at !== document.activeElement && at.isConnected) at.focus({ preventScroll: true });
  if (came.length || counts.gone || live.offsetHeight !== before) movedAt = performance.now();
  const said = [came.length ? `New: ${came[0]}${came.length > 1 ? `, and ${came.length - 1} more` : ""}.` : ""];
  if (counts.gone) said.push(`${counts.gone} not here any more.`);
  if (counts.changed && !came.length && !counts.gone) said.push("Something here has changed.");
  if (said.some(Boolean)) read(`${clock(freshAt)}. ${said.filter(Boolean).join(" ")}`);
}

const keyOf = (node) => node.dataset?.key;
const like = (one, other) => one.nodeName === other.nodeName && keyOf(one) === keyOf(other);
const item = (node) => node.nodeName === "LI" && keyOf(node) !== undefined;

// Somebody is at it: they have it in focus, or have written something into it.
function inUse(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return false;
  return node.contains(document.activeElement) || [...node.querySelectorAll("input, textarea")].some((each) => each.value !== each.defaultValue);
}

// Makes the children of `old` those of `fresh`, keeping each node that is there in both, and what somebody is at.
function children(old, fresh, came, counts) {
  const keyed = new Map([...old.children].filter(keyOf).map((each) => [keyOf(each), each]));
  const kept = new Set();
  let place = old.firstChild;
  for (const each of [...fresh.childNodes]) {
    const there = keyOf(each) === undefined ? following(place, each) : keyed.get(keyOf(each));
    if (there) {
      kept.add(there);
      if (keyOf(each) === undefined || there === place) place = there.nextSibling;
      else old.insertBefore(there, place);
      alter(there, each, came, counts);
    } else {
      if (item(each)) {
        each.dataset.new = "";
        came.push((each.querySelector("h2, h3") ?? each).textContent.trim().replace(/\s+/g, " ").slice(0, LONGEST));
      }
      old.insertBefore(each, place);
      kept.add(each);
    }
  }
  for (const each of [...old.childNodes]) {
    if (kept.has(each) || "gone" in (each.dataset ?? {})) continue;
    if (item(each)) counts.gone += 1;
    if (inUse(each)) each.dataset.gone = "";
    else each.remove();
  }
}

function following(place, wanted) {
  let found = place;
  while (found && !like(found, wanted)) found = found.nextSibling;
  return found;
}

function alter(old, fresh, came, counts) {
  if (old.isEqualNode(fresh)) return;
  if (item(old)) counts.changed += 1;
  if (old.nodeType !== Node.ELEMENT_NODE) {
    old.data = fresh.data;
    counts.changed += fresh.data.trim() ? 1 : 0;
    return;
  }
  for (const { name } of [...old.attributes]) {
    if (name !== "open" && name !== "disabled" && !fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  children(old, fresh, came, counts);
}

function come() {
  if (document.hidden) clearTimeout(timer);
  else refresh();
}

function byHand(happened) {
  happened.preventDefault();
  wait = EVERY;
  refresh();
}

if (EVERY) {
  timer = setTimeout(refresh, EVERY);
  document.addEventListener("visibilitychange", come);
  addEventListener("online", refresh);
  addEventListener("pageshow", (shown) => shown.persisted && refresh());
  again.addEventListener("click", byHand);
  // A list that has just moved is not what somebody pressed on. By keyboard it is: the focus moves along.
  live.addEventListener("click", (happened) => {
    if (happened.detail === 0 || performance.now() - movedAt > SETTLES) return;
    happened.preventDefault();
    happened.stopPropagation();
    read("This has changed just as you pressed. Look, and press again.");
  }, true);
}
