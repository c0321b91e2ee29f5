import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { html } from 'hono/html';
import { FreshcarError } from '../../../model/errors.ts';

/** The pages that have a script; each is one HTML with style and script in it, so that all of it is of one deployment. */
export const viewNames = ['explorer', 'morph', 'wall', 'find'] as const;
export type ViewName = (typeof viewNames)[number];

/** A file that scripts fetch when they need it. Its name holds a hash of its content, so it never changes. */
export interface Asset {
  readonly type: string;
  /** Read when it is asked for: some are large, and most visitors need none. */
  read(): Promise<Uint8Array>;
}

/** The built pages. */
export interface Page {
  /** What all pages share, in which `{{main}}` and the other values of `render` are left open. */
  readonly layout: string;
  readonly style: string;
  /** The main part of each page, with open values too, and its script. */
  readonly views: Readonly<Record<ViewName, { readonly main: string; readonly script: string }>>;
  readonly assets: ReadonlyMap<string, Asset>;
}

const assetTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.gz': 'application/gzip',
};

/**
 * Reads the built page: `layout.html`, `style.css`, for each view a `.html` and a `.js`, and the folder `assets` if there is one.
 *
 * @throws FreshcarError `missing-dependency` when it has not been built.
 */
export async function readPage(folder: string): Promise<Page> {
  const read = (name: string) =>
    readFile(path.join(folder, name), 'utf8').catch((cause: unknown) => {
      const reason = `The page is not built: no ${name} in ${folder}. Run npm run build.`;
      throw new FreshcarError('missing-dependency', reason, { cause });
    });
  const views = viewNames.map(
    async (name) => [name, { main: await read(`${name}.html`), script: await read(`${name}.js`) }] as const,
  );
  return {
    layout: await read('layout.html'),
    style: await read('style.css'),
    views: Object.fromEntries(await Promise.all(views)) as Page['views'],
    assets: await readAssets(path.join(folder, 'assets')),
  };
}

async function readAssets(folder: string): Promise<Page['assets']> {
  const names = await readdir(folder).catch(() => []);
  const known = names.filter((name) => path.extname(name) in assetTypes);
  return new Map(
    known.map((name) => {
      const type = assetTypes[path.extname(name)] ?? '';
      return [name, { type, read: () => readFile(path.join(folder, name)) }];
    }),
  );
}

/** A value that is HTML already; every other one is text. */
export interface Markup {
  readonly markup: string;
}

export type Values = Readonly<Record<string, string | Markup>>;

/** Fills what is left open. What a value holds is not filled again. */
export function fill(template: string, values: Values): string {
  return template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name] ?? '';
    return typeof value === 'string' ? escapeHtml(value) : value.markup;
  });
}

/** Text as it stands in HTML. */
export function escapeHtml(text: string): string {
  return String(html`${text}`);
}

/** A whole page, and the policy that goes with it. */
export interface Rendered {
  readonly html: string;
  readonly policy: string;
}

/** Puts the main part of a page into what all pages share. */
export function render(
  { layout, style }: Pick<Page, 'layout' | 'style'>,
  { main, script }: { readonly main: string; readonly script?: string },
  values: Values,
): Rendered {
  const page = fill(layout, {
    ...values,
    main: { markup: main },
    style: { markup: `<style>${style}</style>` },
    script: { markup: script === undefined ? '' : `<script type="module">${script}</script>` },
  });
  return { html: page, policy: policyFor(style, script) };
}

// Nothing from elsewhere, and of what stands in the HTML only the very style and script that were built.
function policyFor(style: string, script: string | undefined): string {
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return [
    "default-src 'none'",
    ...(script === undefined ? [] : [`script-src ${hash(script)}`, "worker-src 'self'"]),
    `style-src ${hash(style)}`,
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}
