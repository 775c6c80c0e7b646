// Form fields from the parameters of an operation in an OpenAPI document, so that the page knows every filter that the hub has.

import { h } from "./dom.js";

const ELSEWHERE = new Set(["near", "radius_m", "bbox", "along", "buffer_m", "cursor", "format"]);

/** The query parameters of a GET, beside where it looks. */
export function parametersOf(api, path) {
  return api.paths[path].get.parameters.map((one) => resolve(api, one)).filter((one) => one.in === "query" && !ELSEWHERE.has(one.name));
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
  const attributes = { name: parameter.name, title: parameter.description ?? "", required: parameter.required };
  let input;
  if (items.enum) input = h("select", attributes, h("option", { value: "" }, "any"), items.enum.map((value) => h("option", { value }, value)));
  else if (items.type === "boolean") input = h("input", { ...attributes, type: "checkbox", value: "true" });
  else input = h("input", { ...attributes, type: items.type === "number" || items.type === "integer" ? "number" : "text", step: "any", value: parameter.required ? parameter.example : null });
  return h("label", {}, parameter.name, input);
}

/** Names and values of the fields in `box` that say something. */
export function valuesOf(box) {
  return [...box.querySelectorAll("[name]")].filter((input) => (input.type === "checkbox" ? input.checked : input.value !== ""))
    .map((input) => [input.name, input.value]);
}
