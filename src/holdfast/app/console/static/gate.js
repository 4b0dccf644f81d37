// What the pages of the tools' gate do besides: agree to exactly what is shown, or say no.
"use strict";

function asking() {
  const { asking: id, hash } = document.querySelector("[data-asking]").dataset;
  return { path: `/v1/gate/requests/${id}`, page: `/console/second/${id}`, seen: { action_hash: hash } };
}

async function agree(how) {
  const { path, page, seen } = asking();
  if (how === "passkey") {
    const { options } = await post(`${path}/challenges`, seen);
    seen.credential = await sign(options);
  }
  const { person } = await post(`${path}/approvals`, seen);
  return { next: page, said: `You agreed. ${person} can do exactly this, once.` };
}

async function refuse(form) {
  const { path, page } = asking();
  await post(`${path}/denials`, { why: form.elements.why.value });
  return { next: page, said: "It is refused. No agreement to it counts any more." };
}

on("[data-agree]", "click", (button) => agree(button.dataset.agree));
on("form[data-refuse]", "submit", refuse);
