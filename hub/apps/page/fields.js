// Form fields from the parameters of an operation in an OpenAPI document, so that the page knows every filter that the hub has.

import { h } from "./dom.js";

/** What the page offers when the hub serves no document of the apps API. */
export const PLAIN = [
  { name: "free", schema: { type: "boolean" }, description: "Only what is AVAILABLE now." },
  { name: "min_kw", schema: { type: "number" }, description: "Least power." },
  { name: "standard", schema: { type: "string" }, description: "IEC_62196_T2, IEC_62196_T2_COMBO, CHADEMO …" },
];
const PLACE = new Set(["near", "radius_m", "bbox", "along", "buffer_m", "cursor", "format", "token"]);

/** The parameters of an operation beside where it looks. */
export function parametersOf(api, path, place = PLACE) {
  const operation = api?.paths?.[path];
  const listed = [...(operation?.parameters ?? []), ...(operation?.get?.parameters ?? [])].map((one) => resolve(api, one));
  return listed.filter((one) => (one.in === "query" || one.in === "path") && !place.has(one.name));
}

function resolve(api, value) {
  if (!value?.$ref) return value;
  return value.$ref.replace("#/", "").split("/").reduce((node, part) => node[part], api);
}

/** A labelled field; its element has `name` and, once filled in, a value. */
export function field(api, parameter) {
  let schema = resolve(api, parameter.schema) ?? {};
  schema = resolve(api, schema.anyOf?.find((one) => one.type !== "null") ?? schema);
  const items = schema.type === "array" ? resolve(api, schema.items) : schema;
  const attributes = { name: parameter.name, title: parameter.description ?? "", "data-in": parameter.in ?? "query" };
  let input;
  if (items.enum) input = h("select", attributes, h("option", { value: "" }, "any"), items.enum.map((value) => h("option", { value }, value)));
  else if (items.type === "boolean") input = h("input", { ...attributes, type: "checkbox", value: "true" });
  else input = h("input", { ...attributes, type: items.type === "number" || items.type === "integer" ? "number" : "text", step: "any" });
  return h("label", {}, parameter.name, input);
}

/** Names and values of the fields in `box` that say something. */
export function valuesOf(box) {
  return [...box.querySelectorAll("[name]")].filter((input) => (input.type === "checkbox" ? input.checked : input.value !== ""))
    .map((input) => [input.name, input.value, input.dataset.in]);
}
