// What a script knows of its page: who is logged in, what to say, the token a POST carries.

const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
const words = JSON.parse(document.getElementById("words")?.textContent ?? "{}");

export const account = () => meta("account");
export const worker = () => meta("sw");

/** The cookie's token is newer than that of a page kept since the morning. */
export const token = () => /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? meta("csrf");

/** A text of the page, its {places} filled. */
export function say(key, values = {}) {
  return (words[key] ?? "").replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
}

/** Say something at the foot of the page for four seconds. */
export function toast(text) {
  const place = document.getElementById("say");
  if (!place) return;
  place.textContent = text;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { place.textContent = ""; }, 4000);
}

/** A new UUID, also where the page is not https and randomUUID is missing. */
export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 15) | 64;
  b[8] = (b[8] & 63) | 128;
  const hex = [...b].map((x) => x.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** The clock of the site: the device's, corrected by how far it stood off at the last fresh page. */
export function now() {
  return Date.now() + Number(localStorage.getItem("clock-off") ?? 0);
}

const fresh = meta("now");
if (fresh && !document.documentElement.dataset.kept) {
  localStorage.setItem("clock-off", String(Date.parse(fresh) - Date.now()));
}
