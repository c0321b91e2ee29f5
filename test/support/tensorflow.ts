import { loadTensorflow } from '../../model/tensorflow/backend.ts';

/** TensorFlow.js on the best backend of this machine; `native` says whether it is libtensorflow. */
export const { native } = await loadTensorflow({ warn: () => undefined });
