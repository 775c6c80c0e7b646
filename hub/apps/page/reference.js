// The API reference: Swagger UI over the documents that this hub serves.

import { fill, h, one } from "./dom.js";

const { documents } = await (await fetch("openapi/index.json")).json();
const choice = one("#document");
fill(choice, documents.map((name) => h("option", { value: name }, name)));
choice.addEventListener("change", () => show(choice.value));
const asked = location.hash.slice(1);
if (documents.includes(asked)) choice.value = asked;
show(choice.value);

function show(name) {
  SwaggerUIBundle({ url: `openapi/${name}.json`, domNode: one("#reference"), deepLinking: false, validatorUrl: null, docExpansion: "list", defaultModelsExpandDepth: 0 });
}
