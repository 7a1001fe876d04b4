"use strict";
/* The explorer: an indicator by unit or level, period and year. Values are texts of exact decimals; only lengths in a
   drawing become numbers. Everything is put in as text, never as markup. What is chosen stands in the address. */
(() => {
  const { el, link, load, digits, minus, perCent } = window.nianbaoTools;
  const SVG = "http://www.w3.org/2000/svg";
  const INK = "#22282e", QUIET = "#59636e", LINE = "#8b949e", DARK = "#27567a", LIGHT = "#b9cfde", WHITE = "#ffffff";
  const ALL = "all", BARS_AT_MOST = 40;
  const byId = (id) => document.getElementById(id);
  const whole = document.body.dataset.whole;
  let index, chosen, part, shown;

  load(document.body.dataset.index, "index").then(start);

  function start(loaded) {
    index = loaded;
    const groups = new Map();
    for (const [id, zh, , publication] of index.indicators) {
      if (!groups.has(publication)) groups.set(publication, el("optgroup"));
      groups.get(publication).label = publication;
      groups.get(publication).append(option(id, zh));
    }
    byId("indicator").append(...groups.values());
    byId("whose").append(option(ALL, whole), ...index.levels.filter(([code]) => index.units.some((unit) => unit[2] === code)).map(([code, zh]) => option(`level:${code}`, `${zh}（逐个）`)));
    for (const [code, zh] of index.levels) {
      const group = el("optgroup", "", ...index.units.filter((unit) => unit[2] === code).map((unit) => option(unit[0], unit[1])));
      group.label = zh;
      if (group.children.length) byId("whose").append(group);
    }
    byId("year").append(...[...index.years].reverse().map((year) => option(String(year), yearName(year))));
    for (const id of ["indicator", "whose", "period", "year"]) byId(id).addEventListener("change", choose);
    byId("narrow").addEventListener("input", narrow);
    byId("csv").addEventListener("click", saveTable);
    byId("png").addEventListener("click", savePicture);
    byId("copy").addEventListener("click", copyLink);
    addEventListener("hashchange", read);
    let width = 0;
    addEventListener("resize", () => { if (part && width !== (width = innerWidth)) show(); });
    byId("choice").hidden = false;
    read();
  }
  function option(value, text) {
    const node = el("option", "", text);
    node.value = value;
    return node;
  }
  function narrow() {
    const words = byId("narrow").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    for (const each of byId("indicator").querySelectorAll("option")) each.hidden = !words.every((word) => `${each.textContent} ${each.value}`.toLowerCase().includes(word));
    const first = [...byId("indicator").options].find((each) => !each.hidden);
    if (first && byId("indicator").selectedOptions[0]?.hidden) {
      byId("indicator").value = first.value;
      choose();
    }
  }

  /* What is chosen, from the address and into it; what the address names and nobody knows is left as it was. */
  function read() {
    const said = new URLSearchParams(location.hash.slice(1));
    const has = (id, value) => [...byId(id).options].some((each) => each.value === value);
    const wanted = { indicator: said.get("i"), whose: said.get("u"), period: said.get("p"), year: said.get("y") };
    for (const [id, value] of Object.entries(wanted)) if (value && has(id, value)) byId(id).value = value;
    take();
  }
  function choose() {
    take();
    const said = new URLSearchParams({ i: chosen.indicator, u: chosen.whose, p: chosen.period, y: chosen.year });
    history.replaceState(null, "", `#${said}`);
  }
  function take() {
    chosen = Object.fromEntries(["indicator", "whose", "period", "year"].map((id) => [id, byId(id).value]));
    const row = index.indicators.find(([id]) => id === chosen.indicator);
    const asked = chosen.indicator;
    load(row[4], row[0]).then((loaded) => {
      if (asked !== chosen.indicator) return;
      part = loaded;
      show();
    });
  }

  /* Tables: a head, and rows of entries {text, value, href, hollow}. */
  const nameOf = (code) => (code === ALL ? whole : index.units.find((unit) => unit[0] === code)?.[1] || code);
  const yearName = (year) => index.labels[year] || `${year}年`;
  const isUnfinished = (year) => index.unfinished.includes(Number(year));
  const notesOn = (year) => [
    ...(isUnfinished(year) ? [`${year}年度尚未结束：只含截至发布时已报的报告期，不是全年数，不与他年比较。`] : []),
    ...(index.breaks[year] ? [`${year}年与上年不是同一范围：${index.breaks[year]}`] : []),
  ];
  const valueOf = (year, code) => {
    const told = part[year], over = !isUnfinished(year);
    if (!told) return undefined;
    if (code === ALL) return told.a === undefined ? undefined : { value: told.a, over, complete: told.n[0] >= told.n[1], coverage: told.n };
    if (told.u[code] !== undefined) return { value: told.u[code], over, complete: !told.i.includes(code) };
    const below = told.b[code];
    return below && { value: below[0], over, complete: below[1] >= below[2], coverage: below.slice(1), below: true };
  };
  function change(now, before, year, unit) {
    if (!now || !before) return "—";
    if (!now.over || !before.over) return "年度未结束，不比较";
    if (!now.complete || !before.complete) return "未报齐，不比较";
    const difference = minus(now.value, before.value);
    const sign = difference.startsWith("-") || difference === "0" ? "" : "+";
    if (unit === "%") return `${sign}${digits(difference)}个百分点`;
    const share = perCent(now.value, before.value);
    return `${sign}${digits(difference)}${share ? `（${share}）` : ""}`;
  }
  const number = (found) => (found ? { text: digits(found.value), value: found.value, partial: !found.complete } : { text: "—", value: "" });
  const covered = (found) => (found?.coverage && found.coverage[1] ? `${found.coverage[0]}／${found.coverage[1]}` : found ? (found.complete ? "报齐" : "未报齐") : "—");

  function show() {
    const [, zh, unit] = index.indicators.find(([id]) => id === chosen.indicator);
    const level = chosen.whose.startsWith("level:") ? chosen.whose.slice(6) : "";
    const byPeriod = chosen.period === "periods";
    byId("year").disabled = !level && !byPeriod;
    shown = { unit, zh, ...(level ? ofLevel(level, unit, byPeriod) : byPeriod ? ofPeriods(unit) : overYears(unit)) };
    byId("title").replaceChildren(shown.title, el("small", "", unit));
    byId("notes").replaceChildren(...shown.notes.map((note) => el("p", "note", note)));
    const head = el("tr", "", ...shown.head.map((text) => Object.assign(el("th", "", text), { scope: "col" })));
    const body = shown.rows.map((row) => el("tr", "", ...row.map((entry, place) => cell(entry, place))));
    byId("table").replaceChildren(el("caption", "unseen", shown.title), el("thead", "", head), el("tbody", "", ...body));
    byId("nothing").hidden = shown.rows.length > 0;
    const drawing = shown.draw ? shown.draw(Math.max(Math.min(byId("drawing").clientWidth || 640, 720), 280)) : null;
    byId("drawing").replaceChildren(...(drawing ? [drawing] : []));
    byId("png").hidden = !drawing;
    document.title = `${shown.title}　${document.body.dataset.title}`;
    byId("said").textContent = "";
    byId("shown").textContent = `${shown.title}：${shown.rows.length}行`;
  }
  function cell(entry, place) {
    const node = place ? el("td") : Object.assign(el("th"), { scope: "row" });
    node.append(entry.href ? link(entry.text, entry.href) : entry.text);
    if (entry.kind) node.className = entry.kind;
    if (entry.partial) node.append(Object.assign(el("span", "partial", "*"), { title: "未报齐" }));
    return node;
  }
  function source(year) {
    const told = part[year];
    return told ? { text: told.p ? "来源" : "报告", href: told.p || `${told.r}/index.html` } : { text: "—" };
  }
  const partialNote = (rows) => (rows.some((row) => row.some((entry) => entry.partial)) ? ["* 还有应报单位没有报齐，不与他年比较。"] : []);

  function overYears(unit) {
    const years = index.years.map(String).filter((year) => valueOf(year, chosen.whose));
    const found = years.map((year) => ({ label: yearName(year), ...valueOf(year, chosen.whose) }));
    const rows = years.map((year, at) => [{ text: yearName(year) }, number(found[at]), { text: change(found[at], valueOf(String(year - 1), chosen.whose), year, unit), kind: "change" }, { text: covered(found[at]) }, source(year)]);
    const below = found.some((each) => each.below) ? ["本单位不报这个指标，数字是其下各单位之和。"] : [];
    return {
      title: `${nameOf(chosen.whose)}　${index.indicators.find(([id]) => id === chosen.indicator)[1]}　历年`,
      head: ["年份", "数值", "比上年", "报送", "出处"], rows, notes: [...partialNote(rows), ...below, ...years.flatMap(notesOn)],
      draw: found.length ? (width) => lines(width, [{ name: "", points: found }], new Set(years.filter((year) => notesOn(year).length).map(yearName))) : null,
    };
  }
  function ofLevel(level, unit, byPeriod) {
    const year = chosen.year, units = index.units.filter((each) => each[2] === level);
    const title = `${index.levels.find(([code]) => code === level)[1]}　${index.indicators.find(([id]) => id === chosen.indicator)[1]}　${yearName(year)}`;
    if (byPeriod) {
      const periods = Object.keys(part[year]?.q || {});
      const rows = units.filter(([code]) => periods.some((period) => part[year].q[period][code] !== undefined))
        .map(([code, name]) => [{ text: name }, ...periods.map((period) => number(wrap(part[year].q[period][code])))]);
      return { title, head: ["单位", ...periods.map(periodName)], rows, notes: rows.length ? [...notesOn(year), "选一个单位可看图。"] : [], draw: null };
    }
    const found = units.map(([code, name]) => ({ label: name, code, ...valueOf(year, code) })).filter((each) => each.value !== undefined)
      .sort((a, b) => Number(b.value) - Number(a.value));
    const rows = found.map((each) => {
      const before = valueOf(String(year - 1), each.code);
      return [{ text: each.label, href: `#${new URLSearchParams({ i: chosen.indicator, u: each.code, p: "year", y: year })}` }, number(each), number(before), { text: change(each, before, year, unit), kind: "change" }, { text: covered(each) }];
    });
    const notes = [...partialNote(rows), ...notesOn(year), ...(found.length > BARS_AT_MOST ? [`图中是最大的${BARS_AT_MOST}个，其余见表。`] : [])];
    return { title, head: ["单位", yearName(year), yearName(year - 1), "比上年", "报送"], rows, notes, draw: found.length ? (width) => bars(width, found.slice(0, BARS_AT_MOST)) : null };
  }
  const wrap = (value) => (value === undefined ? undefined : { value, complete: true });
  const periodName = (code) => ({ Q1: "一季度", Q2: "二季度", Q3: "三季度", Q4: "四季度", H1: "上半年", H2: "下半年" })[code.slice(4)] || (code[4] === "M" ? `${Number(code.slice(5))}月` : code);
  function ofPeriods(unit) {
    const year = chosen.year, before = String(year - 1);
    const periods = Object.keys(part[year]?.q || {}).filter((period) => part[year].q[period][chosen.whose] !== undefined);
    const earlier = (period) => String(period.slice(0, 4) - 1) + period.slice(4);
    const value = (of, period) => wrap(part[of]?.q[of === year ? period : earlier(period)]?.[chosen.whose]);
    const rows = periods.map((period) => [{ text: periodName(period) }, number(value(year, period)), number(value(before, period))]);
    const series = [before, year].map((of) => ({ name: yearName(of), points: periods.map((period) => ({ label: periodName(period), ...value(of, period) })).filter((each) => each.value !== undefined) }));
    return {
      title: `${nameOf(chosen.whose)}　${index.indicators.find(([id]) => id === chosen.indicator)[1]}　${yearName(year)}各期`,
      head: ["报告期", yearName(year), yearName(before)], rows, notes: rows.length ? [...notesOn(year), "各期是已报单位之和；是否报齐见“全年”。"] : ["这个指标不按期相加，只有全年数。"],
      draw: rows.length ? (width) => lines(width, series.filter((each) => each.points.length), new Set()) : null,
    };
  }

  /* Drawings: the look of the charts in the reports. */
  function node(name, given, text) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(given)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    return made;
  }
  function canvas(width, height, words) {
    const made = node("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": words, "font-family": "Noto Sans CJK SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, sans-serif", "font-size": 13 });
    return made;
  }
  const wordsOf = (points) => points.map((each) => `${each.label} ${digits(each.value)}`).join("，");
  function lines(width, series, breaks) {
    const labels = [...new Set(series.flatMap((each) => each.points.map((point) => point.label)))].sort((a, b) => series.at(-1).points.findIndex((p) => p.label === a) - series.at(-1).points.findIndex((p) => p.label === b));
    const height = 260, left = 60, right = width - 70, top = series.length > 1 ? 58 : 40, bottom = height - 36;
    const numbers = series.flatMap((each) => each.points.map((point) => Number(point.value)));
    const low = Math.min(0, ...numbers), high = Math.max(...numbers) || 1;
    const x = (label) => (labels.length > 1 ? left + (labels.indexOf(label) * (right - left)) / (labels.length - 1) : (left + right) / 2);
    const y = (value) => bottom - ((Number(value) - low) / (high - low)) * (bottom - top);
    const picture = canvas(width, height, series.map((each) => `${each.name} ${wordsOf(each.points)}`).join("；"));
    picture.append(node("line", { x1: left - 40, x2: right + 40, y1: y(0), y2: y(0), stroke: LINE }));
    for (const label of labels) {
      picture.append(node("text", { x: x(label), y: height - 12, "text-anchor": "middle", fill: INK }, label));
      if (breaks.has(label)) picture.append(node("line", { x1: x(label), x2: x(label), y1: top - 10, y2: bottom, stroke: QUIET, "stroke-dasharray": "3 4" }));
    }
    series.forEach((each, at) => {
      const color = at === series.length - 1 ? DARK : LIGHT;
      for (let n = 1; n < each.points.length; n += 1) {
        const [a, b] = [each.points[n - 1], each.points[n]];
        const apart = !a.complete || !b.complete || breaks.has(b.label);
        picture.append(node("line", { x1: x(a.label), y1: y(a.value), x2: x(b.label), y2: y(b.value), stroke: color, "stroke-width": 2.5, ...(apart ? { "stroke-dasharray": "5 5" } : {}) }));
      }
      for (const point of each.points) {
        picture.append(node("circle", { cx: x(point.label), cy: y(point.value), r: 4.5, stroke: color, "stroke-width": 2, fill: point.complete ? color : WHITE }));
        if (color === DARK) picture.append(node("text", { x: x(point.label), y: y(point.value) - 12, "text-anchor": "middle", fill: INK }, digits(point.value)));
      }
    });
    if (series.length > 1) legend(picture, series.map((each) => each.name), left - 40);
    return picture;
  }
  function legend(picture, names, left) {
    names.forEach((name, at) => {
      picture.append(node("rect", { x: left + at * 90, y: 4, width: 12, height: 12, fill: at === names.length - 1 ? DARK : LIGHT }));
      picture.append(node("text", { x: left + 18 + at * 90, y: 15, fill: INK }, name));
    });
  }
  function bars(width, found) {
    const row = 26, name = Math.min(Math.max(...found.map((each) => each.label.length)) * 13 + 10, width * 0.4), room = Math.max(...found.map((each) => digits(each.value).length)) * 8 + 12;
    const numbers = found.map((each) => Number(each.value));
    const low = Math.min(0, ...numbers), high = Math.max(0, ...numbers) || 1;
    const x = (value) => name + ((value - low) / (high - low)) * (width - name - room);
    const picture = canvas(width, row * found.length + 8, wordsOf(found));
    found.forEach((each, at) => {
      const y = at * row + 4, end = x(Number(each.value));
      picture.append(node("text", { x: name - 8, y: y + 15, "text-anchor": "end", fill: INK }, each.label));
      picture.append(node("rect", { x: Math.min(x(0), end), y: y + 3, width: Math.abs(end - x(0)), height: 16, fill: each.complete ? DARK : LIGHT }));
      picture.append(node("text", { x: Math.max(end, x(0)) + 6, y: y + 15, fill: INK }, digits(each.value) + (each.complete ? "" : "*")));
    });
    picture.append(node("line", { x1: x(0), x2: x(0), y1: 2, y2: row * found.length + 6, stroke: LINE }));
    return picture;
  }

  /* To take away: the table as it stands with exact values, the picture with its title, the address. */
  function save(blob, suffix) {
    const away = link("", URL.createObjectURL(blob));
    away.download = `${shown.title.replaceAll("　", "_")}.${suffix}`;
    away.click();
    setTimeout(() => URL.revokeObjectURL(away.href), 60000);
  }
  function saveTable() {
    const quoted = (text) => `"${(/^[=+@\t]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text).replaceAll('"', '""')}"`;
    const rows = [[...shown.head, "计量单位", "未报齐"], ...shown.rows.map((row) => [...row.map((entry) => entry.value ?? (entry.href && !entry.href.startsWith("#") ? entry.href : entry.text)), shown.unit, row.some((entry) => entry.partial) ? "是" : ""])];
    save(new Blob(["\ufeff", rows.map((row) => row.map(quoted).join(",")).join("\r\n"), "\r\n"], { type: "text/csv;charset=utf-8" }), "csv");
  }
  function savePicture() {
    const drawn = byId("drawing").firstElementChild.cloneNode(true);
    const [width, height, head, foot] = [Number(drawn.getAttribute("width")), Number(drawn.getAttribute("height")), 40, 30];
    const framed = node("svg", { xmlns: SVG, width, height: height + head + foot, "font-family": drawn.getAttribute("font-family"), "font-size": 13 });
    framed.append(node("rect", { width, height: height + head + foot, fill: WHITE }), node("text", { x: 8, y: 26, "font-size": 15, "font-weight": "bold", fill: INK }, `${shown.title}（${shown.unit}）`), node("text", { x: 8, y: height + head + 20, "font-size": 11, fill: QUIET }, document.body.dataset.title));
    drawn.setAttribute("y", head);
    framed.append(drawn);
    const image = new Image();
    image.addEventListener("load", () => {
      const paper = document.createElement("canvas");
      [paper.width, paper.height] = [width * 2, (height + head + foot) * 2];
      paper.getContext("2d").drawImage(image, 0, 0, paper.width, paper.height);
      paper.toBlob((blob) => save(blob, "png"));
    });
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(framed))}`;
  }
  function copyLink() {
    choose();
    const said = (text) => { byId("said").textContent = text; };
    if (!navigator.clipboard) return said("链接在地址栏里");
    navigator.clipboard.writeText(location.href).then(() => said("已复制链接"), () => said("链接在地址栏里"));
  }
})();
