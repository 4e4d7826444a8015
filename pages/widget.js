// PolicyDesk widget: <script src="https://desk.example/widget.js" data-policy="ID" defer></script>
// data-label, data-position ("right" or "left"), data-colour ("#1d5fa8"), data-open-label, data-close-label are optional.
// Styles go through the style sheet's own interface, so a page whose policy forbids inline styles needs no exception.
(() => {
  "use strict";
  const script = document.currentScript;
  if (!script || !script.dataset.policy || !("adoptedStyleSheets" in Document.prototype)) return;
  const told = script.dataset;
  const desk = new URL(script.src).origin;
  const label = told.label || "Privacy questions";
  const side = told.position === "left" ? "left" : "right";
  const colour = /^#[0-9a-f]{6}$/i.test(told.colour || "") ? told.colour : "#1d5fa8";

  // Black or white, whichever stands out more on the colour (WCAG 2.2, relative luminance); at least 4.5 to 1 either way.
  const channel = (at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  const ink = 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5) > 0.179 ? "#000000" : "#ffffff";

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { all: initial; }
    * { box-sizing: border-box; }
    button { font: 600 16px/1.3 system-ui, sans-serif; color: ${ink}; background: ${colour}; border: 0; cursor: pointer; }
    button:focus-visible { outline: 3px solid ${ink}; outline-offset: -5px; box-shadow: 0 0 0 3px ${colour}; }
    .open { position: fixed; ${side}: 16px; bottom: 16px; z-index: 2147483000; min-height: 48px; max-width: calc(100vw - 32px); padding: 12px 20px; border-radius: 24px; box-shadow: 0 4px 16px rgb(0 0 0 / 25%); }
    .panel { position: fixed; ${side}: 16px; bottom: 16px; z-index: 2147483001; display: flex; flex-direction: column; width: min(440px, calc(100vw - 32px)); height: min(720px, calc(100vh - 32px)); border-radius: 14px; overflow: hidden; background: Canvas; border: 1px solid ${colour}; box-shadow: 0 8px 32px rgb(0 0 0 / 30%); }
    .panel[hidden] { display: none; }
    .head { display: flex; flex: none; align-items: center; justify-content: space-between; min-height: 48px; padding-left: 16px; background: ${colour}; color: ${ink}; font: 600 16px/1.3 system-ui, sans-serif; }
    .close { min-width: 48px; min-height: 48px; font-size: 24px; line-height: 1; }
    iframe { flex: 1; width: 100%; min-height: 0; border: 0; background: Canvas; }
    @media (max-width: 520px), (max-height: 480px) {
      .panel { inset: 0; width: 100%; height: 100%; height: 100dvh; border: 0; border-radius: 0; }
    }
    @media print { .open, .panel { display: none; } }
  `);

  const make = (name, attributes, words = "") => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.textContent = words;
    return made;
  };

  const place = document.createElement("policydesk-chat");
  const inside = place.attachShadow({ mode: "open" });
  inside.adoptedStyleSheets = [sheet];
  const opener = make("button", { type: "button", class: "open", "aria-expanded": "false", "aria-controls": "panel", "aria-haspopup": "dialog" }, told.openLabel || label);
  const panel = make("div", { class: "panel", id: "panel", role: "dialog", "aria-labelledby": "name", hidden: "" });
  const head = make("div", { class: "head" });
  const closer = make("button", { type: "button", class: "close", "aria-label": told.closeLabel || "Close" }, "×");
  head.append(make("span", { id: "name" }, label), closer);
  panel.append(head);
  inside.append(opener, panel);
  let frame = null;

  function open() {
    if (!frame) {
      frame = make("iframe", {
        title: label, src: `${desk}/embed/${encodeURIComponent(told.policy)}`, referrerpolicy: "no-referrer", allow: "clipboard-write",
        sandbox: "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads",
      });
      panel.append(frame);
    }
    panel.hidden = false;
    opener.setAttribute("aria-expanded", "true");
    frame.focus();
  }

  function close() {
    panel.hidden = true;
    opener.setAttribute("aria-expanded", "false");
    opener.focus();
  }

  opener.addEventListener("click", open);
  closer.addEventListener("click", close);
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  // Keys pressed inside the frame stay there: its page says when it is done. Only that page is listened to.
  addEventListener("message", (event) => {
    if (frame && event.source === frame.contentWindow && event.origin === desk && event.data === "policydesk:close" && !panel.hidden) close();
  });
  const add = () => document.body.append(place);
  if (document.body) add(); else document.addEventListener("DOMContentLoaded", add);
})();
