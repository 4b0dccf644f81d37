// How does a tool in JavaScript ask the gate? Node's own modules suffice; docs/reference/staff-gate-http.md is the contract.
//
//   const gate = new Gate("https://holdfast.example", token, "support_desk");
//   const proof = await gate.check(request.headers["x-holdfast-proof"], request);           // behind the gate's proxy
//   const said = await gate.ask({ proof, function: "account.email.replace", target: "1001",
//                                 payload: { email: "new@example.org" }, reason, ticket });
//   if (!said.allowed) return refuse(said.needs);                                           // sentences for the person
//   keepBeside(said.payload, said.attempt);                                                 // just what was allowed
//   ...
//   if (await gate.counts(attempt)) use(newEmail);                                          // before it is used for anything

import { createHash, createPublicKey, verify } from "node:crypto";

const PATIENCE = 1_000; // milliseconds without an answer are a no
const LEEWAY = 5; // seconds by which clocks may differ

/** RFC 8785, for text, true, false, null, whole numbers, lists and records. */
export function canonical(value) {
  if (value === null || typeof value === "boolean") return JSON.stringify(value);
  if (typeof value === "string") {
    if (!value.isWellFormed()) throw new TypeError("half a character cannot be agreed to");
    return JSON.stringify(value);
  }
  if (Number.isSafeInteger(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (Object.getPrototypeOf(value ?? 0) !== Object.prototype) throw new TypeError("write it as text: it is not exact in JSON");
  const names = Object.keys(value).sort(); // by UTF-16 units, as the RFC asks
  return `{${names.map((name) => `${canonical(name)}:${canonical(value[name])}`).join(",")}}`;
}

/** What the decision, and whoever agrees, is bound to. */
export function actionHash(tool, name, target, payload) {
  const said = canonical(["holdfast/tool-action/1", tool, name, target, payload]);
  return `sha256:${createHash("sha256").update(said).digest("hex")}`;
}

export class Gate {
  #url;
  #token;
  #tool;
  #keys = new Map();
  #seen = new Map(); // proofs shown, until they are over

  constructor(url, token, tool) {
    [this.#url, this.#token, this.#tool] = [url, token, tool];
  }

  /** Whether somebody may do just this now. Give a `proof` or a `session`; only `allowed: true` is a yes. */
  async ask({ function: name, target = "", payload = {}, ...more }) {
    const copy = structuredClone(payload); // done later is what the copy says, whatever becomes of the original
    const hash = actionHash(this.#tool, name, target, copy);
    const question = { ...more, tool: this.#tool, function: name, target, payload: copy };
    const said = await this.#said("POST", "/v1/gate/actions", question);
    const allowed = said.allowed === true && said.action_hash === hash && Boolean(said.attempt);
    return { needs: ["The gate gave no answer. Try again."], reasons: [], ...said, allowed, payload: copy };
  }

  /** Put it before those who may agree; null where that could not be done. Ask again as it was once somebody has. */
  async askOthers({ function: name, target = "", payload = {}, ...more }) {
    const question = { ...more, tool: this.#tool, function: name, target, payload };
    const said = await this.#said("POST", "/v1/gate/tool-requests", question);
    return said.action_hash === actionHash(this.#tool, name, target, payload) ? said : null;
  }

  /** Whether the new value that came by this attempt may be used. */
  async counts(attempt) {
    const said = await this.#said("GET", `/v1/gate/changes/${encodeURIComponent(attempt)}`);
    return said.id === attempt && said.counts === true;
  }

  /** The proof itself, where the gate made it for just this request (`method`, `url` and its `host`), and not before. */
  async check(proof, { method, url, headers }, now = Date.now() / 1_000) {
    const [head, body, signed, ...rest] = String(proof).split(".");
    const read = (part) => JSON.parse(Buffer.from(part ?? "", "base64url"));
    const { alg, kid, crit } = read(head);
    const key = await this.#key(kid);
    const line = Buffer.from(`${head}.${body}`);
    if (rest.length || alg !== "EdDSA" || crit || !key || !verify(null, line, key, Buffer.from(signed ?? "", "base64url")))
      throw new Error("the gate did not sign it");
    const said = read(body);
    const host = String(headers.host).replace(/:\d{1,5}$/, "").toLowerCase();
    const uri = createHash("sha256").update(url, "latin1").digest("base64url");
    const about = [said.iss, said.aud, said.htm, said.host, said.uri].join(" ");
    if (about !== ["holdfast", this.#tool, method, host, uri].join(" ")) throw new Error("it is for another request");
    if (!(said.iat - LEEWAY <= now && now < said.exp)) throw new Error("it is over, or not yet");
    for (const [id, until] of this.#seen) if (until <= now) this.#seen.delete(id);
    if (this.#seen.has(said.jti)) throw new Error("it was shown before");
    this.#seen.set(said.jti, said.exp);
    return proof;
  }

  async #key(kid) {
    if (!this.#keys.size) {
      const { keys = [] } = await this.#said("GET", "/.well-known/holdfast-gate-keys");
      for (const each of keys) this.#keys.set(each.kid, createPublicKey({ key: each, format: "jwk" }));
    }
    return this.#keys.get(kid);
  }

  /** What the gate said; nothing for whatever is no 200 in time that can be read. */
  async #said(method, path, body) {
    try {
      const answer = await fetch(new URL(path, this.#url), {
        method,
        redirect: "error",
        signal: AbortSignal.timeout(PATIENCE),
        headers: { authorization: `Bearer ${this.#token}`, "content-type": "application/json" },
        body: body && JSON.stringify(body),
      });
      const said = answer.status === 200 ? await answer.json() : {};
      return said && typeof said === "object" ? said : {};
    } catch {
      return {};
    }
  }
}
