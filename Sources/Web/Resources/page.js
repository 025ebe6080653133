// The page of a Nadi daemon: reads its API every second or two and shows what it says. Nothing is sent but GET.
"use strict";

const STATE_MILLIS = 1000;
const NUMBERS_MILLIS = 2000;
const SAMPLES = 60;
const WINDOWS_SHOWN = 30;
const TILES = 12;
const PREFERRED = [
  "revenue", "deals_won", "win_rate", "average_deal_size", "open_pipeline_value", "opportunities_created",
  "sales_cycle_median", "calls", "meetings_held", "new_customers", "cac", "enps",
];
const FUNNEL = ["outreach", "meetings_booked", "meetings_held", "opportunities_created", "deals_won"];
const GRAINS = ["month", "week", "day", "quarter", "year"];

const page = {
  catalogue: null, configuration: null, last: null, samples: {}, token: sessionStorage.getItem("nadi-token"),
};
const at = (id) => document.getElementById(id);

function make(name, className, text) {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

async function get(path) {
  const headers = page.token ? { Authorization: `Bearer ${page.token}` } : {};
  const answer = await fetch(path, { headers, cache: "no-store" });
  at("token").hidden = answer.status !== 401;
  if (!answer.ok) throw new Error(`${path} answers ${answer.status}`);
  return answer.json();
}

// Numbers and times for people

const plain = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const fine = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

function parts(update, value) {
  const number = Number(value);
  switch (update.unit) {
    case "ratio": return [`${fine.format(number * 100)}`, "%"];
    case "money": return [short.format(number), update.currency || ""];
    case "money_per_day": return [short.format(number), `${update.currency || ""}/day`];
    case "count": return [number < 100000 ? plain.format(number) : short.format(number), ""];
    case "number": case "score": return [fine.format(number), ""];
    default: return [fine.format(number), update.unit];
  }
}

const text = (update, value) => parts(update, value).filter(Boolean).join(" ");
const title = (name) => name.replaceAll("_", " ").replace(/^./, (letter) => letter.toUpperCase())
  .replace(/^(Cac|Enps)\b/, (word) => ({ Cac: "CAC", Enps: "eNPS" })[word]);

function time(iso) {
  if (!iso) return "–";
  const zone = page.catalogue ? page.catalogue.zone : "UTC";
  return new Intl.DateTimeFormat("en-GB", {
    timeZone: zone, day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit",
  }).format(new Date(iso));
}

function length(seconds) {
  if (seconds < 120) return `${fine.format(Math.max(0, seconds))} s`;
  if (seconds < 7200) return `${plain.format(seconds / 60)} min`;
  return seconds < 172800 ? `${plain.format(seconds / 3600)} h` : `${plain.format(seconds / 86400)} d`;
}

// Drawing

function spark(values, label) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "spark");
  svg.setAttribute("viewBox", "0 0 100 30");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  if (values.length < 2) return svg;
  const low = Math.min(...values, 0);
  const high = Math.max(...values);
  const spread = high - low || 1;
  const points = values.map((value, place) =>
    `${(place * 100 / (values.length - 1)).toFixed(2)},${(28 - (value - low) / spread * 26).toFixed(2)}`);
  for (const [kind, path] of [["area", `M0,30 L${points.join(" L")} L100,30 Z`], ["line", `M${points.join(" L")}`]]) {
    const shape = document.createElementNS(space, "path");
    shape.setAttribute("class", kind);
    shape.setAttribute("d", path);
    svg.append(shape);
  }
  return svg;
}

function track(share) {
  const outer = make("div", "track");
  const inner = make("span");
  inner.style.width = `${Math.max(0, Math.min(1, share || 0)) * 100}%`;
  outer.append(inner);
  return outer;
}

function options(select, names, wanted) {
  const chosen = names.includes(select.value) ? select.value : wanted;
  select.replaceChildren(...names.map((name) => {
    const option = make("option", "", title(name));
    option.value = name;
    return option;
  }));
  select.value = chosen;
}

// The daemon

function rate(state, member) {
  const last = page.last;
  if (!last) return 0;
  const seconds = (new Date(state.now) - new Date(last.now)) / 1000;
  const count = (value) => member === "read" ? value.books.read : value[member];
  return seconds > 0 ? Math.max(0, count(state) - count(last)) / seconds : 0;
}

function gauge(name, value, shown) {
  const samples = page.samples[name] = [...(page.samples[name] || []), value].slice(-SAMPLES);
  const item = make("li", "gauge");
  item.append(make("span", "name", name), make("span", "value", shown));
  item.append(spark(samples, `${name}, the last ${samples.length} seconds`));
  return item;
}

function showState(state) {
  const health = at("health");
  health.className = `pill ${state.isReady ? "good" : state.isAlive ? "" : "bad"}`;
  health.textContent = state.isReady ? "ready" : state.isAlive ? state.phase === "running" ? "not ready" : state.phase : "stalled";
  at("group").textContent = `group ${state.group}`;
  at("watermark").textContent = time(state.watermark);
  at("version").textContent = `Nadi ${state.version}, since ${time(state.startedAt)}`;
  at("view").textContent = `${plain.format(state.view.cells)} cells in view`;
  const behind = state.watermark ? (new Date(state.now) - new Date(state.watermark)) / 1000 : 0;
  const [read, made] = [rate(state, "read"), rate(state, "updates")];
  at("gauges").replaceChildren(
    gauge("Events / s", read, plain.format(read)),
    gauge("Updates / s", made, plain.format(made)),
    gauge("Lag, records", state.lag, plain.format(state.lag)),
    gauge("Watermark lag", behind, state.watermark ? length(behind) : "–"),
    gauge("Events read", state.books.read, short.format(state.books.read)),
    gauge("Commits", state.commits, plain.format(state.commits)),
    gauge("Live cells", state.cells, short.format(state.cells)),
    gauge("Dead letters", state.deadLetters, plain.format(state.deadLetters)));
  const failed = state.checks.filter((check) => !check.isPassed);
  at("checks").hidden = failed.length === 0;
  at("checks").replaceChildren(...failed.map((check) => make("li", "", `${check.name}: ${check.detail}`)));
  showBooks(state);
  page.last = state;
}

function showBooks(state) {
  const outcomes = ["counted", "duplicate", "late", "filtered", "rejected"];
  const books = state.books;
  at("books").replaceChildren(...outcomes.map((outcome, place) => {
    const piece = make("span", `p${place + 1}`);
    piece.style.width = `${books.read ? books[outcome] / books.read * 100 : 0}%`;
    return piece;
  }));
  at("books").setAttribute("aria-label", outcomes.map((outcome) => `${outcome} ${books[outcome]}`).join(", "));
  const key = outcomes.map((outcome, place) => {
    const item = make("li");
    item.append(make("i", `p${place + 1}`), `${outcome} ${plain.format(books[outcome])}`);
    return item;
  });
  key.push(make("li", books.isBalanced ? "up" : "down", books.isBalanced ? "balanced" : "NOT balanced"));
  at("books-key").replaceChildren(...key);
  const letters = Object.entries(state.deadLettersByReason).sort((a, b) => b[1] - a[1]);
  at("letters").replaceChildren(...letters.map(([reason, count]) => {
    const item = make("li");
    item.append(make("code", "", reason), track(count / letters[0][1]), make("span", "number", plain.format(count)));
    return item;
  }));
  if (!letters.length) at("letters").append(make("li", "quiet", "none"));
}

function showTasks(tasks) {
  at("parts").replaceChildren(...tasks.map((task) => {
    const row = make("tr");
    const name = make("th", "", `${task.topic} / ${task.partition}`);
    name.scope = "row";
    const state = task.isRestoring ? "restoring" : task.isAtEnd ? "at the end" : "reading";
    const number = (value) => make("td", "number", value === undefined ? "–" : plain.format(value));
    row.append(name, number(task.position), number(task.lag), number(task.books.read), number(task.books.rejected),
      make("td", "", time(task.streamTime)), make("td", "", time(task.watermark)), make("td", "", state));
    return row;
  }));
}

// The numbers

/** By metric the newest windows of one kind, in the currency that has most of them. */
function series(updates, grain) {
  const found = {};
  for (const update of updates) {
    if (update.value === null || update.window.grain !== grain) continue;
    const byCurrency = found[update.metric] = found[update.metric] || {};
    (byCurrency[update.currency || ""] = byCurrency[update.currency || ""] || []).push(update);
  }
  for (const [metric, byCurrency] of Object.entries(found)) {
    found[metric] = Object.values(byCurrency).sort((a, b) => b.length - a.length)[0].slice(0, WINDOWS_SHOWN);
  }
  return found;
}

function compared(update) {
  const line = make("span", "before");
  const isOpen = update.window.state === "open";
  const before = update.prior.sameElapsed ?? update.prior.value;
  if (before === null) return line;
  const base = Number(before);
  const isFair = update.prior.sameElapsed !== null || !isOpen;
  if (isFair && base) {
    const change = Number(update.value) / base - 1;
    const isBetter = update.direction === "none" ? null : (change >= 0) === (update.direction === "up");
    const mark = change >= 0 ? "▲" : "▼";
    line.append(make("span", isBetter === null || change === 0 ? "" : isBetter ? "up" : "down",
      `${mark} ${fine.format(Math.abs(change) * 100)} %`), ` from ${text(update, before)}`);
  } else {
    line.append(`before: ${text(update, before)}`);
  }
  return line;
}

function tile(update, history) {
  const item = make("li", "tile");
  item.dataset.metric = update.metric;
  item.title = update.definition;
  const [amount, unit] = parts(update, update.value);
  const value = make("span", "value", amount);
  if (unit) value.append(" ", make("span", "unit", unit));
  const label = `${title(update.metric)} in the last ${history.length} windows`;
  item.append(make("span", "name", title(update.metric)), value, compared(update), spark(history, label));
  const key = `tile ${update.metric}`;
  const now = `${update.window.label} ${update.value}`;
  if (page.samples[key] !== undefined && page.samples[key] !== now) item.classList.add("changed");
  page.samples[key] = now;
  return item;
}

/** What a tile draws: the days if there are more of them, and for what has no windows its values so far. */
function history(update, own, days) {
  if (update.window.start === null) {
    const key = `level ${update.metric}`;
    return page.samples[key] = [...(page.samples[key] || []), Number(update.value)].slice(-SAMPLES);
  }
  const longest = days && days.length > own.length ? days : own;
  return longest.map((one) => Number(one.value)).reverse();
}

async function showNumbers() {
  const grain = at("grain").value;
  const metrics = page.catalogue.metrics;
  const names = metrics.map((metric) => metric.name);
  const wanted = [...new Set([...PREFERRED, ...names])].filter((name) => names.includes(name)).slice(0, 24);
  const asked = [...new Set([...wanted, ...FUNNEL.filter((name) => names.includes(name))])];
  const grains = [...new Set([grain, "day", "all"])].filter((name) => page.catalogue.windows.some((one) => one.name === name));
  const query = `scope=company&window=${grains.join(",")}&metric=${asked.join(",")}&limit=5000`;
  const updates = (await get(`/api/v1/metrics?${query}`)).updates;
  const [own, days, levels] = [series(updates, grain), series(updates, "day"), series(updates, "all")];
  const isLevel = (name) => metrics.find((metric) => metric.name === name).windows.join() === "all";
  for (const name of wanted.filter((name) => isLevel(name) && levels[name])) own[name] = levels[name];
  const shown = wanted.filter((name) => own[name]).slice(0, TILES);
  at("tiles").replaceChildren(...shown.map((name) =>
    tile(own[name][0], history(own[name][0], own[name], days[name]))));
  at("tiles-empty").hidden = shown.length > 0;
  const newest = shown.map((name) => own[name][0].window).filter((window) => window.grain === grain)
    .sort((a, b) => (b.start || "").localeCompare(a.start || ""))[0];
  at("window-label").textContent = newest ? `${newest.label}, ${newest.state}` : "";
  showFunnel(own, newest);
}

function showFunnel(found, newest) {
  const steps = FUNNEL.map((name) => (found[name] || []).find((update) => newest && update.window.start === newest.start))
    .filter(Boolean);
  at("funnel-card").hidden = steps.length < 2;
  at("funnel-label").textContent = newest ? newest.label : "";
  at("funnel").replaceChildren(...steps.map((update, place) => {
    const item = make("li");
    const before = place > 0 ? Number(steps[place - 1].value) : 0;
    const share = before ? Number(update.value) / before : 1;
    const label = make("span", "", title(update.metric));
    if (before) label.append(make("span", "quiet", `  ${fine.format(share * 100)} % of the step before`));
    item.append(label, make("span", "amount", plain.format(Number(update.value))), track(share));
    return item;
  }));
}

async function showBoard() {
  const [metric, scope, grain] = [at("board-metric").value, at("board-scope").value, at("grain").value];
  const board = await get(`/api/v1/leaderboard?metric=${metric}&scope=${scope}&window=${grain}&limit=10`);
  const first = board.places[0];
  at("board-who").textContent = title(scope);
  at("board-caption").textContent = first
    ? `${title(metric)}, ${first.update.window.label}: the first ${board.places.length} of ${board.total}` : "No number yet.";
  const most = Math.max(...board.places.map((place) => Math.abs(Number(place.update.value))), 0);
  at("board").replaceChildren(...board.places.map((place) => {
    const row = make("tr");
    const bar = make("td", "wide");
    bar.append(track(Math.abs(Number(place.update.value)) / most));
    row.append(make("td", "", place.rank), make("td", "", place.update.scopeId), bar,
      make("td", "number", text(place.update, place.update.value)));
    return row;
  }));
}

// Running

function boardChoices() {
  const metrics = page.catalogue.metrics;
  const scopes = page.catalogue.scopes.filter((scope) => scope.dimensions.length > 0).map((scope) => scope.name);
  options(at("board-scope"), scopes, scopes.includes("rep") ? "rep" : scopes[0]);
  const scope = at("board-scope").value;
  const names = metrics.filter((metric) => metric.scopes.includes(scope) && metric.windows.includes(at("grain").value))
    .map((metric) => metric.name);
  options(at("board-metric"), names, names.includes("revenue") ? "revenue" : names[0]);
}

/** Another process, or another configuration of this one, may have another catalogue. */
const configurationOf = (state) => `${state.startedAt} ${state.reloads ? state.reloads.taken : 0}`;

async function begin() {
  // Before the catalogue, so that one that changes in between is fetched once more.
  page.configuration = configurationOf(await get("/api/v1/state"));
  page.catalogue = await get("/api/v1/catalogue");
  const grains = page.catalogue.windows.map((window) => window.name);
  options(at("grain"), grains, GRAINS.find((name) => grains.includes(name)) || grains[0]);
  boardChoices();
}

function failed(error) {
  at("health").className = "pill bad";
  at("health").textContent = at("token").hidden ? "no answer" : "token needed";
  at("health").title = error.message;
}

/** Calls again and again, with a pause between the end of one call and the next. */
async function repeat(millis, body) {
  for (;;) {
    try {
      if (!page.catalogue) await begin();
      if (!document.hidden) await body();
    } catch (error) {
      failed(error);
    }
    await new Promise((resolve) => setTimeout(resolve, millis));
  }
}

const numbers = async () => { await showNumbers(); if (at("board-metric").value) await showBoard(); };
at("grain").addEventListener("change", () => { boardChoices(); numbers().catch(failed); });
at("board-scope").addEventListener("change", () => { boardChoices(); showBoard().catch(failed); });
at("board-metric").addEventListener("change", () => showBoard().catch(failed));
at("token-use").addEventListener("click", () => {
  page.token = at("token-text").value.trim();
  sessionStorage.setItem("nadi-token", page.token);
  begin().then(numbers).catch(failed);
});
at("token-text").addEventListener("keydown", (event) => { if (event.key === "Enter") at("token-use").click(); });
repeat(STATE_MILLIS, async () => {
  const state = await get("/api/v1/state");
  if (configurationOf(state) !== page.configuration) await begin();
  showState(state);
  showTasks((await get("/api/v1/tasks")).tasks);
});
repeat(NUMBERS_MILLIS, numbers);
