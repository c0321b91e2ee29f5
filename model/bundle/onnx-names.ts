/** Names of the exported graph's input and output, apart from the export so that serving does not load it. */
export const onnxInput = 'latents';
export const onnxOutput = 'cars';
