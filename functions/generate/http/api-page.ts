import { html } from 'hono/html';
import type { Description, Operation, Parameter } from './description.ts';

/** The main part of the page to read the API on: plain HTML made of its description. No script. */
export function apiPage({ info, tags, paths }: Description): string {
  const operations = Object.entries(paths).map(([path, { get }]) => ({ path, operation: get }));
  const main = html`<main id="main" class="api" tabindex="-1">
      <h1>API</h1>
      <p>${withCode(info.description)} <a href="openapi.json">The same in OpenAPI</a></p>
      ${tags.map(({ name, description }) => section(name, description, operations))}
    </main>`;
  return String(main);
}

interface Listed {
  readonly path: string;
  readonly operation: Operation;
}

function section(name: string, description: string, operations: readonly Listed[]) {
  return html`<section>
        <h2>${name}</h2>
        <p>${withCode(description)}</p>
        ${operations.filter(({ operation }) => operation.tags[0] === name).map(article)}
      </section>`;
}

function article({ path, operation: { summary, parameters, responses } }: Listed) {
  return html`<details>
          <summary><code>${path}</code> <span>${withCode(summary)}</span></summary>
          <p>For example ${link(path, exampleOf(path, parameters))}</p>
          ${parameters.length === 0 ? '' : table(parameters)}
          <dl>${Object.entries(responses).map(([status, { description }]) => html`<dt>${status}</dt><dd>${withCode(description)}</dd>`)}</dl>
        </details>
        `;
}

function table(parameters: readonly Parameter[]) {
  return html`<dl>${parameters.map(
    (parameter) => html`<dt><code>${parameter.name}</code></dt>
            <dd>${withCode(parameter.schema.description ?? '')} <span>${rangeOf(parameter)}</span></dd>`,
  )}</dl>`;
}

/** Which models and files there are is not known here, so an example of one may lead nowhere. */
function link(path: string, example: string) {
  return /\{(version|name)\}/.test(path) ? html`<code>${example}</code>` : html`<a href="${example}">${example}</a>`;
}

/** What stands between backticks is code. */
function withCode(text: string) {
  return text.split('`').map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : part));
}

/** Such as "Integer, 32 to 512, a multiple of 32." */
function rangeOf({ schema }: Parameter): string {
  const { type, minimum, exclusiveMinimum, maximum, multipleOf } = schema;
  const least = minimum ?? (exclusiveMinimum === undefined ? undefined : `over ${exclusiveMinimum}`);
  const parts = [
    type.charAt(0).toUpperCase() + type.slice(1),
    ...(least === undefined || maximum === undefined ? [] : [`${least} to ${maximum}`]),
    ...(multipleOf === undefined ? [] : [`a multiple of ${multipleOf}`]),
    ...(schema.default === undefined ? [] : [`${schema.default} if left out`]),
  ];
  return `${parts.join(', ')}.`;
}

/** An address that works, relative to the page: every part of the path by its example, and what else has one. */
function exampleOf(path: string, parameters: readonly Parameter[]): string {
  const value = ({ schema }: Parameter) => encodeURIComponent(String(schema.example));
  const filled = parameters
    .filter((parameter) => parameter.in === 'path')
    .reduce((address, parameter) => address.replace(`{${parameter.name}}`, value(parameter)), path);
  const query = parameters
    .filter((parameter) => parameter.in === 'query' && parameter.schema.example !== undefined)
    .map((parameter) => `${parameter.name}=${value(parameter)}`);
  const address = filled.slice(1) || './';
  return query.length === 0 ? address : `${address}?${query.join('&')}`;
}
