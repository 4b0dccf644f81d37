// Does with examples/javascript/gate.mjs what each line of standard input says, and answers in JSON, a line each.

import { createInterface } from "node:readline";
import { Gate, actionHash } from "../../examples/javascript/gate.mjs";

const gate = new Gate(process.argv[2], "a token of tests", "support_desk");

for await (const line of createInterface({ input: process.stdin })) {
  const [call, ...given] = JSON.parse(line);
  try {
    const found = call === "hash" ? actionHash(...given) : await gate[call](...given);
    console.log(JSON.stringify(found));
  } catch (error) {
    console.log(JSON.stringify({ error: error.message }));
  }
}
