// Small behaviours that need no server: copying, closing panels, asking before something is deleted.
(() => {
  "use strict";

  // Where the keyboard was before a panel opened.
  let from = null;
  const close = (panel) => {
    if (!panel) return;
    panel.hidden = true;
    if (from?.isConnected) from.focus({ preventScroll: true });
    from = null;
  };
  const gentle = () => !window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  document.addEventListener("click", async (event) => {
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      const text = copy.dataset.copy;
      try {
        await navigator.clipboard.writeText(text);
      } catch {
        const box = document.createElement("textarea");
        box.value = text;
        document.body.append(box);
        box.select();
        document.execCommand("copy");
        box.remove();
      }
      const words = copy.dataset.words || copy.textContent;
      copy.dataset.words = words;
      copy.textContent = copy.dataset.done;
      setTimeout(() => { copy.textContent = words; }, 1600);
      return;
    }
    const jump = event.target.closest("[data-jump]");
    if (jump) {
      const target = jump.closest(".talk")?.querySelector(`[data-message="${CSS.escape(jump.dataset.jump)}"]`);
      if (!target) return;
      // Begun anew, so that a second jump to the same message shows too.
      target.classList.remove("jumped");
      void target.offsetWidth;
      target.classList.add("jumped");
      target.focus({ preventScroll: true });
      target.scrollIntoView({ block: "center", behavior: gentle() ? "smooth" : "auto" });
      return;
    }
    const closing = event.target.closest("[data-close]");
    if (closing) close(closing.closest(".drawer"));
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = [...document.querySelectorAll(".drawer:not([hidden])")];
    if (open.length) { close(open.at(-1)); return; }
    document.querySelector(".sheet .sheet-close button, button.sheet-close")?.click();
  });

  // Enter that only ends the choice of characters in an input method does not send.
  for (const kind of ["keydown", "keypress"]) {
    document.addEventListener(kind, (event) => {
      if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.stopPropagation();
    }, true);
  }

  // New panels come by way of Gradio: bring them to the person's attention.
  let shown = "";
  new MutationObserver(() => {
    const panel = document.querySelector(".drawer:not([hidden])");
    const serial = panel?.dataset.serial ?? "";
    if (serial === shown) return;
    shown = serial;
    if (!panel) return;
    if (!panel.contains(document.activeElement)) from = document.activeElement;
    panel.querySelector("aside").focus({ preventScroll: true });
    panel.querySelector(".focus")?.scrollIntoView({ block: "center" });
  }).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-serial", "hidden"] });

  const confirm = (data) => new Promise((resolve) => {
    const dialog = document.createElement("dialog");
    dialog.className = "ask-first";
    const words = document.createElement("p");
    words.textContent = data.confirm;
    const row = document.createElement("div");
    const no = document.createElement("button");
    no.className = "act";
    no.textContent = document.documentElement.lang.startsWith("zh") ? "算了" : "Cancel";
    const yes = document.createElement("button");
    yes.className = "act bad solid";
    yes.textContent = data.go;
    row.append(no, yes);
    dialog.append(words, row);
    // What cannot be brought back asks for its name, so that no hasty click deletes it.
    const box = document.createElement("input");
    if (data.typed) {
      const label = document.createElement("label");
      const same = (text) => text.normalize("NFC").split(/\s+/).filter(Boolean).join(" ");
      label.textContent = document.documentElement.lang.startsWith("zh")
        ? `请输入「${data.typed}」来确认` : `Type “${data.typed}” to confirm`;
      box.type = "text";
      box.autocomplete = "off";
      label.append(box);
      words.after(label);
      yes.disabled = true;
      box.addEventListener("input", () => { yes.disabled = same(box.value) !== same(data.typed); });
      box.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.isComposing && !yes.disabled) yes.click(); });
    }
    // A text is asked for: the one that is there stands in the box, and the answer is what stands there then.
    const asks = data.fill !== undefined;
    if (asks) {
      yes.className = "act go";
      box.type = "text";
      box.value = data.fill;
      box.maxLength = 60;
      box.setAttribute("aria-label", data.confirm);
      words.after(box);
      yes.disabled = !box.value.trim();
      box.addEventListener("input", () => { yes.disabled = !box.value.trim(); });
      box.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.isComposing && !yes.disabled) yes.click(); });
    }
    document.body.append(dialog);
    const done = (answer) => { dialog.remove(); resolve(answer); };
    no.addEventListener("click", () => done(false));
    yes.addEventListener("click", () => done(asks ? box.value : true));
    dialog.addEventListener("cancel", () => done(false));
    dialog.showModal();
    (data.typed || asks ? box : no).focus();
    if (asks) box.select();
  });

  const fillPlaces = (element) => {
    for (const filling of element.querySelectorAll("[data-place]")) {
      const slot = document.querySelector(`.thread [data-place="${CSS.escape(filling.dataset.place)}"]`);
      if (!slot) continue;
      const held = slot.contains(document.activeElement);
      const fresh = filling.cloneNode(true);
      slot.replaceWith(fresh);
      if (held) fresh.querySelector("button")?.focus({ preventScroll: true });
    }
  };

  const notice = (element) => {
    let box = document.querySelector(".notices");
    if (!box) {
      box = document.createElement("div");
      box.className = "notices";
      document.body.append(box);
    }
    for (const said of element.querySelectorAll(".notice")) {
      const shown = said.cloneNode(true);
      box.append(shown);
      shown.addEventListener("click", () => shown.remove());
      setTimeout(() => shown.remove(), shown.classList.contains("bad") ? 12000 : 4000);
    }
  };

  // On a phone the navigation scrolls: the page that is open stays in sight.
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelector("header.top nav a[aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
  });

  // A session that has ended shows as the login page, not as a click that does nothing.
  const plainFetch = window.fetch;
  window.fetch = async (...request) => {
    const response = await plainFetch(...request);
    if (response.status === 401) {
      location.assign("/login?next=" + encodeURIComponent(location.pathname + location.search));
    }
    return response;
  };

  window.copilot = { confirm, fillPlaces, notice };
})();
