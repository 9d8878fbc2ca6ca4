// Writes InternationalFormats.tsv from the metadata of libphonenumber (© Google, Apache License 2.0) and, for the tests, what that
// library makes of an example number of every region and kind:
//   npm install --no-save google-libphonenumber && node generate.mjs
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";

const load = createRequire(process.cwd() + "/");
const google = load("google-libphonenumber");
const source = readFileSync(load.resolve("google-libphonenumber"), "utf8");

// The library holds its metadata as literals: its protocol buffers as arrays by field number, sparse where a field is not set.
function literal(start) {
  const begin = source.indexOf(start);
  let depth = 0, end = begin, quoted = false;
  do {
    const character = source[end++];
    if (character === "\\") end++;
    else if (character === '"') quoted = !quoted;
    else if (!quoted) depth += character === "{" ? 1 : character === "}" ? -1 : 0;
  } while (depth > 0);
  return Function(`return ${source.slice(begin, end)}`)();
}
const metadata = literal("{AC:[");
const regionsOfCode = literal('{1:"US ');
const field = { description: 1, formats: 19, internationalFormats: 20 };
const part = { pattern: 1, format: 2, leading: 3 };

const lines = Object.entries(regionsOfCode).flatMap(([code, [main]]) => {
  const region = metadata[main === "001" ? code : main];
  const formats = region[field.internationalFormats]?.length ? region[field.internationalFormats] : region[field.formats] ?? [];
  return [
    ...formats.map(format => [code, format[part.leading]?.at(-1) ?? "", format[part.pattern], format[part.format].replace(/[^$\d+]+/g, " ").trim()]),
    // What is a number of the country, but in none of its groupings, stays together.
    [code, "", `(${region[field.description][2]})`, "$1"],
  ];
});
writeFileSync(new URL("InternationalFormats.tsv", import.meta.url),
  "# calling code, first digits (regular expression), national number (regular expression), groups\n"
  + "# Made by generate.mjs from the metadata of libphonenumber, © Google, Apache License 2.0.\n"
  + lines.map(line => line.join("\t")).join("\n") + "\n");

const util = google.PhoneNumberUtil.getInstance();
const kinds = Object.values(google.PhoneNumberType).filter(kind => kind >= 0);
const examples = [
  ...util.getSupportedRegions().flatMap(region => kinds.map(kind => util.getExampleNumberForType(region, kind))),
  ...Object.keys(regionsOfCode).filter(code => regionsOfCode[code][0] === "001").map(code => util.getExampleNumberForNonGeoEntity(Number(code))),
].filter(Boolean).map(number => [google.PhoneNumberFormat.E164, google.PhoneNumberFormat.INTERNATIONAL].map(format => util.format(number, format)).join("\t"));
writeFileSync(new URL("../../../tests/ContactCenter.CrmConnector.Tests/Phones/examples.tsv", import.meta.url), [...new Set(examples)].join("\n") + "\n");
