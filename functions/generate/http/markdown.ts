import { escapeHtml } from './page-files.ts';

/**
 * Markdown to HTML, as far as model cards use it: headings, paragraphs, lists, tables, blocks of code; within a line code, strong words,
 * links and pictures. All text is escaped, and only pictures and links that `addressOf` knows become any.
 *
 * @param addressOf The address of a link or picture of the text; undefined for one that leads nowhere here.
 */
export function markdownToHtml(markdown: string, addressOf: (target: string) => string | undefined): string {
  // A block of code may have blank lines in it; any other block ends with one.
  const blocks = markdown.replaceAll('\r', '').match(/^```[\s\S]*?^```$|(?:^(?!```).+\n?)+/gm) ?? [];
  return blocks.map((block) => blockToHtml(block.trim(), addressOf)).join('\n');
}

type AddressOf = (target: string) => string | undefined;

function blockToHtml(block: string, addressOf: AddressOf): string {
  const line = (text: string) => lineToHtml(text, addressOf);
  const heading = /^(#{1,4}) (.*)$/.exec(block);
  // The page has its own first heading and a second one above the card.
  if (heading) {
    const level = (heading[1]?.length ?? 1) + 1;
    return `<h${level}>${line(heading[2] ?? '')}</h${level}>`;
  }
  if (block.startsWith('```'))
    return `<pre tabindex="0"><code>${escapeHtml(block.replace(/^```\w*\n/, '').replace(/\n?```$/, ''))}</code></pre>`;
  if (block.startsWith('|')) return tableToHtml(block.split('\n'), line);
  if (/^[-*] /.test(block)) {
    const items = block.split(/\n(?=[-*] )/).map((item) => `<li>${line(item.slice(2))}</li>`);
    return `<ul>${items.join('')}</ul>`;
  }
  return block === '' ? '' : `<p>${line(block)}</p>`;
}

function tableToHtml(rows: readonly string[], line: (text: string) => string): string {
  const cells = (row: string) =>
    row
      .replace(/^\||\|$/g, '')
      .split('|')
      .map((cell) => line(cell.trim()));
  const isRule = (row: string) => /^[|\s:-]+$/.test(row) && row.includes('-');
  const [head = '', ...body] = rows.filter((row) => !isRule(row));
  const titles = cells(head);
  const headHtml = titles.some((title) => title !== '')
    ? `<thead><tr>${titles.map((cell) => (cell === '' ? '<td></td>' : `<th scope="col">${cell}</th>`)).join('')}</tr></thead>`
    : '';
  const bodyHtml = body.map(
    (row) =>
      `<tr>${cells(row)
        .map((cell) => `<td>${cell}</td>`)
        .join('')}</tr>`,
  );
  return `<div class="table" tabindex="0" role="group" aria-label="Table"><table>${headHtml}<tbody>${bodyHtml.join('')}</tbody></table></div>`;
}

function lineToHtml(text: string, addressOf: AddressOf): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) =>
      part.startsWith('`') && part.length > 1
        ? `<code>${escapeHtml(part.slice(1, -1))}</code>`
        : wordsToHtml(part, addressOf),
    )
    .join('');
}

function wordsToHtml(text: string, addressOf: AddressOf): string {
  return escapeHtml(text)
    .replace(/!\[([^\]]*)\]\(([^)\s]*)\)/g, (_, alt: string, target: string) => {
      const address = addressOf(target);
      return address === undefined ? alt : `<img src="${escapeHtml(address)}" alt="${alt}" loading="lazy">`;
    })
    .replace(/\[([^\]]*)\]\(([^)\s]*)\)/g, (_, words: string, target: string) => {
      const address = addressOf(target);
      return address === undefined ? words : `<a href="${escapeHtml(address)}">${words}</a>`;
    })
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>');
}
