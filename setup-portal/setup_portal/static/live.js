// The first page goes on by itself: what changes is sent by the box as it happens.
"use strict";

const live = document.querySelector("[data-live]");
const heard = document.querySelector("[data-heard]");
const newest = document.querySelector("[data-newest]");
const PICTURE_EVERY_MS = 10000;
let lines = null;

function show(html) {
  if (live.innerHTML !== html) live.innerHTML = html;
  const state = live.querySelector(".state");
  if (state) tell(state.textContent);
}

function tell(sentence) { // to who hears the page: what is new, once
  if (heard.textContent !== sentence) heard.textContent = sentence;
}

function listen() {
  if (lines || document.hidden) return; // nobody looks: the box need not tell
  lines = new EventSource(live.dataset.live);
  lines.addEventListener("state", (event) => show(JSON.parse(event.data)));
  lines.addEventListener("away", (event) => {
    const sentence = document.createElement("p");
    sentence.className = "trouble";
    sentence.textContent = JSON.parse(event.data);
    live.replaceChildren(sentence);
  });
  for (const kind of ["counted", "memory"]) {
    lines.addEventListener(kind, (event) => {
      document.dispatchEvent(new CustomEvent(`box-${kind}`, { detail: JSON.parse(event.data) }));
    });
  }
  lines.addEventListener("error", () => { // signed out, or the page is too old for the box
    if (lines && lines.readyState === EventSource.CLOSED) { lines = null; setTimeout(listen, 5000); }
  });
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) return listen();
  if (lines) lines.close();
  lines = null;
});
listen();

setInterval(() => {
  if (newest && !document.hidden) newest.src = `${newest.src.split("?")[0]}?${Date.now()}`;
}, PICTURE_EVERY_MS);
