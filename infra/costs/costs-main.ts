import { tables } from './costs-table.ts';

/** `npm run costs` */
process.stdout.write(`${tables()}\n`);
