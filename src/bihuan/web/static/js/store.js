// Two drawers on the device: entries that wait to be sent, and rosters for one day.

const open = new Promise((resolve, reject) => {
  const asked = indexedDB.open("bihuan", 1);
  asked.onupgradeneeded = () => {
    asked.result.createObjectStore("entries", { keyPath: "seq", autoIncrement: true }).createIndex("id", "id", { unique: true });
    asked.result.createObjectStore("rosters", { keyPath: "key" });
  };
  asked.onsuccess = () => resolve(asked.result);
  asked.onerror = () => reject(asked.error);
});
open.catch(() => {}); // whoever uses the store hears of it

/** Do one thing in a drawer; the answer comes when it is safely written. */
async function drawer(name, mode, deed) {
  const base = await open;
  return new Promise((resolve, reject) => {
    const deal = base.transaction(name, mode, { durability: "strict" });
    const asked = deed(deal.objectStore(name));
    deal.oncomplete = () => resolve(asked?.result);
    deal.onabort = () => reject(deal.error);
  });
}

export const add = (entry) => drawer("entries", "readwrite", (drawer_) => drawer_.add(entry));
export const change = (entry) => drawer("entries", "readwrite", (drawer_) => drawer_.put(entry));
export const remove = (seq) => drawer("entries", "readwrite", (drawer_) => drawer_.delete(seq));

/** Entries of one account, in the order they were made. */
export async function entries(account) {
  const all = await drawer("entries", "readonly", (drawer_) => drawer_.getAll());
  return all.filter((entry) => account && entry.account === account);
}

/** Keep a list for the rest of the day: a phone that is lost has nothing tomorrow. */
export function keepRoster(account, key, data) {
  const end = new Date();
  end.setHours(24, 0, 0, 0);
  return drawer("rosters", "readwrite", (drawer_) => drawer_.put({ key: `${account} ${key}`, data, at: Date.now(), until: end.getTime() }));
}

/** A list kept today by this account, with the moment it was fetched; null when there is none. */
export async function roster(account, key) {
  await forgetRosters((kept) => kept.until <= Date.now());
  const kept = await drawer("rosters", "readonly", (drawer_) => drawer_.get(`${account} ${key}`));
  return kept ? { data: kept.data, at: new Date(kept.at) } : null;
}

/** Throw lists away: all of them, or those a question picks. */
export function forgetRosters(which = () => true) {
  return drawer("rosters", "readwrite", (drawer_) => {
    const walk = drawer_.openCursor();
    walk.onsuccess = () => {
      const at = walk.result;
      if (!at) return;
      if (which(at.value)) at.delete();
      at.continue();
    };
  });
}
