import { getPath } from 'hono/utils/url';

/**
 * The path by which a route is chosen: `//model`, which comes of an address that ended in a slash, and `/model/` mean `/model`.
 */
export function routingPath(request: Request): string {
  const path = getPath(request);
  if (!path.includes('//') && (path === '/' || !path.endsWith('/'))) return path;
  return path.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '');
}
