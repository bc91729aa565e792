// The conversation on the page Ask: sends what is typed, and puts each piece of the reply where it belongs.
(() => {
  "use strict";

  const KEPT = "copilot-unsent";
  // The talk that goes on: what stops it, and the turn that it fills.
  let running = null;

  const find = (selector, within = document) => within.querySelector(selector);
  const list = () => find(".page.ask .thread");
  const form = () => find("form.composer");
  const box = () => find("form.composer textarea");
  const gentle = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");

  const fit = () => {
    const area = box();
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, 180)}px`;
  };

  const write = (words) => {
    const area = box();
    if (!area || area.value.trim()) return;
    area.value = words;
    fit();
  };

  const show = (talking) => {
    const composer = form();
    if (!composer) return;
    find(".send", composer).hidden = talking;
    find(".stop", composer).hidden = !talking;
    // On a phone the keyboard would cover the reply.
    if (!talking && matchMedia("(pointer: fine)").matches) box().focus({ preventScroll: true });
  };

  // The address leads back to this conversation; so does the link to the other language.
  const remember = () => {
    const { scope, dialogue } = list()?.dataset ?? {};
    const here = new URL(location.href);
    for (const [name, value] of [["in", scope], ["talk", dialogue]]) {
      if (value) here.searchParams.set(name, value);
      else here.searchParams.delete(name);
    }
    if (here.href === location.href) return;
    history.replaceState(history.state, "", here);
    const tongue = find("header.top .tongue");
    if (!tongue) return;
    const other = new URL(tongue.href);
    other.searchParams.set("next", here.pathname + here.search);
    tongue.href = other.href;
  };

  const settle = (turn, note) => {
    turn.classList.remove("live");
    turn.removeAttribute("aria-busy");
    find('[data-part="waiting"]', turn)?.remove();
    const place = find('[data-part="note"]', turn);
    if (!place || !note) return;
    place.textContent = note;
    place.hidden = false;
  };

  // Nothing came of it: the words go back into the box, and the turn goes when it is tried again.
  const fail = (turn, words, html) => {
    settle(turn, "");
    turn.classList.add("failed");
    find(".said", turn)?.remove();
    turn.insertAdjacentHTML("beforeend", html);
    write(words);
  };

  const redraw = (turn, html) => {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const fresh = holder.content.firstElementChild;
    for (const fold of turn.querySelectorAll("details[open][data-fold]")) {
      const same = find(`details[data-fold="${CSS.escape(fold.dataset.fold)}"]`, fresh);
      if (same) same.open = true;
    }
    // Room below, so that the reply does not jump when it is drawn whole.
    fresh.classList.add("latest");
    turn.replaceWith(fresh);
    return fresh;
  };

  // Puts one piece where it belongs; says whether it was the last.
  const put = (talk, piece) => {
    if (piece.dialogue && talk.turn.isConnected) {
      list().dataset.dialogue = piece.dialogue;
      remember();
    }
    if (piece.how === "turn") {
      talk.turn = redraw(talk.turn, piece.html);
      return true;
    }
    if (piece.how === "fail") {
      fail(talk.turn, talk.words, piece.html);
      return true;
    }
    const part = piece.to && find(`[data-part="${CSS.escape(piece.to)}"]`, talk.turn);
    if (!part) return false;
    if (piece.how === "set") part.innerHTML = piece.html;
    else part.insertAdjacentHTML("beforeend", piece.html);
    const said = find('[data-part="said"]', talk.turn);
    said.closest(".said").hidden = !said.textContent;
    find('[data-part="waiting"]', talk.turn).hidden = Boolean(said.textContent);
    return false;
  };

  const receive = async (talk, response) => {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    let over = false;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return over;
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      for (const line of lines) over = put(talk, JSON.parse(line)) || over;
    }
  };

  const say = async (words, chip = false) => {
    const composer = form();
    const thread = list();
    if (running || !composer || !thread || !words.trim()) return;
    for (const old of thread.querySelectorAll(".turn.failed")) old.remove();
    for (const old of thread.querySelectorAll(".turn.latest")) old.classList.remove("latest");
    const turn = find("template", composer).content.firstElementChild.cloneNode(true);
    find(".asked", turn).textContent = words;
    thread.classList.add("started");
    thread.append(turn);
    turn.scrollIntoView({ behavior: gentle(), block: "start" });
    const stop = new AbortController();
    const talk = { turn, words, stop };
    running = talk;
    show(true);
    try {
      const response = await fetch(composer.dataset.to, {
        method: "POST",
        signal: stop.signal,
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({
          words,
          scope: thread.dataset.scope ?? "",
          dialogue: Number(thread.dataset.dialogue) || null,
          chip,
        }),
      });
      if (!response.ok) throw new Error(`status ${response.status}`);
      if (!(await receive(talk, response))) throw new Error("cut off");
    } catch (error) {
      if (stop.signal.aborted) {
        settle(talk.turn, composer.dataset.stopped);
      } else {
        console.warn("the talk broke off:", error);
        try { sessionStorage.setItem(KEPT, words); } catch { /* no storage: the box still has them */ }
        const note = document.createElement("p");
        note.className = "problem";
        note.role = "alert";
        note.textContent = composer.dataset.lost;
        fail(talk.turn, words, note.outerHTML);
      }
    } finally {
      if (running === talk) running = null;
      show(running !== null);
    }
  };

  const submit = () => {
    const area = box();
    const words = area?.value ?? "";
    if (running || !words.trim()) return;
    area.value = "";
    fit();
    try { sessionStorage.removeItem(KEPT); } catch { /* no storage */ }
    say(words);
  };

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form.composer")) return;
    event.preventDefault();
    submit();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || !event.target.matches("form.composer textarea")) return;
    event.preventDefault();
    submit();
  });
  document.addEventListener("input", (event) => {
    if (event.target.matches("form.composer textarea")) fit();
  });
  document.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-ask]");
    if (chip) say(chip.dataset.ask, true);
    else if (event.target.closest("form.composer .stop")) running?.stop.abort();
  });

  // Another conversation is on the page, or a new one.
  const opened = (element) => {
    if (running && !running.turn.isConnected) running.stop.abort();
    const thread = find(".thread", element);
    if (!thread) return;
    remember();
    const last = thread.lastElementChild;
    if (last) last.scrollIntoView({ block: "end" });
    let unsent = null;
    try { unsent = sessionStorage.getItem(KEPT); } catch { /* no storage */ }
    if (unsent) write(unsent);
  };

  // Where the conversation on the page is held, and which it is.
  const about = () => ({ scope: list()?.dataset.scope ?? "", here: list()?.dataset.dialogue ?? "" });

  window.copilot.talk = { about, opened };
})();
