import { expect, it } from 'vitest';
import { markdownToHtml } from '../../../../functions/generate/http/markdown.ts';

const toHtml = (text: string) =>
  markdownToHtml(text, (target) => (target === 'samples.png' ? 'models/a/samples.png' : undefined));

it('writes what cards are made of', () => {
  const card = [
    '# A model',
    'It draws `32x32`\npixels, **mostly** well.',
    '- one\n- two',
    '```sh\nnpx a\n\nnpx b\n```',
    '| | cars |\n|---|---|\n| FID | 1.4 |',
    '![64 cars](samples.png)',
  ];
  expect(toHtml(card.join('\n\n'))).toMatch(/^<h2>[\s\S]*<p>[\s\S]*<ul>[\s\S]*<pre[\s\S]*<table>[\s\S]*<img/);
  expect(toHtml(card[0] ?? '')).toBe('<h2>A model</h2>');
  expect(toHtml(card[1] ?? '')).toBe('<p>It draws <code>32x32</code>\npixels, <strong>mostly</strong> well.</p>');
  expect(toHtml(card[2] ?? '')).toBe('<ul><li>one</li><li>two</li></ul>');
  expect(toHtml(card.slice(2, 4).join('\n\n'))).toContain('<code>npx a\n\nnpx b</code></pre>');
  expect(toHtml(card[4] ?? '')).toContain(
    '<thead><tr><td></td><th scope="col">cars</th></tr></thead><tbody><tr><td>FID</td><td>1.4</td></tr></tbody>',
  );
  expect(toHtml(card[5] ?? '')).toBe('<p><img src="models/a/samples.png" alt="64 cars" loading="lazy"></p>');
});

it('lets nothing through that is HTML, or that leads elsewhere', () => {
  expect(toHtml('<script>alert(1)</script> `<b>`')).toBe(
    '<p>&lt;script&gt;alert(1)&lt;/script&gt; <code>&lt;b&gt;</code></p>',
  );
  expect(toHtml('[here](javascript:alert(1)) ![x](https://example.com/x.png" onerror="y)')).not.toMatch(/href|<img/);
});
