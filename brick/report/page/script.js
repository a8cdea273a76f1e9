// The script of the report page. It asks no place for anything and keeps
// nothing. Everything that it shows comes from the page's data elements and
// goes into the page as text, never as markup.
"use strict";
(() => {
  const byID = (id) => document.getElementById(id);
  const read = (id) => JSON.parse(byID(id).textContent);

  // The facts of the run, and the words that rows name by number.
  const facts = read("facts");
  const words = read("words");

  // A row of people: what, tone, login, what was not done, scope, reason, hint,
  // small print, index of its change or -1.
  const [WHAT, TONE, LOGIN_OF, NOT, SCOPE_OF, TEXT, HINT, SMALL, CHANGE] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  // A row of scopes: level, id, rows of the file, planned changes, counts,
  // changes that were not tried, note, changes that were perhaps done, members
  // who will be deleted later, and until when they stay.
  const [LEVEL, ID, ROWS, CHANGES, COUNTS, UNTRIED, NOTE, UNKNOWN, WAITING, UNTIL] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  // A row of changes: login, action, fate, why; then three for each difference:
  // aspect, before, after.
  const [LOGIN, ACTION, FATE, WHY, DIFFERENCES] = [0, 1, 2, 3, 4];
  // The fates, as in package plan.
  const [PENDING, DONE, FAILED, HELD] = [0, 1, 2, 3];
  // The counts of a scope, in their order, and their words.
  const actions = ["add", "update", "enable", "disable", "remove"];
  const counted = (facts.applied
    ? ["added", "updated", "enabled", "disabled", "removed"]
    : ["to add", "to update", "to enable", "to disable", "to remove"]
  ).concat(["kept", "spared", "held", "failed", "absent"]);
  const signs = ["", "+", "~", "↑", "↓", "−"];

  const SAME = -1; // a value that repeats the login
  const text = (value, login) => (typeof value === "string" ? value : value === SAME ? login : words[value]);
  const number = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
  const many = (n, noun) => number(n) + " " + noun + (n === 1 ? "" : "s");

  // rows returns a function that finds a row of a kind. Rows lie in elements of
  // facts.chunk rows each, which are read only when one of their rows is wanted.
  // Its own function has says whether the k-th element may hold a row with a
  // text, without reading it: the text is looked for as JSON has it.
  function rows(kind) {
    const elements = Array.from(document.querySelectorAll("script." + kind));
    const read = [];
    const lower = [];
    const row = (i) => {
      const k = Math.floor(i / facts.chunk);
      if (read[k] === undefined) read[k] = JSON.parse(elements[k].textContent);
      return read[k][i % facts.chunk];
    };
    row.has = (k, json) => {
      if (lower[k] === undefined) lower[k] = elements[k].textContent.toLowerCase();
      return lower[k].includes(json);
    };
    return row;
  }
  const person = rows("people");
  const change = rows("changes");
  const scopes = allScopes();

  // allScopes reads the scopes and notes where the changes of each begin.
  function allScopes() {
    const row = rows("scopes");
    const all = [];
    let first = 0;
    for (let i = 0; i < facts.scopes; i++) {
      const s = row(i);
      const n = Math.max(0, Math.min(s[CHANGES], facts.changes - first));
      all.push({ row: s, first, n, place: i });
      first += n;
    }
    return all;
  }

  // scopeOf finds the scope of a change by halves.
  function scopeOf(i) {
    let low = 0;
    let high = scopes.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (scopes[middle].first <= i) low = middle;
      else high = middle - 1;
    }
    return scopes[low];
  }
  const nameOf = (s) => (s.row[LEVEL] === 0 ? "organization " : "project ") + s.row[ID];

  // problemOf finds the row of people that belongs to a change, by halves:
  // those of changes stand after those of none, in order.
  function problemOf(i) {
    let low = 0;
    let high = facts.people - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const at = person(middle)[CHANGE];
      if (at === i) return person(middle);
      if (at < i) low = middle + 1;
      else high = middle - 1;
    }
    return null;
  }

  // el makes an element; children are elements or texts.
  function el(tag, name, ...children) {
    const e = document.createElement(tag);
    if (name) e.className = name;
    e.append(...children.filter((c) => c !== null && c !== ""));
    return e;
  }
  // apart shows a text that somebody else wrote, so that its direction does not
  // touch what stands beside it.
  const apart = (value, name) => el("bdi", name || "", value);

  // ---- one change, one person -------------------------------------------

  function changeItem(i, withScope) {
    const c = change(i);
    const login = c[LOGIN];
    const said = facts.said[c[ACTION] - 1][c[FATE]];
    const sign = el("span", "sign", signs[c[ACTION]]);
    sign.setAttribute("aria-hidden", "true");
    const who = el("p", "who", sign, apart(login, "login"), " ", el("span", "said", said));
    if (withScope) who.append(" ", inScope(nameOf(scopeOf(i))));
    const item = el("li", "change " + actions[c[ACTION] - 1] + (c[FATE] === FAILED ? " failed" : c[FATE] === HELD ? " held" : ""), who);
    const problem = c[FATE] === FAILED || c[FATE] === HELD ? problemOf(i) : null;
    if (problem) item.append(...reasons(problem));
    if (c[WHY] !== 0) item.append(el("p", "dim", apart(text(c[WHY], login))));
    if (c.length > DIFFERENCES) item.append(differences(c));
    return item;
  }

  function inScope(name) {
    return el("span", "scope", "in ", apart(name));
  }

  // differences shows what was and what becomes of it.
  function differences(c) {
    const list = el("dl", "differences");
    for (let k = DIFFERENCES; k < c.length; k += 3) {
      const before = text(c[k + 1], c[LOGIN]);
      const after = text(c[k + 2], c[LOGIN]);
      const value = el("dd", "");
      if (before !== "") value.append(el("del", "", apart(before)));
      else if (c[ACTION] !== 1) value.append(el("span", "nothing", "none"));
      if (value.childNodes.length > 0) value.append(arrow());
      value.append(after !== "" ? el("ins", "", apart(after)) : el("span", "nothing", "none"));
      list.append(el("div", "", el("dt", "", facts.aspects[c[k]]), value));
    }
    return list;
  }

  function arrow() {
    const sign = el("span", "arrow", " → ");
    sign.setAttribute("aria-label", "becomes");
    sign.setAttribute("role", "img");
    return sign;
  }

  function reasons(p) {
    const parts = [el("p", "", apart(text(p[TEXT])))];
    if (p[HINT] !== 0) parts.push(el("p", "hint", el("b", "", "Hint:"), " ", apart(text(p[HINT]))));
    if (p[SMALL] !== "") parts.push(el("p", "dim", apart(p[SMALL])));
    return parts;
  }

  function personItem(p) {
    const who = el("p", "who", el("span", "badge " + text(p[TONE]), text(p[WHAT])));
    if (p[LOGIN_OF] !== "") who.append(" ", apart(p[LOGIN_OF], "login"));
    if (p[NOT] !== 0) who.append(" ", text(p[NOT]));
    if (p[SCOPE_OF] !== 0) who.append(" ", inScope(text(p[SCOPE_OF])));
    return el("li", "person", who, ...reasons(p));
  }

  // ---- long lists ---------------------------------------------------------

  // grow fills a list piece by piece: the first piece at once, each further one
  // when somebody asks for it. The button that asks stands below the list.
  function grow(list, below, total, step, make) {
    let shown = 0;
    const button = el("button", "more");
    button.type = "button";
    const piece = () => {
      const end = Math.min(total, shown + step);
      const first = list.childNodes.length;
      for (; shown < end; shown++) list.append(make(shown));
      button.textContent = "Show " + number(Math.min(step, total - shown)) + " more of " + number(total - shown);
      if (shown === total) button.remove();
      return list.childNodes[first];
    };
    piece();
    if (shown === total) return;
    below.append(button);
    button.addEventListener("click", () => {
      const next = piece();
      const target = next.querySelector("summary") || next;
      if (target === next) next.tabIndex = -1;
      target.focus();
    });
  }

  // ---- scopes, folded -----------------------------------------------------

  const troubles = (s) => (s.row[COUNTS][7] || 0) + (s.row[COUNTS][8] || 0) + s.row[UNTRIED] + s.row[UNKNOWN] + (s.row[NOTE] !== 0 ? 1 : 0);
  const orders = {
    plan: (a, b) => a.place - b.place,
    size: (a, b) => b.row[CHANGES] - a.row[CHANGES] || a.place - b.place,
    trouble: (a, b) => troubles(b) - troubles(a) || a.place - b.place,
  };
  const largest = scopes.reduce((most, s) => Math.max(most, s.row[CHANGES]), 1);
  const openAll = facts.all <= 50;

  function listScopes() {
    const idle = byID("idle").checked;
    const shown = scopes.filter((s) => idle || s.row[CHANGES] > 0 || s.row[WAITING] > 0 || troubles(s) > 0).sort(orders[byID("order").value]);
    const list = el("div", "");
    byID("scopes").replaceChildren(list);
    if (shown.length > 0) grow(list, byID("scopes"), shown.length, 100, (k) => scopeItem(shown[k]));
    const quiet = facts.allScopes - shown.length;
    byID("hits").textContent = many(shown.length, "scope") + (quiet > 0 ? ", " + number(quiet) + " more without changes" : "") + "." + partly();
  }

  // partly says that a page does not hold everything.
  const partly = () => (facts.whole ? "" : " This page lists " + number(facts.changes) + " of " + number(facts.all) + " changes; plan.ndjson has them all.");

  function scopeItem(s) {
    const summary = el("summary", "", el("h3", "", apart(nameOf(s))), el("span", "counts", apart(countsOf(s))), bars(s));
    const details = el("details", "fold", summary);
    let filled = false;
    const fill = () => {
      if (!filled) fillScope(details, s);
      filled = true;
    };
    details.addEventListener("toggle", () => details.open && fill());
    if (openAll || scopes.length === 1) {
      fill();
      details.open = true;
    }
    return details;
  }

  function countsOf(s) {
    const parts = s.row[COUNTS].map((n, k) => (n > 0 ? number(n) + "\u00a0" + counted[k].replace(" ", "\u00a0") : "")).filter((part) => part !== "");
    if (s.row[UNKNOWN] > 0) parts.push(number(s.row[UNKNOWN]) + "\u00a0perhaps\u00a0done");
    if (s.row[UNTRIED] > 0) parts.push(number(s.row[UNTRIED]) + "\u00a0not\u00a0tried");
    if (s.row[WAITING] > 0) parts.push(number(s.row[WAITING]) + "\u00a0waiting");
    if (s.row[NOTE] !== 0 && s.row[COUNTS].length === 0) parts.push("not planned");
    return parts.length > 0 ? parts.join(" · ") : "nobody";
  }

  // bars draws how large the changes of a scope are beside those of others, by
  // their square root, so that small ones are seen beside a large organization.
  function bars(s) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("viewBox", "0 0 1000 10");
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    const whole = actions.reduce((sum, _, k) => sum + (s.row[COUNTS][k] || 0), 0);
    const scale = (Math.sqrt(whole / largest) * 1000) / Math.max(1, whole);
    let x = 0;
    for (let k = 0; k < actions.length; k++) {
      const n = s.row[COUNTS][k] || 0;
      if (n === 0) continue;
      const bar = document.createElementNS(space, "rect");
      const width = n * scale;
      bar.setAttribute("class", actions[k]);
      bar.setAttribute("x", String(x));
      bar.setAttribute("width", String(width));
      bar.setAttribute("height", "10");
      svg.append(bar);
      x += width;
    }
    return svg;
  }

  function fillScope(details, s) {
    if (s.row[NOTE] !== 0) details.append(el("p", "note", apart(text(s.row[NOTE]))));
    if (s.row[UNTIL] !== 0) details.append(el("p", "dim", text(s.row[UNTIL]) + "."));
    if (s.n > 0) {
      const list = el("ul", "changes");
      details.append(list);
      grow(list, details, s.n, 200, (k) => changeItem(s.first + k, false));
    }
    const missing = s.row[CHANGES] - s.n;
    if (missing > 0) details.append(el("p", "dim", many(missing, "change") + " of this scope did not fit this page; plan.ndjson has them."));
    if (s.row[CHANGES] === 0 && s.row[NOTE] === 0) details.append(el("p", "dim", many(s.row[ROWS], "row") + " of the file, no change."));
  }

  // ---- search -------------------------------------------------------------

  // What is searched: for each person without a change and for each change a
  // text in lower case. It is made when a search gets there, and kept.
  const total = facts.people + facts.changes;
  const index = new Array(total);

  function searched(k) {
    if (index[k] !== undefined) return index[k];
    index[k] = (k < facts.people ? personText(person(k)) : changeText(k - facts.people)).toLowerCase();
    return index[k];
  }

  function personText(p) {
    return [p[LOGIN_OF], text(p[WHAT]), text(p[SCOPE_OF]), text(p[TEXT]), p[SMALL]].join("\n");
  }

  // Most elements hold nobody of whom a search asks, and need not be read. An
  // element may hold somebody when the part that is searched for stands in its
  // rows, in a word that any row may name by number, in the name of one of its
  // scopes, or in the reason why one of its changes was not done.
  const elementOf = (i) => Math.floor(i / facts.chunk);
  const asJSON = (part) => JSON.stringify(part).slice(1, -1).replace(/[<>&]/g, (c) => "\\u00" + c.charCodeAt(0).toString(16));
  let shared = null; // the words that any row may name, in lower case

  // mayHold returns what tells of the first row of an element whether any of
  // its rows may have a part.
  function mayHold(part) {
    shared = shared || words.concat(...facts.said).map((word) => word.toLowerCase());
    if (shared.some((word) => word.includes(part))) return () => true;
    const json = asJSON(part);
    const marked = new Set();
    for (const s of scopes) {
      s.lower = s.lower || nameOf(s).toLowerCase();
      if (s.n === 0 || !s.lower.includes(part)) continue;
      for (let k = elementOf(s.first); k <= elementOf(s.first + s.n - 1); k++) marked.add(k);
    }
    for (let i = 0; i < facts.people; i++) {
      if (i % facts.chunk === 0 && !person.has(elementOf(i), json)) i += facts.chunk - 1;
      else if (person(i)[CHANGE] >= 0) marked.add(elementOf(person(i)[CHANGE]));
    }
    return (k) => (k < facts.people ? person.has(elementOf(k), json) : marked.has(elementOf(k - facts.people)) || change.has(elementOf(k - facts.people), json));
  }

  function changeText(i) {
    const c = change(i);
    let all = c[LOGIN] + "\n" + facts.said[c[ACTION] - 1][c[FATE]] + "\n" + nameOf(scopeOf(i)) + "\n" + text(c[WHY], "");
    for (let k = DIFFERENCES; k < c.length; k += 3) all += "\n" + text(c[k + 1], "") + "\n" + text(c[k + 2], "");
    const problem = c[FATE] === FAILED || c[FATE] === HELD ? problemOf(i) : null;
    return problem ? all + "\n" + personText(problem) : all;
  }

  // wanted reports whether the k-th is of the kind that is asked for. People
  // whose change is listed are told with it.
  function wanted(k, kind) {
    if (k < facts.people) {
      const p = person(k);
      return (p[CHANGE] < 0 || p[CHANGE] >= facts.changes) && (!kind || kind.what === text(p[WHAT]));
    }
    const c = change(k - facts.people);
    return !kind || kind.action === c[ACTION] || (kind.fate !== undefined && kind.fate === c[FATE]);
  }

  let turn = 0; // counts searches, so that an older one ends

  // breath lets the browser do what has come meanwhile, such as a further key.
  const breath = () => (window.scheduler && window.scheduler.yield ? window.scheduler.yield() : new Promise((go) => setTimeout(go)));

  async function search() {
    const mine = ++turn;
    const query = byID("query").value.trim().toLowerCase();
    const kind = facts.kinds[byID("kind").value];
    byID("found").hidden = query === "" && !kind;
    byID("scopes").hidden = !byID("found").hidden;
    if (byID("found").hidden) return listScopes();
    const parts = query.split(/\s+/).filter((part) => part !== "");
    const likely = parts.map(mayHold);
    const exact = [];
    const others = [];
    let until = performance.now() + 20;
    const overtaken = async () => {
      await breath();
      until = performance.now() + 20;
      return mine !== turn;
    };
    for (let k = 0; k < total; ) {
      if (performance.now() > until && (await overtaken())) return;
      const end = Math.min(k < facts.people ? facts.people : total, k + facts.chunk);
      if (!likely.every((may) => may(k))) k = end;
      for (; k < end; k++) {
        if (k % 64 === 0 && performance.now() > until && (await overtaken())) return;
        if (!wanted(k, kind)) continue;
        const line = parts.length > 0 ? searched(k) : "";
        if (!parts.every((part) => line.includes(part))) continue;
        (query !== "" && line.startsWith(query + "\n") ? exact : others).push(k);
      }
    }
    found(exact.concat(others), query);
  }

  // found shows the hits, whose login is what was asked for first.
  function found(hits, query) {
    const list = el("ul", "changes");
    byID("found").replaceChildren(list);
    grow(list, byID("found"), hits.length, 100, (k) => (hits[k] < facts.people ? personItem(person(hits[k])) : changeItem(hits[k] - facts.people, true)));
    const what = query === "" ? "" : " for “" + query + "”";
    byID("hits").textContent = (hits.length === 0 ? "No match" : hits.length === 1 ? "1 match" : number(hits.length) + " matches") + what + "." + partly();
  }

  // ---- theme, filters, start ----------------------------------------------

  function theme() {
    const system = window.matchMedia("(prefers-color-scheme: dark)");
    const button = byID("theme");
    const root = document.documentElement;
    const dark = () => (root.dataset.theme || (system.matches ? "dark" : "light")) === "dark";
    const label = () => (button.textContent = dark() ? "Light theme" : "Dark theme");
    button.addEventListener("click", () => {
      root.dataset.theme = dark() ? "light" : "dark";
      label();
    });
    system.addEventListener("change", label);
    button.hidden = false;
    label();
  }

  function morePeople() {
    const shown = facts.static;
    const below = byID("morepeople");
    if (!below || facts.people <= shown) return;
    const rest = el("div", "");
    below.before(rest);
    const button = el("button", "more", "Show more");
    button.type = "button";
    rest.append(button);
    if (facts.people === facts.allPeople) below.remove();
    else below.textContent = "This page lists " + number(facts.people) + " of " + number(facts.allPeople) + "; report.json has them all.";
    button.addEventListener("click", () => {
      const list = el("ul", "cards");
      rest.replaceChildren(list);
      grow(list, rest, facts.people - shown, shown, (k) => personItem(person(shown + k)));
      list.firstChild.tabIndex = -1;
      list.firstChild.focus();
    });
  }

  facts.kinds.forEach((kind, k) => byID("kind").append(new Option(kind ? kind.name : "everything", String(k))));
  byID("search").addEventListener("submit", (event) => event.preventDefault());
  byID("query").addEventListener("input", search);
  byID("kind").addEventListener("change", search);
  byID("order").addEventListener("change", search);
  byID("idle").addEventListener("change", search);
  byID("explore").hidden = false;
  theme();
  morePeople();
  search();
})();
