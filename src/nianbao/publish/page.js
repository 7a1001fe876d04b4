
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("trace-data").textContent);
  const panel = document.getElementById("trace");
  const wide = matchMedia("(min-width: 40.01rem)");
  const FEW_CELLS = 12;
  let opener = null;
  let depth = 0;

  /* Everything is put in as text, never as markup: file names and cells come from outside. */
  function el(name, kind, ...children) {
    const node = document.createElement(name);
    if (kind) node.className = kind;
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  }
  function button(text, act) {
    const node = el("button", "", text);
    node.type = "button";
    node.addEventListener("click", act);
    return node;
  }
  /* Digits are grouped as text, so that no value passes through a floating number. */
  function grouped(text) {
    if (!/^-?\d+(\.\d+)?$/.test(text)) return text;
    const [whole, decimals] = text.split(".");
    return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (decimals ? "." + decimals : "");
  }
  function keyIn(hash) {
    const key = hash.startsWith("#trace-") ? decodeURIComponent(hash.slice(7)) : "";
    return Object.hasOwn(data.figures, key) ? key : "";
  }
  function linkTo([key, name]) {
    if (!Object.hasOwn(data.figures, key)) return el("li", "", name);
    const figure = data.figures[key];
    const link = el("a", "", name);
    link.href = "#trace-" + encodeURIComponent(key);
    link.dataset.figure = key;
    return el("li", "", link, el("span", "", figure.value ? `${figure.value} ${figure.unit}` : ""));
  }
  function bar(kind, share) {
    const fill = el("i");
    fill.style.width = `${Math.min(Math.max(share, 0), 1) * 100}%`;
    const node = el("div", kind, fill);
    node.setAttribute("aria-hidden", "true");
    return node;
  }

  /* unit number → its cells by indicator and source: [label, source, [cell, …]] */
  function cellsByUnit(figure) {
    const units = new Map();
    for (const [label, runs] of figure.cells) {
      const blocks = new Map();
      for (let at = 0; at < runs.length; at += 2) {
        for (let index = runs[at]; index < runs[at] + runs[at + 1]; index++) {
          const cell = data.cells[index];
          if (!blocks.has(cell[0])) blocks.set(cell[0], []);
          blocks.get(cell[0]).push(cell);
        }
      }
      for (const [source, cells] of blocks) {
        const unit = data.sources[source][0];
        if (!units.has(unit)) units.set(unit, []);
        units.get(unit).push([label, source, cells]);
      }
    }
    return units;
  }
  function sourceBlock([label, source, cells]) {
    const [, period, submission, file, sheet] = data.sources[source];
    const [name, hash] = data.files[file];
    const body = el("tbody");
    for (const [, address, text, value] of cells) {
      body.append(el("tr", "", el("td", "", address), el("td", "", text || "（空）"), el("td", "", grouped(value ?? text.trim().replaceAll(",", "")))));
    }
    const head = el("thead", "", el("tr", "", ...["单元格", "原文", "计入"].map((text) => el("th", "", text))));
    return el("div", "source",
      el("p", "when", data.periods[period], el("span", "", submission)),
      label ? el("p", "", `指标：${label}`) : null,
      el("p", "", "文件：", name, " ", el("code", "", hash)),
      el("p", "", "工作表：", data.sheets[sheet]),
      el("table", "", head, body));
  }
  function unitRows(figure, chosen) {
    const traced = cellsByUnit(figure);
    const values = new Map(figure.units);
    for (const unit of traced.keys()) if (!values.has(unit)) values.set(unit, null);
    const most = Math.max(...[...values.values()].map((value) => Math.abs(Number(value ?? 0))), 0) || 1;
    const total = [...traced.values()].flat().reduce((sum, block) => sum + block[2].length, 0);
    const rows = el("div", "rows");
    for (const [unit, value] of values) {
      const shown = [el("span", "", data.units[unit][1])];
      if (value !== null) shown.push(bar("size", Math.abs(Number(value)) / most), el("span", "value", grouped(value)));
      const blocks = traced.get(unit);
      if (!blocks) {
        rows.append(el("div", "row", ...shown));
        continue;
      }
      const row = el("details", "", el("summary", "row", ...shown), ...blocks.map(sourceBlock));
      row.open = total <= FEW_CELLS || unit === chosen;
      rows.append(row);
    }
    return [rows, values.size, total];
  }

  function fill(key, unitCode) {
    const figure = data.figures[key];
    const printed = figure.printed || [];
    const unit = data.units.findIndex(([code]) => code === unitCode);
    const exact = unit < 0 ? figure.value : new Map(figure.parts).get(unit);
    const clicked = opener && opener.dataset.figure === key && (opener.dataset.unit || "") === unitCode ? opener.textContent : "";
    const wording = clicked || (unit < 0 && printed[0] ? printed[0][0] : exact || key);
    const title = el("h2", "", wording);
    title.id = "trace-title";
    title.tabIndex = -1;
    const parts = [
      el("div", "bar", depth > 1 ? button("‹ 返回", () => history.back()) : el("span"), button("关闭 ×", close)),
      el("p", "about", figure.zh ? [figure.zh, `${figure.year}年`, unit < 0 ? "" : data.units[unit][1]].filter(Boolean).join(" · ") : key), title];
    if (exact) parts.push(el("p", "exact", "准确数 ", el("b", "", exact), ` ${figure.unit}`));
    const said = printed.find(([text, , , meaning]) => meaning && text === wording);
    if (said) parts.push(el("p", "about", said[3]));
    if (figure.definition) parts.push(el("h3", "", "算法"), el("p", "", figure.definition));
    if (figure.operands.length) parts.push(el("ul", "operands", ...figure.operands.map(linkTo)));
    if (figure.expected) {
      parts.push(el("h3", "", "填报情况"), el("p", "", `已报 ${figure.reported} ／ 应报 ${figure.expected}`),
        bar("gauge", figure.reported / figure.expected));
      const missing = data.absent[figure.missing];
      if (missing.length) parts.push(el("p", "", `未报：${missing.join("、")}`));
    }
    const [rows, units, cells] = unitRows(figure, unit);
    if (units) {
      const all = button("全部展开", () => rows.querySelectorAll("details").forEach((row) => { row.open = true; }));
      const extent = [figure.units.length ? figure.unit : "", `${units}个单位`, cells ? `${cells}个单元格` : ""].filter(Boolean);
      parts.push(el("h3", "", "各单位报送", el("small", "", extent.join(" · ")), cells > FEW_CELLS ? all : null), rows);
    }
    if (printed.length > 1) {
      parts.push(el("h3", "", "印在"), el("ul", "", ...printed.map(([text, section, name]) => {
        const link = el("a", "", name || section);
        link.href = "#s-" + encodeURIComponent(section);
        return el("li", "", `${text}　`, link);
      })));
    }
    panel.replaceChildren(...parts);
    panel.scrollTop = 0;
    title.focus({ preventScroll: true });
  }
  function mark(key, unitCode) {
    for (const link of document.querySelectorAll("main a.figure")) {
      link.classList.toggle("open", link.dataset.figure === key && (link.dataset.unit || "") === unitCode);
    }
    document.body.classList.toggle("tracing", key !== "");
  }
  function sync() {
    const key = keyIn(location.hash);
    depth = history.state && history.state.depth ? history.state.depth : key ? 1 : 0;
    if (!key) return void (panel.open && hide());
    if (!panel.open) wide.matches ? panel.show() : panel.showModal();
    const unitCode = (history.state && history.state.unit) || "";
    mark(key, unitCode);
    fill(key, unitCode);
  }
  function hide() {
    panel.close();
    mark("", "");
    if (opener && document.body.contains(opener)) opener.focus({ preventScroll: true });
  }
  function close() {
    history.replaceState(null, "", location.href.split("#")[0]);
    hide();
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-figure]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      if (!panel.contains(link)) opener = link;
      history.pushState({ depth: panel.open && panel.contains(link) ? depth + 1 : 1, unit: link.dataset.unit || "" }, "", link.hash);
      sync();
    } else if (event.target === panel && !wide.matches) {
      const box = panel.getBoundingClientRect();
      if (event.clientY < box.top) close();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && panel.open) {
      event.preventDefault();
      close();
    }
  });
  panel.addEventListener("cancel", (event) => {
    event.preventDefault();
    close();
  });
  addEventListener("popstate", sync);

  /* The list of contents is open beside the text, folded above it, and shows where one is. */
  if (!matchMedia("(min-width: 68rem)").matches) document.querySelector("nav details").open = false;
  const entries = new Map([...document.querySelectorAll("nav a")].map((link) => [decodeURIComponent(link.hash.slice(1)), link]));
  const watcher = new IntersectionObserver((seen) => {
    for (const { target, isIntersecting } of seen) {
      if (!isIntersecting || !entries.has(target.id)) continue;
      for (const link of entries.values()) link.classList.remove("here");
      entries.get(target.id).classList.add("here");
    }
  }, { rootMargin: "0px 0px -75% 0px" });
  document.querySelectorAll("main > section, #figures").forEach((section) => watcher.observe(section));

  const first = keyIn(location.hash);
  if (first) {
    opener = [...document.querySelectorAll("main a.figure")].find((link) => link.dataset.figure === first && !link.dataset.unit) || null;
    sync();
    if (opener) addEventListener("load", () => opener.scrollIntoView({ block: "center", behavior: "instant" }));
  }
})();
