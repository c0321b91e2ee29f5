import { availableParallelism } from 'node:os';
import type { InferenceSession } from 'onnxruntime-node';
import { encodeOnnx } from './bundle/onnx-format.ts';
import type { Runtime } from './engine/engine.ts';
import { loadRuntime } from './engine/runtime.ts';

/** Equally long rows of numbers, one after the other. */
export interface Rows {
  readonly values: Float32Array;
  readonly count: number;
  /** Numbers in a row. */
  readonly size: number;
}

/** The scalar products of some rows of one set and some of another. */
export interface ProductBlock {
  readonly firstRow: number;
  readonly rows: number;
  readonly firstColumn: number;
  readonly columns: number;
  /** Row by row. Its memory is used again for the next block. */
  readonly products: Float32Array | Float64Array;
}

/** A block takes 4 MB, which a processor's cache holds until the block has been read. */
const blockRows = 512;
const blockColumns = 2048;
/** Fewer multiplications than this are done at once here, in doubles, which costs less than going to ONNX Runtime. */
const fewest = 4_000_000;

export interface ProductOptions {
  /** Leaves out blocks that lie wholly below the diagonal, for the products of a set with itself. */
  readonly upper?: boolean;
}

/**
 * The scalar product of each row of `a` and each row of `b`, block by block: however many rows there are, memory holds one
 * block. ONNX Runtime multiplies matrices in float32 as fast as the processor can, some 50 times as fast as a loop here.
 */
export async function* productBlocks(
  a: Rows,
  b: Rows,
  { upper = false }: ProductOptions = {},
): AsyncGenerator<ProductBlock> {
  const few = a.count * b.count * a.size <= fewest;
  const multiply = few ? multiplyHere : await multiplyByRuntime();
  const places = Math.min(blockRows, a.count) * Math.min(blockColumns, b.count);
  const memory = few ? new Float64Array(places) : new Float32Array(places);
  for (let firstRow = 0; firstRow < a.count; firstRow += blockRows) {
    const rows = Math.min(blockRows, a.count - firstRow);
    for (let firstColumn = 0; firstColumn < b.count; firstColumn += blockColumns) {
      const columns = Math.min(blockColumns, b.count - firstColumn);
      if (upper && firstColumn + columns <= firstRow) continue;
      const products = memory.subarray(0, rows * columns);
      await multiply(rowsOf(a, firstRow, rows), rowsOf(b, firstColumn, columns), products);
      yield { firstRow, rows, firstColumn, columns, products };
    }
  }
}

/** Rows `first` to `first + count - 1`, on the same memory. */
export function rowsOf({ values, size }: Rows, first: number, count: number): Rows {
  return { values: values.subarray(first * size, (first + count) * size), count, size };
}

type Multiply = (a: Rows, b: Rows, into: Float32Array | Float64Array) => Promise<void>;

const multiplyHere: Multiply = async (a, b, into) => {
  const { values: left, size } = a;
  const { values: right } = b;
  for (let row = 0; row < a.count; row++)
    for (let column = 0; column < b.count; column++) {
      let sum = 0;
      for (let at = 0; at < size; at++)
        sum += (left[row * size + at] as number) * (right[column * size + at] as number);
      into[row * b.count + column] = sum;
    }
};

let session: Promise<{ readonly runtime: Runtime; readonly opened: InferenceSession }> | undefined;

async function multiplyByRuntime(): Promise<Multiply> {
  session ??= openSession();
  const { runtime, opened } = await session;
  return async (a, b, into) => {
    const tensor = ({ values, count, size }: Rows) => new runtime.Tensor('float32', values, [count, size]);
    const factors = { a: tensor(a), b: tensor(b) };
    if (runtime.fillsOutputs) {
      // Written into memory that is there: a new array for each block would wait for the garbage collector.
      await opened.run(factors, { product: new runtime.Tensor('float32', into as Float32Array, [a.count, b.count]) });
    } else {
      const { product } = await opened.run(factors);
      into.set(product?.data as Float32Array);
    }
  };
}

/** A graph of one operator: the first matrix times the second one, transposed. */
async function openSession() {
  const value = (name: string, shape: string[]) => ({ name, type: 'float', shape }) as const;
  const graph = encodeOnnx({
    name: 'products',
    opset: 17,
    nodes: [{ operator: 'Gemm', inputs: ['a', 'b'], output: 'product', attributes: { transB: 1 } }],
    tensors: [],
    input: [value('a', ['rows', 'size']), value('b', ['columns', 'size'])],
    output: value('product', ['rows', 'columns']),
  });
  const runtime = await loadRuntime();
  const options = { intraOpNumThreads: availableParallelism(), logSeverityLevel: 3 } as const;
  return { runtime, opened: await runtime.InferenceSession.create(graph, options) };
}
