// The save button on the page is held like the real one: the box counts, the page says what it counted.
"use strict";

const AGAIN_MS = 500;

for (const part of document.querySelectorAll("[data-hold]")) {
  const button = part.querySelector("button");
  const said = part.querySelector("[data-said]");
  const mark = document.querySelector("input[name=mark]").value;
  let holder = "";
  let timer = 0;
  let asked = Promise.resolve();

  const send = (isDown) => {
    const form = new URLSearchParams({ mark, holder, is_down: isDown ? "yes" : "no" });
    return fetch(part.dataset.hold, { method: "POST", body: form, keepalive: true })
      .then((answer) => (answer.redirected || answer.status === 403 ? location.reload() : answer.json()))
      .then((answer) => answer && say(answer, isDown))
      .catch(() => say({ sentence: part.dataset.lost, is_over: true, is_kept: false }, isDown));
  };
  const say = (answer, isDown) => {
    if (isDown && !holder) return; // an answer that was late: the last word is said already
    said.textContent = answer.sentence;
    said.className = !answer.is_over ? "said" : answer.is_kept ? "said good" : "said trouble";
    if (answer.is_over) stop();
  };
  const stop = () => {
    clearInterval(timer);
    holder = "";
    button.classList.remove("down");
  };
  const down = (event) => {
    if (holder || event.button > 0) return;
    event.preventDefault();
    if (event.pointerId !== undefined) button.setPointerCapture(event.pointerId);
    holder = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16)).join("");
    button.classList.add("down");
    asked = send(true);
    timer = setInterval(() => { asked = send(true); }, AGAIN_MS);
  };
  const up = () => {
    if (!holder) return;
    clearInterval(timer);
    button.classList.remove("down");
    asked.finally(() => { if (holder) send(false).finally(stop); }); // in the order in which it happened
  };
  button.addEventListener("pointerdown", down);
  for (const kind of ["pointerup", "pointercancel", "blur"]) button.addEventListener(kind, up);
  addEventListener("pagehide", up);
  button.addEventListener("keydown", (event) => {
    if ((event.key === " " || event.key === "Enter") && !event.repeat) down(event);
  });
  button.addEventListener("keyup", (event) => { if (event.key === " " || event.key === "Enter") up(); });
  button.addEventListener("contextmenu", (event) => event.preventDefault());

  for (const kind of ["counted", "memory"]) { // somebody holds the real one, or a memory is ready
    document.addEventListener(`box-${kind}`, (event) => { if (!holder) said.textContent = event.detail; });
  }
  part.hidden = false;
  for (const plain of document.querySelectorAll("details[data-plain]")) plain.open = false;
}
