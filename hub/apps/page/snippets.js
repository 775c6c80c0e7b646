// One request as curl, Python and JavaScript; each can be pasted, with the token in the environment.

export const LANGUAGES = {
  curl: (url) => `curl -s -H "Authorization: Bearer $TOKEN" ${quote(url)}`,
  Python: (url) => [
    "import json, os, urllib.request", "",
    `request = urllib.request.Request(${JSON.stringify(url)},`,
    '    headers={"Authorization": f"Bearer {os.environ[\'TOKEN\']}"})',
    "with urllib.request.urlopen(request) as answer:",
    "    print(json.dumps(json.load(answer), indent=2))",
  ].join("\n"),
  JavaScript: (url) => [
    `const answer = await fetch(${JSON.stringify(url)}, {`,
    "  headers: { Authorization: `Bearer ${process.env.TOKEN}` },",
    "});",
    "console.log(answer.status, await answer.json());",
  ].join("\n"),
};

function quote(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
