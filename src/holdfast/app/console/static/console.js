// What the pages do: ask a passkey, post JSON, show what went wrong. No other script runs here.
"use strict";

const told = document.getElementById("told");
const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";

// The secret of a link stands behind # so that it is sent to no server and kept in no log; here it leaves the address bar.
let link = "";
function takeLink() {
  if (location.pathname !== "/console/enrol" || !location.hash) return;
  link = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
}
takeLink();
addEventListener("hashchange", takeLink); // another link, opened on this very page

function say(text) {
  told.textContent = text;
  told.hidden = false;
  told.scrollIntoView({ block: "nearest" });
}

// What was done is said on the page that follows, too.
const DONE = "holdfast.done";
const done = document.getElementById("done");
done.textContent = sessionStorage.getItem(DONE) ?? "";
sessionStorage.removeItem(DONE);

const post = (path, body) => ask("POST", path, body);

async function ask(method, path, body, more = {}) {
  const answer = await fetch(path, {
    method,
    credentials: "same-origin",
    headers: { "content-type": "application/json", "x-holdfast-csrf": csrf },
    body: body && JSON.stringify(body),
    ...more,
  });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.advice ? `${sentence(said.detail)} ${said.advice}` : sentence(said.detail));
  return said;
}

function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1) + (text.endsWith(".") ? "" : ".");
}

async function sign(options) {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return (await navigator.credentials.get({ publicKey })).toJSON();
}

async function make(options) {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  return (await navigator.credentials.create({ publicKey })).toJSON();
}

async function signIn() {
  const { options } = await post("/console/signin/options", {});
  const done = await post("/console/signin/finish", { credential: await sign(options) });
  return { ...done, next: goal() ?? done.next };
}

// Whoever opened a page of ours without being signed in goes on there; whatever else stands behind # leads nowhere.
function goal() {
  const said = location.hash.slice(1);
  if (location.pathname !== "/console/signin" || !said.startsWith("/console/")) return null; // "//" is no address at all
  const there = new URL(said, location.origin);
  return there.pathname.startsWith("/console/") ? there.pathname + there.search : null;
}

async function register(form) {
  if (!link && location.pathname === "/console/enrol") throw new Error("Open the link that you were given again.");
  const { options } = await post("/console/passkeys/options", { link });
  const credential = await make(options);
  return post("/console/passkeys/finish", { link, label: form.elements.label.value, credential });
}

async function approve(how) {
  const { answers, hash } = document.querySelector("[data-answers]").dataset;
  const seen = { action_hash: hash };
  if (how === "passkey") {
    const { options } = await post(`${answers}/options`, seen);
    seen.credential = await sign(options);
  }
  return post(`${answers}/approve`, seen);
}

async function deny(form) {
  const { answers } = document.querySelector("[data-answers]").dataset;
  return post(`${answers}/deny`, { why: form.elements.why.value });
}

async function stepUp(button) {
  const kind = button.dataset.step;
  const { tool } = button.closest("[data-tool]").dataset;
  const { options } = await post(`/console/tools/${tool}/options`, { class: kind });
  return post(`/console/tools/${tool}/step`, { class: kind, credential: await sign(options) });
}

async function signInAgain() {
  await signIn();
  return { next: location.pathname };
}

// To another place on the same page a browser only scrolls, and would show what was.
function go(next) {
  const here = new URL(next, location).pathname === location.pathname;
  location.assign(next);
  if (here && next.includes("#")) location.reload();
}

// One deed at a time: while it is under way its button cannot be pressed again. What comes later to the page works, too.
function on(selector, event, deed) {
  document.addEventListener(event, async (happened) => {
    const element = happened.target.closest(selector);
    if (!element) return;
    happened.preventDefault();
    const button = element.matches("button") ? element : element.querySelector("button:not([type=button])");
    if (button.disabled) return;
    button.disabled = true;
    told.hidden = true;
    try {
      const { next, said } = (await deed(element)) ?? {};
      if (said) sessionStorage.setItem(DONE, said);
      if (next) go(next);
    } catch (error) {
      const aborted = error.name === "NotAllowedError" || error.name === "AbortError";
      say(aborted ? "The passkey was not used. Try again when you are ready." : error.message);
    } finally {
      button.disabled = false;
    }
  });
}

on("[data-signin]", "click", signIn);
on("form[data-register]", "submit", register);
on("[data-approve]", "click", (button) => approve(button.dataset.approve));
on("form[data-deny]", "submit", deny);
on("[data-step]", "click", stepUp);
on("[data-again]", "click", signInAgain);
on("button[data-post]", "click", (button) => {
  const { post: path, passkey, sure } = button.dataset;
  if (sure && !confirm(sure)) return null;
  return post(path, passkey ? { passkey } : {});
});

if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON && document.querySelector("[data-signin],[data-register],[data-approve=passkey],[data-step]")) {
  say("This browser is too old for passkeys, or the page was not opened by https. Take a newer one.");
}
