/**
 * Losses over logits, each averaged over the batch.
 *
 * - `cross-entropy`: binary cross-entropy; the generator's is the non-saturating one (Goodfellow et al. 2014), which
 *   labels its cars as real.
 * - `hinge`: the margin loss (Lim and Ye 2017).
 */
export const lossNames = ['cross-entropy', 'hinge'] as const;
export type LossName = (typeof lossNames)[number];
