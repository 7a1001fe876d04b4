"use strict";
/* What the pages over all releases share: parts of data from disk, nodes made of text, exact decimals. */
(() => {
  const parts = new Map();
  window.nianbaoPart = (name, content) => parts.set(name, content);

  /* A part of data is a script beside the pages: a page opened from disk may fetch nothing. */
  function load(file, name) {
    if (parts.has(name)) return Promise.resolve(parts.get(name));
    return new Promise((done, fail) => {
      const script = document.createElement("script");
      script.src = `pages/data/${encodeURIComponent(file)}`;
      script.addEventListener("load", () => done(parts.get(name)));
      script.addEventListener("error", () => fail(new Error(file)));
      document.head.append(script);
    });
  }
  function el(name, kind, ...children) {
    const node = document.createElement(name);
    if (kind) node.className = kind;
    node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
    return node;
  }
  function link(text, href) {
    const node = el("a", "", text);
    node.href = href;
    return node;
  }

  /* Exact decimals as texts. */
  function digits(text) {
    const [whole, rest] = text.split(".");
    return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (rest ? `.${rest}` : "");
  }
  const scaled = (text, places) => {
    const [whole, rest = ""] = text.replace("-", "").split(".");
    return BigInt(whole + rest.padEnd(places, "0")) * (text.startsWith("-") ? -1n : 1n);
  };
  const placesOf = (...texts) => Math.max(...texts.map((text) => (text.split(".")[1] || "").length));
  function minus(a, b) {
    const places = placesOf(a, b), found = scaled(a, places) - scaled(b, places);
    const text = String(found < 0n ? -found : found).padStart(places + 1, "0");
    const exact = places ? `${text.slice(0, -places)}.${text.slice(-places)}`.replace(/\.?0+$/, "") : text;
    return (found < 0n ? "-" : "") + exact;
  }
  /* The change in per cent, rounded half up to a tenth; nothing where the value before is not above nought. */
  function perCent(now, before) {
    const places = placesOf(now, before), [a, b] = [scaled(now, places), scaled(before, places)];
    if (b <= 0n) return "";
    const tenths = (a - b) * 1000n;
    const rounded = (2n * tenths + (tenths < 0n ? -b : b)) / (2n * b);
    const size = String(rounded < 0n ? -rounded : rounded).padStart(2, "0");
    return `${rounded < 0n ? "-" : rounded > 0n ? "+" : ""}${size.slice(0, -1)}.${size.slice(-1)}%`;
  }
  window.nianbaoTools = { load, el, link, digits, minus, perCent };
})();
