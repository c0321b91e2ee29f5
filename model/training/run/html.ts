/** The few pieces of HTML that a report is made of. Text is escaped here; what `page` is given is HTML already. */

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
svg, img { max-width: 100%; height: auto; }
table { border-collapse: collapse; margin: 0 0 1rem; }
th, td { text-align: left; vertical-align: top; padding: 0.15rem 1rem 0.15rem 0; overflow-wrap: anywhere; }
th { font-weight: 600; }
@media (max-width: 40rem) { th, td { display: block; padding-right: 0; } td { margin-bottom: 0.5rem; } }
.sheets { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(18rem, 100%), 1fr)); gap: 1rem; }
figure { margin: 0; }
.sheets img { width: 100%; image-rendering: pixelated; }
`;

interface PageOptions {
  /** Seconds after which a browser reads the page again. */
  readonly refreshSeconds?: number;
}

export function page(title: string, body: readonly string[], { refreshSeconds }: PageOptions = {}): string {
  const refresh = refreshSeconds === undefined ? '' : `<meta http-equiv="refresh" content="${refreshSeconds}">\n`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${refresh}<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
${element('h1', title)}
${body.join('\n')}
</body>
</html>
`;
}

export function element(name: 'h1' | 'h2' | 'p', text: string): string {
  return `<${name}>${escapeHtml(text)}</${name}>`;
}

export function table(rows: readonly (readonly [string, string])[]): string {
  const lines = rows.map(
    ([name, value]) => `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  return `<table>\n${lines.join('\n')}\n</table>`;
}

export function list(items: readonly string[]): string {
  return `<ul>\n${items.map((item) => `<li>${escapeHtml(item)}</li>`).join('\n')}\n</ul>`;
}

/** A PNG with what it shows below it. */
export function figure(caption: string, png: Uint8Array): string {
  const text = escapeHtml(caption);
  return `<figure><img alt="${text}" src="${pictureUrl(png)}"><figcaption>${text}</figcaption></figure>`;
}

/** As many side by side as fit, one below the other on a phone. */
export function grid(figures: readonly string[]): string {
  return `<div class="sheets">${figures.join('\n')}</div>`;
}

/** A PNG, inside of the page. */
export function pictureUrl(png: Uint8Array): string {
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
}

function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
