// How many fields of a folder of cases other readers of issue bodies get right: node peers.mjs CASES
//
// A case is a folder with form.yml, body.md and expected.json ({"values": ..., "problems": ...}). Shapes are read with
// goodwill: nothing, an empty text and an empty list are the same, as are one value and a list of it, a joined list and
// the list, and boxes as any list or map of the ticked ones. A reader that throws has no field of that case.
import { parseIssue } from "@github/issue-parser";
import zentered from "@zentered/issue-forms-body-parser";
import * as stefanbuck from "github-issue-parser/index.js";
import fs from "node:fs";
import path from "node:path";

const NOTHING = new Set(["", "None", "_No response_", "```shell\n\n```"]);

function plain(value) {
  if (value === null || value === undefined || NOTHING.has(value)) return "";
  if (Array.isArray(value)) return value.map(plain).join(", ");
  if (typeof value !== "object") return String(value).trim();
  if ("selected" in value) return plain(value.selected);
  if ("url" in value) return `${value.name} ${value.url}`;
  if ("text" in value && "heading" in value) return plain(value.list?.some((item) => item.checked !== null) ? value.list.filter((item) => item.checked).map((item) => item.text) : value.text);
  return plain(Object.keys(value).filter((key) => value[key]));
}

async function withStefanbuck(body, form) {
  let found = {};
  const core = {
    getInput: (name) => (name === "template-path" ? form : ""),
    setOutput: (name, value) => { if (name === "jsonString") found = JSON.parse(value); },
    exportVariable: () => {}, error: () => {}, setFailed: () => {}, info: () => {},
  };
  await stefanbuck.run({}, body, { ...fs, writeFileSync: () => {} }, core);
  return found;
}

const READERS = {
  "@github/issue-parser": (body, form) => parseIssue(body, fs.readFileSync(form, "utf8")),
  "stefanbuck/github-issue-parser": withStefanbuck,
  "@zentered/issue-forms-body-parser": (body) => zentered(body),
};

const folder = process.argv[2];
const cases = fs.readdirSync(folder).filter((name) => fs.existsSync(path.join(folder, name, "expected.json"))).sort();
for (const [name, read] of Object.entries(READERS)) {
  let right = 0, all = 0, thrown = 0;
  for (const each of cases) {
    const form = path.join(folder, each, "form.yml");
    const body = fs.readFileSync(path.join(folder, each, "body.md"), "utf8");
    const wanted = JSON.parse(fs.readFileSync(path.join(folder, each, "expected.json"), "utf8")).values;
    const labels = Object.fromEntries([...fs.readFileSync(form, "utf8").matchAll(/id: (\S+)\n\s+attributes:\n\s+label: (.*)/g)].map((row) => [row[1], row[2].toLowerCase().replaceAll(" ", "-")]));
    let values = {};
    try { values = await read(body, form); } catch { thrown += 1; values = null; }
    for (const [key, value] of Object.entries(wanted)) {
      all += 1;
      if (values && plain(value) === plain(values[key] ?? values[labels[key]])) right += 1;
    }
  }
  console.log(`${name}: ${right} of ${all} fields, threw on ${thrown} of ${cases.length} bodies`);
}
