// Fills the page with Swagger UI, and lists the operations beside it: Swagger UI itself searches tags alone.
const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];
// With more of them the page would be slow to open.
const MOST_UNFOLDED = 60;
const place = document.querySelector("#reference");
const state = document.querySelector("#state");
const contents = document.querySelector("#contents");
const settings = JSON.parse(place.dataset.settings);

const dark = matchMedia("(prefers-color-scheme: dark)");
const followScheme = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
followScheme();
dark.addEventListener("change", followScheme);


function listOperations(contract) {
  return Object.entries(contract.paths ?? {}).flatMap(([path, item]) =>
    Object.keys(item).filter((name) => METHODS.includes(name)).map((method) => ({ path, method, ...item[method] })));
}

function makeElement(name, text, className = "") {
  return Object.assign(document.createElement(name), { textContent: text, className });
}

function fillContents(operations) {
  const nav = contents.querySelector("nav");
  const rows = operations.map(({ path, method, operationId, summary }) => {
    const link = makeElement("a", "");
    // Without the page, a fragment would lead to the base address.
    link.href = `${location.pathname}${location.search}#${encodeURIComponent(operationId)}`;
    link.append(makeElement("b", method.toUpperCase(), method), " ", makeElement("span", summary || path));
    link.title = path;
    return [link, `${method} ${path} ${operationId} ${summary ?? ""}`.toLowerCase()];
  });
  nav.append(...rows.map(([link]) => link));
  const search = contents.querySelector("input");
  search.addEventListener("input", () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const [link, text] of rows) link.hidden = !words.every((word) => text.includes(word));
  });
}

function showOperation(ui, operations) {
  const wanted = decodeURIComponent(location.hash.slice(1));
  const operation = operations.find((one) => one.operationId === wanted);
  if (!operation) return;
  const [tag] = operation.tags;
  ui.layoutActions.show(["operations-tag", tag], true);
  ui.layoutActions.show(["operations", tag, wanted], true);
  // As Swagger UI names its elements.
  const id = CSS.escape(`operations-${tag}-${wanted}`.trim().replace(/\s/g, "_"));
  let left = 60;
  const scroll = () => {
    const element = document.getElementById(id);
    if (element) element.scrollIntoView({ block: "start" });
    else if (left-- > 0) requestAnimationFrame(scroll);
  };
  requestAnimationFrame(scroll);
}

// Swagger UI leaves some of its fields without a name, and lets what scrolls be reached by the mouse alone.
function nameFields() {
  for (const field of place.querySelectorAll("select:not([aria-label]), textarea:not([aria-label])")) {
    const parameter = field.closest("[data-param-name]")?.dataset.paramName;
    const kind = field.matches("#servers") ? "Server" : field.matches(".examples-select-element") ? "Example" : "Media type";
    field.setAttribute("aria-label", parameter ?? (field.localName === "textarea" ? "Body" : kind));
  }
  for (const block of place.querySelectorAll(":is(.curl, .microlight):not([tabindex])")) block.tabIndex = 0;
}
new MutationObserver(nameFields).observe(place, { childList: true, subtree: true });

async function fillPage() {
  const answer = await fetch(place.dataset.contract);
  if (!answer.ok) throw new Error(`the contract is answered ${answer.status}`);
  const contract = await answer.json();
  const operations = listOperations(contract);
  const isLong = operations.length > MOST_UNFOLDED;
  // Where the page unfolds none, they are chosen here.
  contents.open = isLong || matchMedia("(min-width: 60rem)").matches;
  fillContents(operations);
  const ui = SwaggerUIBundle({
    spec: contract,
    domNode: place,
    docExpansion: isLong ? "none" : "list",
    defaultModelsExpandDepth: isLong ? -1 : 0,
    tryItOutEnabled: true,
    displayRequestDuration: true,
    validatorUrl: null,
    onComplete() {
      for (const [name, value] of Object.entries(settings.authorizations)) ui.preauthorizeApiKey(name, value);
      state.hidden = true;
      showOperation(ui, operations);
    },
  });
  addEventListener("hashchange", () => showOperation(ui, operations));
}

fillPage().catch((error) => { state.textContent = `The reference cannot be shown: ${error.message}`; });
