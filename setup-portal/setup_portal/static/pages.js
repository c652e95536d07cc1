// What scripts add to the pages: everything works without them.
"use strict";

for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault(); // a thumb that presses twice
    form.dataset.sent = "yes";
    const button = event.submitter || form.querySelector("button");
    if (button) button.setAttribute("aria-busy", "true");
  });
}
addEventListener("pageshow", () => { // the back button shows the page as it was left
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("button[aria-busy]")) button.removeAttribute("aria-busy");
});

// The phone's clock and time zone, for a box without a clock of its own.
for (const form of document.querySelectorAll("form[data-clock]")) {
  const donate = () => {
    form.elements.now.value = String(Date.now() / 1000);
    try {
      const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
      if (zone && !form.elements.zone.dataset.touched) form.elements.zone.value = zone;
    } catch { /* an old browser keeps its zone to itself */ }
  };
  form.elements.zone.addEventListener("input", () => { form.elements.zone.dataset.touched = "yes"; });
  donate();
  form.addEventListener("submit", donate);
}

// A password can be looked at.
for (const field of document.querySelectorAll("input[type=password]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  button.textContent = document.body.dataset.show;
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => {
    const isShown = field.type === "text";
    field.type = isShown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!isShown));
  });
  field.after(button);
}

// A piece of a page that moves on by itself, such as an upload's progress.
for (const piece of document.querySelectorAll("[data-renewed]")) {
  const renew = async () => {
    if (!document.hidden && !piece.contains(document.activeElement)) {
      try {
        const answer = await fetch(piece.dataset.renewed, { redirect: "error" });
        if (answer.ok) piece.innerHTML = await answer.text();
      } catch { /* the recorder is away for a moment, or the session is over */ }
    }
    if (piece.querySelector(".uploading, .waiting")) setTimeout(renew, 3000);
  };
  setTimeout(renew, 3000);
}

// A page that waits goes where it leads to as soon as there is something else: nobody who reads it is thrown back to its
// beginning, and a phone that has no network for a while waits on.
for (const there of document.querySelectorAll("meta[name=look-again]")) {
  const heading = (page) => page.querySelector("h1").textContent;
  const look = async () => {
    try {
      const answer = await fetch(there.content);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (answer.ok && heading(page) !== heading(document)) return location.replace(there.content);
    } catch { /* the box is out of reach: it is asked again */ }
    setTimeout(look, there.dataset.everyS * 1000);
  };
  setTimeout(look, there.dataset.everyS * 1000);
}

// The first page goes on by itself: what changes is sent by the box as it happens.
if (document.querySelector("[data-live]")) {
  const live = document.querySelector("[data-live]");
  const heard = document.querySelector("[data-heard]");
  const newest = document.querySelector("[data-newest]");
  const PICTURE_EVERY_MS = 10000;
  let lines = null;
  let shown = "";

  function show(html) {
    if (shown === html) return;
    shown = html;
    const news = document.createElement("template");
    news.innerHTML = html;
    for (const part of news.content.querySelectorAll("[data-part]")) {
      document.querySelector(`main [data-part=${part.dataset.part}]`).innerHTML = part.innerHTML;
    }
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
      shown = "";
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
}

// The save button on the page is held like the real one: the box counts, the page says what it counted.
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
    timer = setInterval(() => { asked = send(true); }, 500);
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
