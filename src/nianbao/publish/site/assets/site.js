"use strict";
/* Search, side panel, sorting and filtering. Everything is put in as text, never as markup: names come from outside. */
(() => {
  const figures = window.nianbaoFigures || {};
  const root = document.body.dataset.root;
  const FOUND_AT_MOST = 12;

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

  /* What came after this release stands beside it: its own files never change. */
  const later = (window.nianbaoLater || {})[document.body.dataset.edition];
  if (later) {
    const notice = el("p", "notice later", later.text, link("查看", `${root}../${later.href}`));
    notice.setAttribute("role", "note");
    document.querySelector(".top").append(notice);
  }

  const pageOf = (key) => `${root}figures/${encodeURIComponent(key)}.html`;

  /* Search: by name, printed wording, exact value, definition and id; every word must occur. */
  const search = document.querySelector(".search");
  const find = document.getElementById("find");
  const found = document.getElementById("found");
  const entries = Object.entries(figures).map(([key, it]) => {
    const said = [it.zh, key, it.value, it.definition, ...it.printed.map(([text]) => text)].join(" ").toLowerCase();
    return { key, it, said, bare: said.replaceAll(",", "") };
  });
  function matches(words) {
    const hits = entries.filter(({ said, bare }) => words.every((word) => said.includes(word) || bare.includes(word)));
    const rank = ({ it }) => (words.every((word) => it.zh.includes(word)) ? 0 : 1);
    return hits.sort((a, b) => rank(a) - rank(b) || b.it.year - a.it.year || (a.it.zh < b.it.zh ? -1 : 1));
  }
  function seek() {
    const words = find.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    found.hidden = words.length === 0;
    if (found.hidden) return;
    const hits = matches(words);
    const shown = hits.slice(0, FOUND_AT_MOST).map(({ key, it }) => {
      const node = link("", pageOf(key));
      node.append(el("span", "", `${it.zh}（${it.year}年）`), el("span", "", it.printed.length ? it.printed[0][0] : it.value));
      return node;
    });
    const more = hits.length - shown.length;
    const rest = more > 0 ? el("p", "", `还有${more}个，请写得更具体，或看`, link("全部指标", `${root}indicators.html`)) : null;
    found.replaceChildren(...(shown.length ? shown : [el("p", "", "没有这样的数字。")]), ...(rest ? [rest] : []));
  }
  search.hidden = false;
  find.addEventListener("input", seek);
  search.addEventListener("keydown", (event) => {
    const links = [...found.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    if (event.key === "Escape" && !found.hidden) {
      event.stopPropagation();
      found.hidden = true;
      find.focus();
    } else if (event.key === "Enter" && at < 0 && links.length) {
      links[0].click();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && links.length) {
      event.preventDefault();
      const to = at + (event.key === "ArrowDown" ? 1 : -1);
      (to < 0 ? find : links[Math.min(to, links.length - 1)]).focus();
    }
  });
  document.addEventListener("click", (event) => { if (!search.contains(event.target)) found.hidden = true; });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.target.closest("input")) {
      event.preventDefault();
      find.focus();
    }
  });

  /* Sorting: the heads of a table become buttons; values are compared as numbers where both are. */
  function sorter(table) {
    const heads = [...table.tHead.rows[0].cells];
    const body = table.tBodies[0];
    const valueOf = (row, column) => row.cells[column].dataset.value ?? row.cells[column].textContent.trim();
    const compare = (a, b) => {
      const [x, y] = [Number(a.replaceAll(",", "")), Number(b.replaceAll(",", ""))];
      return Number.isNaN(x) || Number.isNaN(y) ? (a < b ? -1 : a > b ? 1 : 0) : x - y;
    };
    const isNothing = (text) => text === "" || text === "—";
    heads.forEach((head, column) => {
      if ("fixed" in head.dataset) return;
      const button = el("button", "", ...head.childNodes);
      button.type = "button";
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending" || (column > 0 && !head.hasAttribute("aria-sort") && head.className === "");
        heads.forEach((each) => each.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const rows = [...body.rows].sort((one, other) => {
          const [a, b] = [valueOf(one, column), valueOf(other, column)];
          if (isNothing(a) || isNothing(b)) return isNothing(a) - isNothing(b);
          return compare(a, b) * (down ? -1 : 1);
        });
        body.append(...rows);
      });
    });
  }
  document.querySelectorAll("table.sortable").forEach(sorter);

  /* Filtering while one types, and by what a line is. */
  function filter(id) {
    const box = document.querySelector(`[data-filter="${id}"]`);
    const boxes = [...document.querySelectorAll(`[data-only="${id}"]`)];
    const lines = [...document.getElementById(id).children];
    const count = document.querySelector(`[data-count="${id}"]`);
    const nothing = document.querySelector(".nothing");
    const apply = () => {
      const words = box.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
      const wanted = boxes.filter((each) => each.checked).map((each) => each.value);
      let shown = 0;
      for (const line of lines) {
        const is = (line.dataset.is || "").split(" ");
        line.hidden = !(words.every((word) => line.dataset.words.includes(word)) && wanted.every((each) => is.includes(each)));
        shown += line.hidden ? 0 : 1;
      }
      count.textContent = shown < lines.length ? `${shown}／${lines.length}` : "";
      nothing.hidden = shown > 0;
    };
    [box, ...boxes].forEach((each) => each.addEventListener("input", apply));
    box.closest(".filter").hidden = false;
    apply();
  }
  document.querySelectorAll("[data-filter]").forEach((box) => filter(box.dataset.filter));
  document.querySelectorAll("[data-open]").forEach((button) => {
    const all = [...document.querySelectorAll(`#${button.dataset.open} > details`)];
    button.hidden = all.length < 2;
    button.addEventListener("click", () => {
      const open = all.some((each) => !each.open);
      all.forEach((each) => { each.open = open; });
      button.textContent = open ? "全部收起" : "全部展开";
    });
  });
  addEventListener("beforeprint", () => document.querySelectorAll("details.unit").forEach((each) => { each.open = true; }));

  const panel = document.getElementById("trace");
  if (panel) sidePanel(panel);

  function sidePanel(panel) {
    const wide = matchMedia("(min-width: 40.01rem)");
    let opener = null;
    let depth = 0;

    function button(text, act) {
      const node = el("button", "", text);
      node.type = "button";
      node.addEventListener("click", act);
      return node;
    }
    function bar(kind, share) {
      const fill = el("i");
      fill.style.width = `${Math.min(Math.max(share, 0), 100)}%`;
      const node = el("div", kind, fill);
      node.setAttribute("aria-hidden", "true");
      return node;
    }
    function keyIn(hash) {
      const key = hash.startsWith("#trace-") ? decodeURIComponent(hash.slice(7)) : "";
      return Object.hasOwn(figures, key) ? key : "";
    }
    function operand([key, name, value, unit]) {
      if (!key) return el("li", "", el("span", "", name), el("span", "", `${value} ${unit}`));
      const node = link(name, pageOf(key));
      node.dataset.figure = key;
      return el("li", "", node, el("span", "", `${value} ${unit}`));
    }
    function coverage(it) {
      if (!it.expected) return [];
      const said = [el("h3", "", "填报情况"), el("p", "", `已报 ${it.reported} ／ 应报 ${it.expected}`), bar("gauge", (100 * it.reported) / it.expected)];
      if (it.missing.length) said.push(el("p", "", `未报：${it.missing.join("、")}（上年占 ${it.share}）`));
      return said;
    }
    function fill(key, unitCode) {
      const it = figures[key];
      const part = it.parts[unitCode];
      const clicked = opener && opener.dataset.figure === key && (opener.dataset.unit || "") === unitCode ? opener.textContent : "";
      const wording = clicked || (!part && it.printed.length ? it.printed[0][0] : part ? part[1] : it.value);
      const title = el("h2", "", wording);
      title.id = "trace-title";
      title.tabIndex = -1;
      const said = it.printed.find(([text, , , meaning]) => meaning && text === wording);
      const whole = link(it.cells ? `完整页面：各单位和${it.cells}个单元格 →` : "完整页面 →", part ? root + part[2] : pageOf(key));
      whole.className = "whole";
      const parts = [
        el("div", "bar", depth > 1 ? button("‹ 返回", () => history.back()) : el("span"), button("关闭 ×", close)),
        el("p", "about", [it.zh, `${it.year}年`, part ? part[0] : ""].filter(Boolean).join(" · ")), title,
        el("p", "exact", "准确数 ", el("b", "", part ? part[1] : it.value), ` ${it.unit}`),
        said ? el("p", "about", said[3]) : null,
        !part && it.last ? el("p", "about", `${it.year - 1}年 ${it.last}，比上年 ${it.change}`) : null,
        ...it.doubts.map((doubt) => el("p", "warn", `⚠ ${doubt}`)),
        whole,
        el("h3", "", "算法"), el("p", "", it.definition),
        it.operands.length ? el("ul", "operands", ...it.operands.map(operand)) : null,
        ...coverage(it),
      ];
      if (it.ranked.length > 1) {
        parts.push(el("h3", "", it.ranked_zh, el("small", "", it.unit)));
        parts.push(...it.ranked.map(([name, value, size]) => el("div", "row", el("span", "", name), bar("size", Number(size)), el("span", "value", value))));
      }
      if (it.printed.length > 1) {
        parts.push(el("h3", "", "印在"), el("ul", "", ...it.printed.map(([text, section, name]) => el("li", "", `${text}　`, link(name, "#s-" + encodeURIComponent(section))))));
      }
      panel.replaceChildren(...parts.filter(Boolean));
      panel.scrollTop = 0;
      title.focus({ preventScroll: true });
    }
    function mark(key, unitCode) {
      for (const each of document.querySelectorAll("main a.figure")) {
        each.classList.toggle("open", each.dataset.figure === key && (each.dataset.unit || "") === unitCode);
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
      const chosen = event.target.closest("a[data-figure]");
      if (chosen && Object.hasOwn(figures, chosen.dataset.figure) && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
        event.preventDefault();
        if (!panel.contains(chosen)) opener = chosen;
        const state = { depth: panel.open && panel.contains(chosen) ? depth + 1 : 1, unit: chosen.dataset.unit || "" };
        history.pushState(state, "", "#trace-" + encodeURIComponent(chosen.dataset.figure));
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
    if (!matchMedia("(min-width: 68rem)").matches) document.querySelector("nav.contents details").open = false;
    const places = new Map([...document.querySelectorAll("nav.contents a")].map((each) => [decodeURIComponent(each.hash.slice(1)), each]));
    const watcher = new IntersectionObserver((seen) => {
      for (const { target, isIntersecting } of seen) {
        if (!isIntersecting || !places.has(target.id)) continue;
        for (const each of places.values()) each.classList.remove("here");
        places.get(target.id).classList.add("here");
      }
    }, { rootMargin: "0px 0px -75% 0px" });
    document.querySelectorAll("main > section, #figures").forEach((section) => watcher.observe(section));

    const first = keyIn(location.hash);
    if (first) {
      opener = [...document.querySelectorAll("main a.figure")].find((each) => each.dataset.figure === first && !each.dataset.unit) || null;
      sync();
      if (opener) addEventListener("load", () => opener.scrollIntoView({ block: "center", behavior: "instant" }));
    }
  }
})();
