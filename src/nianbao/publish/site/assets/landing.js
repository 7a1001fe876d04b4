"use strict";
/* Full-text search over sentences of the reports that hold, indicators and units; loaded when somebody searches. */
(() => {
  const { el, link, load } = window.nianbaoTools;
  const AT_MOST = 30;
  const box = document.getElementById("find"), found = document.getElementById("hits"), count = document.getElementById("count");
  let index, sentences;

  function entry(href, kind, text, words) {
    const node = link("", href);
    const at = Math.max(Math.min(...words.map((word) => text.toLowerCase().indexOf(word)).filter((place) => place >= 0)) - 30, 0);
    const seen = (at ? "…" : "") + text.slice(at, at + 110) + (text.length > at + 110 ? "…" : "");
    node.append(el("small", "", kind), el("span", "", ...marked(seen, words)));
    return el("li", "", node);
  }
  /* A text with every occurrence of the words marked. */
  function marked(text, words) {
    const pieces = [];
    let rest = text;
    while (rest) {
      const hits = words.map((word) => [rest.toLowerCase().indexOf(word), word.length]).filter(([at]) => at >= 0).sort((a, b) => a[0] - b[0]);
      if (!hits.length) break;
      const [at, length] = hits[0];
      pieces.push(rest.slice(0, at), el("mark", "", rest.slice(at, at + length)));
      rest = rest.slice(at + length);
    }
    return [...pieces, rest];
  }
  function seek() {
    const words = box.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length || !index) return void (found.replaceChildren(), (count.textContent = ""));
    const all = (text) => words.every((word) => text.toLowerCase().includes(word));
    const hits = [
      ...index.indicators.filter(([id, zh]) => all(`${zh} ${id}`)).map(([id, zh, unit]) => () => entry(`explorer.html#i=${encodeURIComponent(id)}`, "指标", `${zh}（${unit}）`, words)),
      ...index.units.filter(([code, zh]) => all(`${zh} ${code}`)).map(([code, zh]) => () => entry(`explorer.html#u=${encodeURIComponent(code)}`, "单位", zh, words)),
      ...sentences.flatMap(([name, page, told]) => told.filter(([, text]) => all(text)).map(([place, text]) => () => entry(`${page}#${encodeURIComponent(place)}`, name, text, words))),
    ];
    found.replaceChildren(...hits.slice(0, AT_MOST).map((make) => make()));
    count.textContent = hits.length > AT_MOST ? `${hits.length}处，列出前${AT_MOST}处` : `${hits.length}处`;
  }
  async function ready() {
    if (index) return;
    const { index: one, sentences: other } = document.body.dataset;
    [index, sentences] = await Promise.all([load(one, "index"), load(other, "sentences")]);
    seek();
  }
  document.querySelector(".seek").hidden = false;
  box.addEventListener("focus", ready);
  box.addEventListener("input", () => ready().then(seek));
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.target.closest("input, select")) {
      event.preventDefault();
      box.focus();
    }
  });
})();
