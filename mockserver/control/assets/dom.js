// Elements, messages and questions. Whatever is shown becomes text, never markup.

export const find = (id) => document.getElementById(id);
export const pretty = (value) => (typeof value === "string" ? value : JSON.stringify(value, null, 2));

/** Make an element; attributes whose name begins with "on" are listeners, a false one is left out. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

let silence;
export function say(text, isBad = false) {
  find("said").textContent = text;
  find("said").className = isBad ? "bad" : "good";
  clearTimeout(silence);
  // An error stays until something else happens.
  if (text && !isBad) silence = setTimeout(() => say(""), 6000);
}

/** Make a button that does its work, then shows what was done, or what went wrong. */
export function button(text, work, { done = "", ...attributes } = {}) {
  const click = async () => {
    try {
      const said = await work();
      if (said !== false) say(typeof said === "string" ? said : done);
    } catch (error) {
      say(error.message, true);
    }
  };
  return make("button", { type: "button", onclick: click, ...attributes }, text);
}

/** Ask before something is lost; resolves to whether to go on. */
export function confirmLoss(question, action) {
  const dialog = find("confirm");
  find("question").textContent = question;
  dialog.querySelector(".danger").textContent = action;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

export function label(text, input) {
  return make("label", {}, text, " ", input);
}

export function options(select, pairs, chosen) {
  select.replaceChildren(...pairs.map(([value, text]) => new Option(text, value, false, value === chosen)));
  return select;
}

/** Count things as a sentence has them: 1 call, 2 calls. */
export const count = (number, thing) => `${number} ${thing}${number === 1 ? "" : "s"}`;

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Only pages of a secure origin may use the clipboard, and http://192.168.0.7 is none.
    const area = make("textarea", { "aria-label": "To copy" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  return "Copied.";
}

export const copyButton = (text, name) => button("Copy", () => copy(text), { "aria-label": `Copy ${name}` });

/** Call *work* soon, however often it was asked for, and at most once in *pause* milliseconds. */
export function debounce(work, pause) {
  let timer = null;
  let last = 0;
  return () => {
    if (timer !== null) return;
    timer = setTimeout(() => {
      timer = null;
      last = Date.now();
      work();
    }, Math.max(50, last + pause - Date.now()));
  };
}
