/** In what a CDN before the API tells each request that it hands on that it did. */
export const originHeader = 'x-freshcar-origin';
