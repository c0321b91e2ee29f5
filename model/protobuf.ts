import protobuf from 'protobufjs/light.js';

type Field = readonly [id: number, type: string, rule?: 'repeated'];

/** The fields of some messages by name, with the numbers and types that their `.proto` file gives them. */
export type ProtobufMessages = Readonly<Record<string, Readonly<Record<string, Field>>>>;

/** Messages that can be looked up and encoded. */
export function protobufRoot(messages: ProtobufMessages): protobuf.Root {
  return protobuf.Root.fromJSON({
    nested: Object.fromEntries(
      Object.entries(messages).map(([message, fields]) => [
        message,
        {
          fields: Object.fromEntries(
            Object.entries(fields).map(([name, [id, type, rule]]) => [name, { id, type, ...(rule && { rule }) }]),
          ),
        },
      ]),
    ),
  });
}
