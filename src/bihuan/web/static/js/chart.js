// Draws the charts of a page with ECharts (loaded beside this file): options are JSON in the page.
// Colours are tokens ("var(--green)"), so that dark pages and print come out right.

const drawn = new Map();
const styles = getComputedStyle(document.documentElement);

/** Put the tokens' present values in place of their names. */
function coloured(value) {
  if (typeof value === "string") return value.replace(/var\((--[\w-]+)\)/g, (_all, name) => styles.getPropertyValue(name).trim());
  if (Array.isArray(value)) return value.map(coloured);
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, coloured(inner)]));
  return value;
}

/** What every chart of ours has: the page's font, a legend at the top, no style that the policy forbids. */
function options(place) {
  const own = coloured(JSON.parse(document.getElementById(place.dataset.chart).textContent));
  return {
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    backgroundColor: "transparent",
    ...own,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: coloured("var(--ink)"), ...own.textStyle },
    ...(own.legend && { legend: { top: 0, ...own.legend } }),
    tooltip: { ...(own.tooltip ?? { show: false }), renderMode: "richText" },
  };
}

/** The look of the design's charts: few lines, direct labels, our colours first. */
function theme() {
  const axis = {
    axisLine: { lineStyle: { color: "var(--line-2)" } },
    axisTick: { show: false },
    axisLabel: { color: "var(--ink-2)" },
    nameTextStyle: { color: "var(--ink-2)" },
    splitLine: { lineStyle: { color: "var(--line)" } },
  };
  return coloured({
    color: ["var(--green)", "var(--ink)", "var(--stale)", "var(--info)", "var(--unknown)", "var(--fail)"],
    categoryAxis: axis, valueAxis: axis, timeAxis: axis, logAxis: axis,
    legend: { textStyle: { color: "var(--ink-2)" } },
  });
}

function draw(place) {
  const chart = globalThis.echarts.init(place, theme(), { renderer: "svg" });
  chart.setOption(options(place));
  new ResizeObserver(() => chart.resize()).observe(place);
  drawn.set(place, chart);
}

function drawAll(within) {
  for (const place of within.querySelectorAll("[data-chart]")) if (!drawn.has(place)) draw(place);
  for (const [place, chart] of drawn) if (!place.isConnected) { chart.dispose(); drawn.delete(place); }
}

/** Draw a chart anew after its JSON was changed. */
export const redraw = (place) => drawn.get(place)?.setOption(options(place));

function repaint() {
  for (const [place, chart] of drawn) {
    chart.dispose();
    draw(place);
  }
}

const PAPER = 660; // pixels between the margins of an A4 page

/** Make every chart as wide as the paper, at once: a page that is printed draws no further frame. */
function onPaper(width) {
  for (const chart of drawn.values()) {
    chart.resize({ width });
    chart.getZr().flush();
  }
}

addEventListener("beforeprint", () => onPaper(PAPER));
addEventListener("afterprint", () => onPaper("auto"));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
addEventListener("htmx:load", (event) => drawAll(event.target));
drawAll(document);
