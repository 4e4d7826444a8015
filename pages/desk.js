// The little the chat page needs beside its framework: open the cited place, announce the answer, copy a message.
(() => {
  "use strict";
  const phone = matchMedia("(max-width: 860px)");
  const live = document.createElement("div");
  live.className = "visually-hidden";
  live.setAttribute("role", "status");
  live.setAttribute("aria-live", "polite");
  let newest = "";
  let opened = "";
  const embedded = document.documentElement.dataset.embedded;
  // To whoever holds this page: it knows its own frame, and the word says nothing of the conversation.
  const done = (event) => { if (event.key === "Escape" && !event.defaultPrevented && embedded) parent.postMessage("policydesk:close", "*"); };

  const own = (path) => typeof path === "string" && /^\/policy(\/|$)/.test(path);

  function open(path) {
    const frame = document.getElementById("policy");
    if (!frame || !own(path)) return;
    // Without the fragment: following it would take the focus and, on a phone, the scroll position from the reader.
    frame.addEventListener("load", () => {
      const inside = frame.contentWindow;
      const mark = inside.document.getElementById("cite");
      if (mark) inside.scrollTo(0, mark.getBoundingClientRect().top + inside.scrollY - inside.innerHeight * 0.3);
    }, { once: true });
    frame.contentWindow.location.replace(path.replace(/#.*$/, ""));
  }

  function listen(frame) {
    if (!frame || frame.dataset.heard) return;
    frame.dataset.heard = "1";
    // Keys pressed over the policy count as pressed here; its own page runs no script.
    frame.addEventListener("load", () => frame.contentDocument?.addEventListener("keydown", done));
    frame.contentDocument?.addEventListener("keydown", done);
    document.querySelector(".brand").href = location.pathname;
  }

  function label() {
    const box = document.querySelector("#question-box textarea, #question-box input");
    if (box && box.id !== "question") box.id = "question";
  }

  function look() {
    label();
    if (embedded) listen(document.getElementById("policy"));
    const turn = document.querySelector("#transcript [data-newest]");
    if (turn && turn.dataset.newest !== newest) {
      newest = turn.dataset.newest;
      live.textContent = turn.dataset.announce || "";
      if (turn.dataset.open) open(turn.dataset.open);
      turn.scrollIntoView({ block: "start" });
    }
    const waiting = document.querySelector("#transcript [data-pending]");
    if (waiting && !waiting.dataset.seen) {
      waiting.dataset.seen = "1";
      waiting.closest("li").scrollIntoView({ block: "end" });
    }
    const chosen = document.querySelector("#opened [data-open]");
    if (chosen && chosen.dataset.open !== opened) {
      opened = chosen.dataset.open;
      open(opened);
    }
  }

  // While the tab is seen: has a person of the desk written? The answer is a number; the page fetches the words itself.
  let quiet = 0;
  async function listen() {
    const turns = document.querySelector("#transcript .turns[data-revision]");
    if (turns && document.getElementById("look") && document.visibilityState === "visible" && quiet < 300) {
      try {
        const told = await (await fetch("/conversation/revision", { cache: "no-store" })).json();
        const waits = document.querySelector("#transcript [data-pending]");
        const news = told.revision > 0 && String(told.revision) !== turns.dataset.revision;
        quiet = news ? 0 : quiet + 1;
        if (news && !waits && turns.isConnected) document.getElementById("look").click();
      } catch {
        quiet += 10;
      }
    }
    setTimeout(listen, 3000 + 100 * Math.min(quiet, 120));
  }

  async function copy(button) {
    const area = document.getElementById(button.dataset.copy);
    if (!area) return;
    let done = false;
    try {
      await navigator.clipboard.writeText(area.value);
      done = true;
    } catch {
      area.select();
      done = document.execCommand("copy");
    }
    const words = done ? "Copied" : "Select the text and copy it";
    const before = button.dataset.label || button.textContent;
    button.dataset.label = before;
    button.textContent = words;
    live.textContent = words;
    setTimeout(() => { button.textContent = before; }, 2000);
  }

  async function copyLink(button) {
    const words = button.textContent;
    try {
      await navigator.clipboard.writeText(location.origin + button.dataset.link);
      button.textContent = button.dataset.done || "✓";
      live.textContent = button.getAttribute("aria-label") + " ✓";
    } catch {
      // Where the clipboard is closed to pages, the link is opened: its address can be copied from there.
      open(button.dataset.link);
    }
    setTimeout(() => { button.textContent = words; }, 2000);
  }

  document.addEventListener("click", (event) => {
    const deep = event.target.closest("[data-link]");
    if (deep) { copyLink(deep); return; }
    const button = event.target.closest("[data-copy]");
    if (button) { copy(button); return; }
    const link = event.target.closest('a[target="policy"]');
    if (!link) return;
    if (document.querySelector("[data-apart]") && /^\/request(\/|\?|$)/.test(link.getAttribute("href"))) {
      link.target = "_blank";
      link.rel = "noopener";
      return;
    }
    document.querySelectorAll("a[aria-current]").forEach((other) => other.removeAttribute("aria-current"));
    link.setAttribute("aria-current", "location");
    if (phone.matches) document.getElementById("viewer")?.scrollIntoView({ behavior: "smooth", block: "start" });
  });

  document.addEventListener("visibilitychange", () => { quiet = 0; });
  document.addEventListener("keydown", () => { quiet = 0; });

  document.addEventListener("DOMContentLoaded", () => {
    listen();
    document.body.append(live);
    if (embedded) {
      document.addEventListener("keydown", done);
      // Whoever opens the panel gives this page the focus; the question is where it belongs.
      addEventListener("focus", () => { if (document.activeElement === document.body) document.getElementById("question")?.focus(); });
    }
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-newest", "data-open"] });
    look();
  });
})();
